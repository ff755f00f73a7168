#!/bin/sh
# SPDX-License-Identifier: MIT
# conformance.sh - checks that CONFORMANCE.md and the conformance tests agree:
# every line S1 to S138 has a row with tests or a reason, every test that a
# row names exists, every S-test is in the table, every test is run.

set -u
LC_ALL=C
export LC_ALL
tests=${top_srcdir:-$(dirname "$0")/..}/tests
table=$tests/CONFORMANCE.md

# "defined NAME" and "run NAME", of all tests in C; "here" if it is one of
# tests/conformance.
list_tests()
{
	for file in "$tests"/conformance/*.c "$tests"/go/*.c; do
		awk '
		/^START_TEST\(/ {
			sub(/^START_TEST\(/, ""); sub(/\).*/, "")
			print "defined", $0, FILENAME
			next
		}
		/tcase_add_test|LAYERED/ { adding = 1; line = "" }
		adding {
			line = line $0
			if (line !~ /;/)
				next
			adding = 0
			sub(/.*,[ \t]*/, "", line); sub(/\).*/, "", line)
			print "run", line, FILENAME
		}' "$file"
	done
	# The table may name tests that stand elsewhere.
	for file in "$tests"/test-*.c; do
		[ -f "$file" ] && sed -n \
			's/^START_TEST(\(.*\))$/elsewhere \1/p' "$file"
	done
	return 0
}

list_tests | awk -v table="$table" '
function complain(text)
{
	print "conformance.sh: " text
	failed = 1
}
$1 == "defined" {
	if ($2 in defined && defined[$2] != $3)
		complain($2 ": in " defined[$2] " and in " $3)
	defined[$2] = $3
}
$1 == "run" { run[$2] = $3 }
$1 == "elsewhere" { elsewhere[$2] = 1 }
function row(line,	n, cell, name)
{
	split(line, cell, / *\| */)
	n = cell[2]
	if (n in rows)
		complain(n ": two rows")
	rows[n] = 1
	if (cell[4] == "" || (cell[4] ~ /^none/ && cell[5] == ""))
		complain(n ": neither a test nor a reason")
	while (match(cell[4], /`[A-Za-z0-9_]+`/)) {
		name = substr(cell[4], RSTART + 1, RLENGTH - 2)
		cell[4] = substr(cell[4], RSTART + RLENGTH)
		named[name] = 1
		cited++
		if (!(name in defined) && !(name in elsewhere))
			complain(n ": there is no test " name)
	}
}
END {
	while ((getline line < table) > 0)
		if (line ~ /^\| S[0-9]+ \|/)
			row(line)
	for (i = 1; i <= 138; i++)
		if (!("S" i in rows))
			complain("S" i " has no row")
	for (name in defined) {
		n++
		if (name ~ /^S[0-9]/ && !(name in named))
			complain(name ": not in the table")
		if (!(name in run))
			complain(name ": never added to its test case")
	}
	if (!cited || !n)
		complain("found no tests")
	if (!failed)
		printf "138 lines, %d tests named, %d tests in all\n", cited, n
	exit failed
}'
