#!/bin/sh
# SPDX-License-Identifier: MIT
# calcd.sh - calcd against bc, and against clients that do not behave.
#
# Exit status: 0, 1, or 77 if all is well but bc is missing.
#
# shellcheck disable=SC2317
# (The functions that check calls are not unreachable.)
set -u

. "${top_srcdir:-.}/tests/calcd-lib.sh"
skipped=0

# calcd - and bc.

# 1000 expressions in which nothing overflows: every part is made with a bound
# on its value.  What begins with a sign stands behind a blank, since bc reads
# -- as an operator of its own.
expressions() {
	awk '
	function random(n) {
		seed = (seed * 16807) % 2147483647
		return seed % n
	}
	function number(  kind) {
		kind = random(10)
		if (kind < 6)
			text = random(100) ""
		else if (kind < 9)
			text = random(1000000) ""
		else
			text = 1 + random(999999999) \
				sprintf("%09d", random(1000000000))
		bound = text + 0
		return text
	}
	function factor(depth,  s) {
		if (depth > 0 && random(3) == 0)
			s = "(" sum(depth - 1) ")"
		else
			s = number()
		return random(5) ? s : " -" s
	}
	function divisor() {
		return (random(3) ? "" : " -") \
			(1 + random(random(2) ? 9 : 99999))
	}
	function product(depth,  s, b, f) {
		s = factor(depth)
		while (random(5) < 2) {
			b = bound
			f = factor(depth)
			if (b * bound < 9e18 && random(3)) {
				s = s " * " f
				bound = b * bound
			} else {
				s = s (random(2) ? "/" : "%") divisor()
				bound = b
			}
		}
		return s
	}
	function sum(depth,  s, b, t) {
		s = product(depth)
		while (random(5) < 3) {
			b = bound
			t = product(depth)
			if (b + bound >= 9e18) {
				bound = b
				break
			}
			s = s (random(2) ? " + " : "-") t
			bound = b + bound
		}
		return s
	}
	BEGIN {
		seed = 20240601
		print "9223372036854775807"
		print "-9223372036854775808"
		print "-9223372036854775807 - 1"
		print "9223372036854775807 / -1"
		print "-9223372036854775808 % -1"
		print "-9223372036854775808 / 2 * 2"
		print "-(-(-(9223372036854775807)))"
		print "-7 / 2"
		print "-7 % 2"
		print "7 % -2"
		for (i = 10; i < 1000; i++)
			print sum(i % 6)
	}'
}

as_bc_does() {
	expressions >"$tmp/expressions"
	test "$(wc -l <"$tmp/expressions")" -eq 1000 || return
	"$calcd" - <"$tmp/expressions" | sed 's/^= //' >"$tmp/calcd" || return
	BC_LINE_LENGTH=0 bc <"$tmp/expressions" >"$tmp/bc" || return
	cmp "$tmp/calcd" "$tmp/bc" && return
	paste -d '\n' "$tmp/expressions" "$tmp/calcd" "$tmp/bc" | awk '
		NR % 3 == 1 { asked = $0 }
		NR % 3 == 2 { got = $0 }
		NR % 3 == 0 && got != $0 {
			print asked ": " got ", bc has " $0
		}'
	return 1
}

# answers INPUT EXPECTED, both for printf.
answers() {
	# shellcheck disable=SC2059
	got=$(printf "$1" | "$calcd" -) || return
	# shellcheck disable=SC2059
	test "$got" = "$(printf "$2")" || { echo "$got"; return 1; }
}

standard_input() {
	check "the example of the protocol" \
		answers '6 * 7\n(1 + 2\n' "= 42\n! column 7: missing ')'\n"
	check "variables" answers 'x = 3\n  y=x*x\ny - x\n' '= 3\n= 9\n= 6\n'
	check "a failed assignment changes nothing" \
		answers 'x = 3\nx = 4 / 0\nx\n' \
		'= 3\n! column 7: division by zero\n= 3\n'
	check "a name is unknown until it has a value" \
		answers 'z = z + 1\n' '! column 5: unknown variable\n'
	check "an assignment is no operand" \
		answers '1 + (x = 2)\n' '! column 6: unknown variable\n'
	check "the last line may lack its newline" answers '1\n2' '= 1\n= 2\n'
	check "no input, no answer" answers '' ''
	check ".quit ends it" answers '1\n.quit\n2\n' '= 1\n'
	check ".panic" answers '.panic %%s %%n\n' '! panic: %%s %%n\n'
}

