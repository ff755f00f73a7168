# SPDX-License-Identifier: MIT
# lint.sh - what no compiler looks at: circles among the library's objects,
# long functions and lines, blanks, shell scripts, manual pages, and whether
# tests/mutate.txt is up to date.
#
# OBJECTS are the library's, bottom up, as lib/local.mk lists them.

failed=0

fail()
{
	echo "lint: $*" >&2
	failed=1
}

# have PROGRAM PACKAGE: what is missing is named, and fails.
have()
{
	command -v "$1" >/dev/null 2>&1 && return
	fail "no $1; install $2 (named as in Debian)"
	return 1
}

# Each object may use those before it only.  So there is no circle; if there
# is one, or a pair in the wrong order, it prints who takes what from whom.
order()
{
	for object in $OBJECTS; do
		nm -g "$object" | sed "s|^|$object |"
	done | awk '
	function name(path) {
		sub(/.*libpanic_la-/, "", path)
		sub(/\.o$/, "", path)
		return path
	}
	!($1 in at) { at[$1] = ++n }
	NF == 3 { if ($2 == "U") { user[++u] = $1; used[u] = $3 } }
	NF == 4 { owner[$4] = $1 }
	END {
		for (i = 1; i <= u; i++)
			if (used[i] in owner &&
			    at[owner[used[i]]] > at[user[i]]) {
				print name(user[i]) " uses " used[i] \
					" of " name(owner[used[i]])
				bad = 1
			}
		print n " objects of lib/, " \
			(bad ? "not in order" : "no circle")
		exit bad
	}' || fail "lib/local.mk: an object uses one that stands below it"
}

# Median and 90th percentile of the lines of functions; the limits.
functions()
{
	have pmccabe pmccabe || return
	# shellcheck disable=SC2046
	pmccabe $(git ls-files 'lib/*.c' 2>/dev/null || find lib -name '*.c') \
		2>/dev/null >"$work/functions"
	sort -n -k 5,5 "$work/functions" | awk '{ n[NR] = $5 }
		END { print NR " functions of lib/: median " \
			n[int((NR + 1) / 2)] " lines, 90th percentile " \
			n[int(NR * 0.9 + 0.5)] ", longest " n[NR] }'
	awk '$1 > 10 { print $6, $7 ": complexity " $1; bad = 1 }
		$5 > 60 { print $6, $7 ": " $5 " lines"; bad = 1 }
		END { exit bad }' "$work/functions" ||
		fail "a function is too long, or has too many branches"
}

# 80 columns, tabs, no blanks at ends of lines.  A message of the preprocessor
# cannot be broken.
# shellcheck disable=SC2044
lines()
{
	for file in $(find bench bin examples include lib tests \
	    -name '*.[chS]' | sort); do
		expand "$file" | awk -v file="$file" '
			length > 80 && !/^#error/ {
			print file ":" NR ": " length " columns"; bad = 1 }
			END { exit bad }' ||
			fail "$file: over 80 columns"
		grep -n "$(printf '[ \t]$\|^        ')" "$file" &&
			fail "$file: blanks where none or a tab should be"
	done
}

# SC2154: variables come from the Makefile.  SC2046: flags are words.
scripts()
{
	have shellcheck shellcheck || return
	shellcheck -s sh -S warning -e SC2154,SC2046 bootstrap bench/build \
		bench/plot bin/panic-lint examples/*.sh tests/*.sh \
		tests/*/*.sh packaging/build-deb packaging/debian/tests/readme ||
		fail "shellcheck"
	shellcheck -s bash -S warning .ci/run || fail "shellcheck"
}

pages()
{
	have mandoc mandoc || return
	for page in man/*.[0-9]; do
		grep -q '^\.so' "$page" && continue
		mandoc -T lint -W warning "$page" || fail "$page"
	done
}

# What tests/mutate changes must still be there.
changes()
{
	have python3 python3 || return
	tests/mutate -l | grep '^mutate: ' &&
		fail "tests/mutate.txt: that text is not in the file, or not once"
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
order
cd "$top_srcdir" || exit 1
functions
lines
scripts
pages
changes
test $failed -eq 0 && echo "lint: all is well"
exit $failed
