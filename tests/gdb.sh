#!/bin/sh
# SPDX-License-Identifier: MIT
# gdb's info panics and info defers, on a live process and on a core.

target=${target:-tests/gdb-target}
script=${top_srcdir:-.}/gdb/libpanic-gdb.py
status=0

gdb --batch -ex 'python print(1)' >/dev/null 2>&1 || {
	echo "no gdb with Python"
	exit 77
}
dir=$(mktemp -d) || exit 99
pid=
trap 'test -z "$pid" || kill $pid 2>/dev/null; rm -rf "$dir"' EXIT

ask()
{
	gdb --batch -nx -iex 'set debuginfod enabled off' \
		-ex "source $script" -ex 'info panics' -ex 'info defers' \
		-ex 'info panics all' -ex 'info defers all' "$@" \
		>"$dir/out" 2>"$dir/err"
}

# Each line of standard input must stand in the answer, in this order.
expect()
{
	sed 's/0x[0-9a-f]*/0x/g; s/\.cold+/+/; s/\.lto_priv[.0-9]*//; s/[^ ]*gdb-target\.c:[0-9]*/gdb-target.c/g' \
		"$dir/out" >"$dir/got"
	tr -s '\t ' ' ' <"$dir/got" >"$dir/rest"
	while read -r line; do
		n=$(grep -nF -- "$line" "$dir/rest" | head -n 1 | cut -d : -f 1)
		test -n "$n" || {
			echo "$1: \"$line\" is not in, or not in order:"
			cat "$dir/got" "$dir/err"
			status=1
			break
		}
		sed "1,${n}d" "$dir/rest" >"$dir/next"
		mv "$dir/next" "$dir/rest"
	done
}

check()
{
	expect "$1" <<-'END'
	panic: the first [recovered]
	raised at gdb-target.c in work
	runs again(0x), deferred at gdb-target.c in work
	panic: again
	and again
	raised at gdb-target.c in again
	runs stop(0x), deferred at gdb-target.c in work
	#0 recover_frame in work (one of its calls runs)
	free(0x), deferred at gdb-target.c in work
	#1 deferproc in main
	keep(0x), deferred at gdb-target.c in main
	#2 defer_frame in main
	keep(0x), deferred at gdb-target.c in main
	panic: the first [recovered]
	No panics.
	#0 recover_frame in work (one of its calls runs)
	#2 defer_frame in main
	#0 recover_frame in idle
	close(0x), deferred at gdb-target.c in idle
	keep(0x), deferred at gdb-target.c in idle
	END
	n=$(grep -c 'keep.*in idle' "$dir/got")
	test "$n" -eq 10 || {
		echo "$1: $n of 10 calls"
		status=1
	}
}

mkfifo "$dir/fifo"
"$target" wait >"$dir/fifo" &
pid=$!
read -r line <"$dir/fifo"
ask -p $pid
if grep -q 'ptrace: Operation not permitted' "$dir/err"; then
	echo "gdb may not attach"
else
	check live
fi

check_died()
{
	expect "$1" <<-'END'
	panic: the last
	raised at gdb-target.c in fail
	No deferred calls.
	Frames whose calls were all run by a panic:
	#0 defer_frame in fail
	keep(0x), deferred at gdb-target.c in fail
	#1 defer_frame in die
	keep(0x), deferred at gdb-target.c in die
	free(0x), deferred at gdb-target.c in die
	END
}

# core HOW CHECK
core()
{
	rm -f "$dir/core"
	gdb --batch -nx -iex 'set debuginfod enabled off' -ex run \
		-ex "generate-core-file $dir/core" --args "$target" "$1" \
		>"$dir/out" 2>&1
	if test -s "$dir/core"; then
		ask "$target" "$dir/core"
		"$2" "core of $1"
	else
		echo "no core of $1:"
		cat "$dir/out"
		status=1
	fi
}

# The report comes from a child process: gdb must not stumble over it.
reported()
{
	gdb --batch -nx -iex 'set debuginfod enabled off' -ex run \
		--args "$target" die >"$dir/out" 2>&1
	expect "die" <<-'END'
	panic: the last
	[running]:
	fail+0x
	received signal SIGABRT
	END
}

# The core of a program with a sanitizer is as large as its shadow memory.
if nm "$target" 2>/dev/null | grep -E '__(asan|tsan)_init' >/dev/null; then
	echo "built with a sanitizer: no cores"
else
	core abort check
	core die check_died
	reported
fi
exit $status
