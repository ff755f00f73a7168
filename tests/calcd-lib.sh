# SPDX-License-Identifier: MIT
# calcd-lib.sh - what the tests of calcd share: read by them, not run.
#
# Nothing here waits by sleeping: a fifo tells that the daemon is up, calcload
# -u asks until an answer comes that is wanted, and a watchdog ends what hangs.
#
# shellcheck shell=sh disable=SC2034
# (Some variables are for who reads this.)

me=$(basename "$0")
bin=${top_builddir:-.}/examples
calcd=$bin/calcd
for program in calcd calcload; do
	[ -x "$bin/$program" ] || { echo "$me: no $bin/$program"; exit 1; }
done
tmp=$(mktemp -d) || exit 1
daemon=''
watchdog=''
checks=0
failures=0

cleanup() {
	[ -z "$watchdog" ] || kill "$watchdog" 2>/dev/null
	[ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# check NAME COMMAND...: COMMAND must succeed.
check() {
	name=$1
	shift
	checks=$((checks + 1))
	"$@" >"$tmp/out" 2>&1 && return
	failures=$((failures + 1))
	echo "$me: FAILED: $name"
	sed -n '1,20s/^/  /p' "$tmp/out"
}

# The daemon.

# Kills process $1 after a time that is far too long.
watch_process() {
	(
		trap 'kill $nap; exit' TERM
		sleep "${WATCH:-120}" & nap=$!
		wait $nap
		kill -KILL "$1"
	) >/dev/null 2>&1 &
	watchdog=$!
}

# start DESCRIPTORS OPTION...
start() {
	descriptors=$1
	shift
	rm -f "$tmp/port"
	mkfifo "$tmp/port"
	(
		# shellcheck disable=SC3045	# every sh of today has it
		[ "$descriptors" = any ] || ulimit -n "$descriptors"
		exec "$calcd" "$@" >"$tmp/port" 2>"$tmp/err"
	) &
	daemon=$!
	watch_process "$daemon"
	line=''
	read -r line <"$tmp/port"
	port=${line##*:}
	check "calcd $* starts" test -n "$port"
}

# $status is what the daemon ended with.
await_end() {
	wait "$daemon" 2>/dev/null
	status=$?
	daemon=''
	kill "$watchdog" 2>/dev/null
	watchdog=''
}

stop() {
	kill -TERM "$daemon"
	await_end
	check "SIGTERM: status 0" test "$status" -eq 0
	check "SIGTERM: no leak, and standard error says what was served" \
		grep -q '^calcd: served .*connections 0 allocations 0$' \
		"$tmp/err"
	check "SIGTERM: nothing else on standard error" \
		test "$(wc -l <"$tmp/err")" -eq 1
}

load() {
	"$bin/calcload" -p "$port" "$@"
}

# Only the asking connection is left, with what it had at the start.
no_leak() {
	now=$(load -q .stats -u 'connections 1 ') || now="$now -1"
	test "${now##* }" -eq "$allocations" && return
	echo "$now, at first $allocations"
	return 1
}

remember_allocations() {
	now=$(load -q .stats)
	allocations=${now##* }
}

# count WORD LINE: the number behind WORD in a line of statistics.
count() {
	echo "$2" | sed "s/.* $1 \([0-9]*\).*/\1/"
}

summary() {
	echo "$(((checks - failures) * 100 / checks))%: Checks: $checks," \
		"Failures: $failures, Errors: 0"
}
