#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh - calcd answers many requests, bad ones among them, and loses nothing.
#
# The binaries are in $top_builddir/examples.  REQUESTS, FAULTY (percent),
# CONNECTIONS and SEED may be set.
set -eu

bin=${top_builddir:-.}/examples
requests=${REQUESTS:-200000}
faulty=${FAULTY:-10}
connections=${CONNECTIONS:-50}
seed=${SEED:-1}

tmp=$(mktemp -d)
daemon=''
watchdog=''

cleanup() {
	[ -z "$watchdog" ] || kill "$watchdog" 2>/dev/null || :
	[ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null || :
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

fail() {
	echo "demo: FAILED: $*" >&2
	cat "$tmp/table" "$tmp/err" >&2 2>/dev/null || :
	exit 1
}

# Kills the daemon after $1 seconds, so that nothing here waits for ever.
watch_daemon() {
	(
		trap 'kill $nap; exit' TERM
		sleep "$1" & nap=$!
		wait $nap
		kill -KILL "$daemon"
	) >/dev/null 2>&1 &
	watchdog=$!
}

ask() {
	"$bin/calcload" -p "$port" "$@"
}

# Reading the fifo waits for the daemon's first line, or for its end.
mkfifo "$tmp/port"
"$bin/calcd" -t 4 >"$tmp/port" 2>"$tmp/err" &
daemon=$!
watch_daemon 120
read -r line <"$tmp/port" || fail "calcd did not start"
port=${line##*:}
echo "$line, 4 threads"

before=$(ask -q .stats) || fail "calcd does not answer"
allocations=${before##* }
echo "calcload: $requests requests on $connections connections," \
	"$faulty % faulty, seed $seed"
status=0
ask -n "$requests" -c "$connections" -f "$faulty" -s "$seed" \
	>"$tmp/table" || status=$?

# The daemon may need a moment to see that the clients have gone.
after=$(ask -q .stats -u "connections 1 ") || fail "connections leak: $after"
[ "${after##* }" = "$allocations" ] || fail "allocations leak: $after"
echo "afterwards: 1 connection (this one) and $allocations allocations," \
	"as before"

kill -TERM "$daemon"
ended=0
wait "$daemon" || ended=$?
daemon=''
[ "$ended" -eq 0 ] || fail "calcd ended with status $ended"
grep -q 'connections 0 allocations 0$' "$tmp/err" || fail "calcd leaks"
echo "stopped by SIGTERM, status 0:"
fold -s -w 76 "$tmp/err" | sed 's/^/  /'

[ "$status" -eq 0 ] || fail "wrong or missing answers"
echo
cat "$tmp/table"
