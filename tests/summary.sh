#!/bin/sh
# SPDX-License-Identifier: MIT
# summary.sh LOG... - adds up the closing lines that Check left in the logs of
# the tests and prints the sum in the same form.

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
