#!/bin/sh
# SPDX-License-Identifier: MIT
# valgrind.sh - a program of a user's under valgrind: no message, wherever the
# stack lies.  What the environment holds moves the stack: VALGRIND_SIZES sizes of
# it, 64 if that is not set.

top=$(cd "${top_srcdir:-.}" && pwd)
lib=$PWD/lib/.libs
leave() {
	echo "valgrind.sh: $1"
	exit 77
}
[ -e "$lib/libpanic.so" ] || leave "no shared library"
[ -z "${EMULATOR-}" ] || leave "valgrind is an emulator itself"
command -v valgrind >/dev/null || leave "no valgrind"
grep -q 'HAVE_VALGRIND_VALGRIND_H 1' config.h ||
	leave "configure did not find valgrind's header"
! grep -q 'PANIC_UNWIND_CHECKS 1' config.h ||
	leave "this build asks libunwind at each call"
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
trap 'exit 99' HUP INT TERM

cat >"$dir/prog.c" <<'END'
#include <panic.h>
#include <pthread.h>
#include <stdio.h>

static void stop(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p)
		puts(panic_message(p));
}

static void guarded(void)
{
	recover_frame(return);
	defer(stop, NULL);
	panic("request %d", 1);
}

static void by_deferproc(void)
{
	if (deferproc(stop, NULL))
		goto out;
	panic("request %d", 2);
out:
	deferreturn();
}

static void *thread(void *unused)
{
	guarded();
	return unused;
}

int main(void)
{
	pthread_t t;

	guarded();
	by_deferproc();
	return pthread_create(&t, NULL, thread, NULL) || pthread_join(t, NULL);
}
END
# Debug information that is newer than valgrind ends it.
strip -g -o "$dir/libpanic.so.0" "$lib/libpanic.so" &&
	${CC:-cc} -std=gnu11 -O2 -pthread -funwind-tables -I"$top/include" \
		"$dir/prog.c" -o "$dir/prog" -L"$lib" -lpanic \
		-Wl,-rpath,"$dir" || exit 1

checks=0 failures=0
while [ $checks -lt "${VALGRIND_SIZES:-64}" ]; do
	pad=$(head -c $((checks * 64)) /dev/zero | tr '\000' x)
	checks=$((checks + 1))
	env -i PATH="$PATH" PAD="$pad" valgrind -q --error-exitcode=9 \
		"$dir/prog" >"$dir/said" 2>&1 && continue
	failures=$((failures + 1))
	[ $failures -gt 1 ] || cat "$dir/said"
done
echo "$checks checks, $failures failures"
[ $failures -eq 0 ]