# Where a panic came from is told on standard error, for who wants it.
told_where() {
	echo '.panic here' | "$calcd" -v - 2>&1 >"$tmp/answer" |
		grep '^calcd: panic: here, in command, .*request.c:[0-9]*$'
}

closed_output() {
	yes 1 | "$calcd" - | sed -n 1q
}

# Clients that do not behave.

misbehave() {
	start any -t 4
	remember_allocations
	for mode in midline reset half nul long limit deaf pipelined quit \
		variables
	do
		check "client $mode" load -x "$mode" -c 20
		check "no leak after client $mode" no_leak
	done
	check "200 clients at once" load -x many -c 200
	check "no leak after 200 clients" no_leak
	check "every answer right, half of the requests faulty" \
		load -n 20000 -f 50 -c 200 -s 42
	check "no leak after faulty requests" no_leak
	stop
}

one_worker() {
	start any -t 1
	remember_allocations
	check "one worker: every answer right" load -n 5000 -f 10 -s 43
	check "one worker: no leak" no_leak
	stop
}

# Each kind of error is counted as calcload counts it.
statistics() {
	start any -t 2
	load -n 10000 -f 50 -s 44 >"$tmp/table"
	now=$(load -q .stats)
	for kind in syntax divide overflow unknown depth long panic; do
		asked=$(awk -v k="$kind" '$1 == k { print $2 }' "$tmp/table")
		check ".stats counts $kind" \
			test "$(count "$kind" "$now")" -eq "$asked"
	done
	check ".stats counts requests" \
		test "$(count requests "$now")" -eq 10000
	stop
}

# 16 descriptors are gone before the first client comes.
few_descriptors() {
	start 30 -t 4
	remember_allocations
	check "EMFILE: some clients are served, the others told" \
		load -x crowd -c 60
	check "EMFILE: no leak" no_leak
	check "EMFILE: clients are served again" load -q '1 + 1' -u '= 2'
	stop
}

requests_reach() {
	tries=0
	while [ $((tries += 1)) -le 3000 ]; do
		asked=$((asked + 1))
		now=$(load -q .stats) || return
		[ "$(count requests "$now")" -lt "$1" ] || return 0
	done
	echo "$now"
	return 1
}

none_wrong() {
	test "$(awk '$1 == "all" { print $3 }' "$tmp/table")" = 0
}

# The clients were cut off, each with at most one answer on its way.
served_and_answered() {
	served=$(count requests "$(cat "$tmp/err")")
	answered=$(awk '$1 == "all" { print $2 }' "$tmp/table")
	echo "served $served, answered $answered and $asked"
	[ "$((served - answered - asked))" -ge 0 ] &&
		[ "$((served - answered - asked))" -le 50 ]
}

# What the clients got before they were cut off was right, and every request
# that was served was answered.
stop_under_load() {
	start any -t 4
	load -n 5000000 -f 10 -c 50 >"$tmp/table" 2>&1 &
	clients=$!
	asked=0
	check "requests come in" requests_reach 5000
	stop
	wait "$clients"
	check "SIGTERM under load: no answer was wrong" none_wrong
	check "SIGTERM under load: running requests were answered" \
		served_and_answered
}

# It has a second for its answers; then the daemon goes.
stop_with_a_stubborn_client() {
	start any -t 1
	mkfifo "$tmp/client"
	load -x stubborn >"$tmp/client" &
	client=$!
	read -r line <"$tmp/client"
	check "a client that does not listen is stuck" test "$line" = stuck
	stop
	check "a client that does not listen is cut off" wait "$client"
}

wrong_usage() {
	for arguments in '-t 0' '-p 65536' '-z' 'file' '- -'; do
		# shellcheck disable=SC2086
		"$calcd" $arguments </dev/null
		[ $? -eq 2 ] || { echo "$arguments"; return 1; }
	done
}

port_in_use() {
	"$calcd" -p "$port" 2>"$tmp/second"
	[ $? -eq 1 ] && grep '^calcd: bind: ' "$tmp/second"
}

second_daemon() {
	start any -t 1
	check "a port in use is an error with a reason" port_in_use
	stop
}

if command -v bc >/dev/null; then
	check "1000 expressions as bc" as_bc_does
else
	skipped=1
fi
standard_input
check "standard output is closed" closed_output
check "-v tells where a panic came from" told_where
check "wrong usage is status 2" wrong_usage
misbehave
one_worker
statistics
few_descriptors
stop_under_load
stop_with_a_stubborn_client
second_daemon

summary
[ "$failures" -eq 0 ] || exit 1
[ "$skipped" -eq 0 ] || { echo "calcd.sh: no bc"; exit 77; }
exit 0
