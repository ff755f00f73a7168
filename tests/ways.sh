#!/bin/sh
# SPDX-License-Identifier: MIT
# ways.sh - the tables of panic(7), WAYS OUT OF A FRAME, and tests/WAYS.md have the
# same rows, and each test that WAYS.md names is there.

top=$(cd "${top_srcdir:-.}" && pwd)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
status=0

fail()
{
	echo "$@"
	status=1
}

sed -n '/^\.Sh WAYS OUT/,/^\.Sh [^W]/s/^\.It \(.*\) Ta .*/\1/p' \
	"$top/man/panic.7" | sed '/^Sy /d; s/ Ta .*//; s/^"\(.*\)"$/\1/' >"$dir/page"
sed -n 's/^| \([^|]*\) | .* |$/\1/p' "$top/tests/WAYS.md" |
	sed 1d >"$dir/table"
test "$(wc -l <"$dir/page")" -gt 10 || fail "no table found in panic(7)"
diff "$dir/page" "$dir/table" || fail "panic(7) (<) and WAYS.md (>) differ"

sed -n 's/^START_TEST(\([^)]*\)).*/\1/p' "$top"/tests/*.c \
	"$top"/tests/conformance/*.c >"$dir/tests"
sed -n 's/^| [^|]* | \(.*\) |$/\1/p' "$top/tests/WAYS.md" | sed 1d |
	tr -d ' ' | tr , '\n' >"$dir/named"
while read -r test; do
	grep -qx "$test" "$dir/tests" || [ -f "$top/tests/$test" ] ||
		[ -f "$top/tests/$test.c" ] ||
		fail "WAYS.md: there is no test $test"
done <"$dir/named"
echo "$(wc -l <"$dir/page") ways, $(wc -l <"$dir/named") tests"
exit $status
