#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual pages: mandoc finds no fault in them; each call of the headers is
# described once, in a page that its name leads to; a page of calls has the
# sections that a reader looks for; and the programs in the pages compile and
# print what stands there.

top=$(cd "${top_srcdir:-.}" && pwd)
man=$top/man
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
failures=0

fail()
{
	echo "$@"
	failures=$((failures + 1))
}

# mandoc calls every .so page fragile, so those are left to man.
pages=$(grep -L '^\.so' "$man"/*.[1-9])

lint()
{
	command -v mandoc >/dev/null || return
	for page in $pages; do
		mandoc -T lint -W warning "$page" || fail "$page"
	done
}

# The calls: macros in small letters, and functions that no macro stands for.
calls()
{
	cat "$top"/include/panic.h "$top"/include/panic/*.h |
		sed -e :a -e '/\\$/N; s/\\\n//; ta' >"$dir/headers"
	sed -n 's/^#define \([a-z][a-z_]*[a-z]\)(.*/\1/p' "$dir/headers" |
		grep -v '^panic__' >"$dir/calls"
	grep '^#define' "$dir/headers" >"$dir/macros"
	sed '/^#/d' "$dir/headers" | tr '\n;' ' \n' |
		sed -n 's/PANIC_PRINTF([^)]*)//
		s/.*PANIC_EXPORT [^(]*[ *]\(panic_[a-z0-9_]*\)(.*/\1/p' |
		grep -v '^panic__' >"$dir/functions"
	while read -r name; do
		grep -q "[^a-z_]$name(" "$dir/macros" || echo "$name"
	done <"$dir/functions" >>"$dir/calls"
	sort -u -o "$dir/calls" "$dir/calls"
}

# Each name that a page of section 3 has: NAME PAGE.
names()
{
	for page in $(grep -L '^\.so' "$man"/*.3); do
		sed -n "s|^\.Nm \([a-z_]*\).*|\1 ${page##*/}|p" "$page"
	done | sort >"$dir/names"
	cut -d ' ' -f 1 "$dir/names" | uniq -d | grep . &&
		fail "described in two pages"
	cut -d ' ' -f 1 "$dir/names" | diff "$dir/calls" - ||
		fail "in the headers (<) and in the pages (>)"
}

# The page of a name is the one that describes it, or leads there.
leads()
{
	while read -r name page; do
		[ "$name.3" = "$page" ] ||
			[ "$(cat "$man/$name.3")" = ".so man3/$page" ] ||
			fail "$name.3 does not lead to $page"
		grep -q "man/$name\.3" "$man/local.mk" ||
			fail "$name.3 is not installed"
		grep -q "^\.F[no] $name\>" "$man/$page" &&
			grep -q "^\.It Fn $name " "$man/$page" ||
			fail "$page: no $name in SYNOPSIS or ATTRIBUTES"
	done <"$dir/names"
	for page in "$man"/*.3; do
		page=${page##*/}
		grep -q "^${page%.3} " "$dir/names" || fail "$page is of no call"
	done
}

sections()
{
	for page in $(cut -d ' ' -f 2 "$dir/names" | uniq); do
		for s in SYNOPSIS DESCRIPTION EXAMPLES ATTRIBUTES 'SEE ALSO'; do
			grep -q "^\.Sh $s" "$man/$page" || fail "$page: no $s"
		done
	done
	# What a page sends its reader to is there.
	sed -n 's/^\.Xr \([a-z_]*panic[a-z_-]*\) \([1-9]\).*/\1.\2/p' $pages |
		sort -u | while read -r page; do
			[ -f "$man/$page" ] || echo "$page"
		done | grep . && fail "there is no such page"
}

# A display that begins with an #include is a program, and the next, behind "It
# prints", what comes of it; all as a page for tutorial.sh.  That of panic-lint(1)
# is wrong on purpose, and panic-lint.sh reads it.
programs()
{
	for page in $(grep -L '^\.so' "$man"/*.[37]); do
		sed 's/\\e/\\/g' "$page" | awk -v page="$(basename "$page" |
			tr . _)" '
		/^\.Bd -literal/ { start = 1; next }
		/^\.Ed/ && program {
			print "```\n```console\n$ cc -Wall -Wextra -Werror", \
				(page ~ /unwind/ ? "-fexceptions" : "-g"), \
				"-o", name, name ".c", \
				"$(pkg-config --cflags --libs libpanic)"
		}
		/^\.Ed/ { if (open) print "```"; open = program = 0; next }
		start && /^(#include|\/\*)/ {
			name = page "_" ++n
			print "```c\n/* " name ".c */"; open = program = 1
		}
		start && prints {
			print "```console\n$ ./" name " 2>/dev/null"; open = 1
		}
		{ start = 0; prints = /^It prints$/ }
		open'
	done >"$dir/programs.md"
	grep -q '^```console' "$dir/programs.md" || fail "no program found"
	sh "$top/tests/tutorial.sh" "$dir/programs.md"
	case $? in
	0 | 77) ;;
	*) fail "the programs of the pages" ;;
	esac
}

lint
calls
names
leads
sections
programs
[ $failures -eq 0 ]
