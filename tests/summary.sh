#!/bin/sh
# SPDX-License-Identifier: MIT
# summary.sh LOG... - shows what the tests that failed said, adds up the closing
# lines that Check left in the logs, and prints the sum in the same form.

for log do
	tail -n 1 "$log" 2>/dev/null |
		grep -E '^(FAIL|ERROR|XPASS) .*\(exit status' >/dev/null ||
		continue
	printf '\n== The end of %s\n' "$(cd "${log%/*}" && pwd)/${log##*/}"
	tail -n 40 "$log"
	echo
done
for log do
	test ! -f "$log" || cat "$log"
done | awk '
	/^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/ {
		checks += $3
		failures += $5
		errors += $7
	}
	END {
		passed = checks - failures - errors
		printf "%d%%: Checks: %d, Failures: %d, Errors: %d\n",
			checks ? int(100 * passed / checks) : 0,
			checks, failures, errors
	}'
