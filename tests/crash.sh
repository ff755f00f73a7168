#!/bin/sh
# SPDX-License-Identifier: MIT
# crash.sh - calcd lives on after faults, and tells what it dies of.
#
# CRASH_REQUESTS says how many requests.  Where no core can be had, or gdb is
# missing, that part is left out with a line that says so.
#
# shellcheck disable=SC2317
# (The functions that check calls are not unreachable.)
set -u

case $(uname -m) in
x86_64 | amd64 | aarch64 | arm64) ;;
*)	echo "crash.sh: skipped: faults stay fatal on this architecture"
	exit 77 ;;
esac
WATCH=600
. "${top_srcdir:-.}/tests/calcd-lib.sh"
requests=${CRASH_REQUESTS:-20000}
script=${top_srcdir:-.}/gdb/libpanic-gdb.py
calcd=$(cd "$bin" && pwd)/calcd

told() {
	awk -v k="$1" '$1 == k { print $2 }' "$tmp/table"
}

# One in a hundred is a crash of each kind.
load_crashing() {
	load -n "$requests" -C 5 -f 10 -c 50 -s "$1" | tee "$tmp/table"
	test "$(awk '$1 == "all" { print $2, $3 }' "$tmp/table")" = \
		"$requests 0" && test "$(told crash)" -gt 0
}

# answer LINE TEXT
answer() {
	got=$(load -q "$1")
	test "$got" = "$2" || { echo "$got"; return 1; }
}

each_crash() {
	nil='invalid memory address or nil pointer dereference'
	gone='memory that is not there, as behind the end of a mapped file'
	for crash in "null $nil" "jump $nil" "bus $gone" \
	    "div integer divide by zero" "stack stack overflow"; do
		check ".crash ${crash%% *}" answer ".crash ${crash%% *}" \
			"! panic: runtime error: ${crash#* }"
	done
	check "an unknown crash is the client's error" \
		answer ".crash x" "! column 8: unknown crash"
}

live() {
	start any -t 4
	remember_allocations
	pid=$daemon
	each_crash
	check "no leak after one crash of each kind" no_leak
	before=$(count crash "$(load -q .stats)")
	check "crashes in the load: every answer right" load_crashing 45
	check "no leak after crashes" no_leak
	now=$(load -q .stats)
	check ".stats counts crashes" test "$(count crash "$now")" -eq \
		"$((before + $(told crash)))"
	check "it is the same process, and all its threads serve" \
		answer '6 * 7' '= 42'
	check "its number is the same" test "$pid" = "$daemon"
	check "and it lives" kill -0 "$pid"
	stop
}

# Of cores.

# Prints why there will be none.
no_core() {
	pattern=$(cat /proc/sys/kernel/core_pattern 2>/dev/null)
	case $pattern in
	'' | '|'* | */*)
		echo "core_pattern is '$pattern'"
		return ;;
	esac
	# shellcheck disable=SC3045
	(ulimit -c unlimited) 2>/dev/null || echo "ulimit -c is limited"
	gdb --batch -ex 'python print(1)' >/dev/null 2>&1 ||
		echo "no gdb with Python"
}

# The daemon runs in $tmp, and there its core falls.
start_here() {
	rm -f "$tmp"/core*
	here=$PWD
	cd "$tmp" || exit 1
	# shellcheck disable=SC3045
	[ -n "$why" ] || ulimit -S -c unlimited
	start any -t 2
	# shellcheck disable=SC3045
	ulimit -S -c 0
	cd "$here" || exit 1
}

# ends_by LINE: the asker gets no answer, and the daemon ends by SIGABRT.
ends_by() {
	load -q '1 + 1' >/dev/null || return
	load -q "$1" && return 1
	await_end
	test "$status" -eq $((128 + 6)) || { echo "status $status"; return 1; }
}

# opens COMMAND TEXT...: gdb's answer, of the core, holds them all.
opens() {
	asked=$1
	shift
	for core in "$tmp"/core*; do
		gdb --batch -nx -iex 'set debuginfod enabled off' \
			-ex "source $script" -ex "$asked" "$calcd" "$core" \
			>"$tmp/gdb" 2>&1
	done
	for text in "$@"; do
		grep "$text" "$tmp/gdb" >/dev/null && continue
		echo "no $text:"
		cat "$tmp/gdb"
		return 1
	done
}

die_of_abort() {
	start_here
	check ".crash abort ends it by SIGABRT" ends_by '.crash abort'
	check "the report says what" grep '^fatal error: abort$' "$tmp/err"
	case " ${LEFT_OUT-} " in
	*" abort_ends_with_a_report "*) ;;
	*)	check "the report names the request" \
			named request_run '(request|crash)\.c' ;;
	esac
	[ -n "$why" ] && return
	check "gdb opens the core of an abort()" \
		opens bt 'crash_run' 'request_run'
	check "and lists the request's deferred calls" \
		opens 'info defers' 'calc_free' 'answer_panic' 'count'
}

# named FUNCTION FILE: the report has it, and below it the line or, without
# debug information, the module.
named() {
	sed -n "/^$1[+ ]/{n;p;}" "$tmp/err" |
		grep -E "$2:[0-9]+|calcd\+0x[0-9a-f]+" && return
	cat "$tmp/err"
	return 1
}

die_of_a_panic() {
	start_here
	check ".die ends it by SIGABRT" ends_by '.die (1 + 2 * ('
	check "the report says what" \
		grep "^panic: column 12: expression missing$" "$tmp/err"
	check "the report names the parser" named calc_eval 'parse\.c'
	check "the report names the request" named request_run '(request|crash)\.c'
	[ -n "$why" ] && return
	check "gdb opens the core of a panic" \
		opens bt 'calc_eval' 'request_run'
	check "and shows the panic" \
		opens 'info panics' 'panic: column 12: expression missing'
	check "and lists the connection's deferred calls, which it has run" \
		opens 'info defers' 'all run by a panic' 'calc_free' \
		'answer_panic' 'count' 'worker.c'
}

# shellcheck disable=SC3045
ulimit -S -c 0
why=$(no_core)
live
die_of_abort
die_of_a_panic
summary
[ -z "$why" ] || echo "$me: cores were not looked at: $why"
[ "$failures" -eq 0 ]
