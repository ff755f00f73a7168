#!/bin/sh
# SPDX-License-Identifier: MIT
# kvd.sh - examples/kvd: Redis's own benchmark and client, broken input, faults,
# and save(), which must be shorter than the same by goto.
#
# Exit status: 0, 1, or 77 if all is well but redis-benchmark or redis-cli is
# missing.

kvd=${top_builddir:-.}/examples/kvd/kvd
top=$(cd "${top_srcdir:-.}" && pwd)
broken=$(cd "${top_builddir:-.}/tests/kvd" && pwd)/broken || exit 1
save_goto=${broken%broken}save-goto
tmp=$(mktemp -d) || exit 99
pid='' watchdog='' checks=0 failures=0 skipped=0
trap '[ -z "$pid" ] || kill -KILL $pid; rm -rf "$tmp"' EXIT
trap 'exit 99' HUP INT TERM

check() {
	checks=$((checks + 1))
	title=$1
	shift
	"$@" >"$tmp/log" 2>&1 </dev/null && return
	failures=$((failures + 1))
	echo "kvd.sh: FAILED: $title"
	tail -n 20 "$tmp/log"
}

# $port is where it listens.  What hangs is killed at last.
start() {
	rm -f "$tmp/ready"
	mkfifo "$tmp/ready"
	"$kvd" 0 "$tmp/dump" >"$tmp/ready" 2>>"$tmp/err" &
	pid=$!
	( trap 'kill $!; exit' TERM; sleep 300 & wait $!; kill -KILL $pid ) \
		>/dev/null 2>&1 &
	watchdog=$!
	port=
	read -r port <"$tmp/ready"
	port=${port##*:}
	check "kvd is ready" [ -n "$port" ]
}

# $status is what it ended with.
stop() {
	kill -TERM $pid
	await
}

await() {
	wait $pid
	status=$?
	pid=''
	kill $watchdog
	check "it ends with status 0, not $status" [ $status -eq 0 ]
}

# says WANT ARGUMENT...: what redis-cli prints.
says() {
	want=$1
	shift
	check "redis-cli $* prints $want" \
		[ "$(redis-cli -p "$port" "$@" 2>&1)" = "$want" ]
}

# length FILE FUNCTION: the lines of its body.
length() {
	awk -v name="$2" '
		index($0, name "(") && /^[a-z]/ { inside = 1 }
		inside { n++ }
		/^}/ { inside = 0 }
		END { print n }' "$1"
}

# SIGTERM saves, and what is saved is there at the next start.
start
check "broken input" "$broken" "$port"
stop
check "what it had is saved" grep -q hello "$tmp/dump"
check "panics are logged" grep -q 'panic in do_debug: on request' "$tmp/err"
printf 'SET x y\r\n*1\r\n' >"$tmp/dump"
checks=$((checks + 1))
if "$kvd" 0 "$tmp/dump" >"$tmp/log" 2>&1 ||
    ! grep -q '^kvd: .*/dump: its end is missing$' "$tmp/log"; then
	echo "kvd.sh: FAILED: a broken file"
	failures=$((failures + 1))
fi
rm "$tmp/dump"

if command -v redis-benchmark && command -v redis-cli; then
	start
	check "redis-benchmark" redis-benchmark -p "$port" -q -n 20000 -P 16 \
		-r 1000 -t ping,set,get,incr,mset
	says OK set greeting "good day"
	says "good day" get greeting
	says 14 append greeting "s, all"
	says 1 del greeting
	says "" get greeting
	says 5 incrby five 5
	says "ERR unknown command 'hset'" hset a b c
	case ${INSTRUMENT_CFLAGS-} in
	*sanitize*) ;;		# it takes faults for itself
	*) says "ERR internal error" debug segfault ;;
	esac
	says "ERR internal error" debug panic
	says OK save
	says OK set after save
	n=$(redis-cli -p "$port" dbsize)
	redis-cli -p "$port" shutdown >"$tmp/log" 2>&1
	await
	start
	says "$n" dbsize
	says save get after
	says OK flushall
	says 0 dbsize
	check "its file cannot be written" mkdir "$tmp/dump.new"
	says "ERR internal error" save
	rmdir "$tmp/dump.new"
	says OK save
	stop
else
	echo "kvd.sh: no redis-benchmark or no redis-cli"
	skipped=1
fi >"$tmp/found" && sed '/^\//d' "$tmp/found"

mkdir "$tmp/work"
check "save() and the same by goto" sh -c "cd $tmp/work && $save_goto"
ours=$(($(length "$top/examples/kvd/save.c" save) +
	$(length "$top/examples/kvd/save.c" put_all)))
goto=$(($(length "$top/tests/kvd/save-goto.c" save_goto) +
	$(length "$top/tests/kvd/save-goto.c" put_all)))
echo "save() and put_all(): $ours lines, by goto $goto"
check "save() is shorter than by goto" [ "$ours" -lt "$goto" ]

echo "$((100 * (checks - failures) / checks))%: Checks: $checks," \
	"Failures: $failures, Errors: 0"
[ $failures -eq 0 ] || exit 1
[ $skipped -eq 0 ] || exit 77
