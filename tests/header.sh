#!/bin/sh
# SPDX-License-Identifier: MIT
# header.sh - what <panic.h> promises to compilers: it compiles alone and
# without a warning, the examples of the documentation do what they say, and
# wrong code gets an error that helps (D10, D11).
#
# From the environment: top_srcdir, top_builddir (where libtool has built the
# library), and PANIC_LIBS to link with instead of the built library.

: "${top_srcdir:=.}" "${top_builddir:=.}"
include=$top_srcdir/include
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
checks=0
failures=0

fail() {
	failures=$((failures + 1))
	echo "FAIL: $*"
	[ ! -s "$work/err" ] || head -20 "$work/err"
}

# succeeds NAME COMMAND...: the command must succeed, and say nothing.
succeeds() {
	name=$1
	shift
	checks=$((checks + 1))
	if ! "$@" >"$work/err" 2>&1 || [ -s "$work/err" ]; then
		fail "$name: $*"
	fi
}

# refuses NAME WORD COMMAND...: the command must fail, and tell WORD.
refuses() {
	name=$1
	word=$2
	shift 2
	checks=$((checks + 1))
	if "$@" >"$work/err" 2>&1; then
		fail "$name: it compiled: $*"
	elif ! grep -q "$word" "$work/err"; then
		fail "$name: no $word in the error of: $*"
	fi
}

# installed COMMAND...: those there are.
installed() {
	for c in "$@"; do
		command -v "$c" >/dev/null 2>&1 && echo "$c"
	done
}

compilers=$(installed gcc gcc-12 gcc-14 gcc-16 clang clang-14 clang-16 \
	clang-19 clang-21 clang-22)
cxx=$(installed g++ g++-14 g++-16 clang++ clang++-14 clang++-19 clang++-21 \
	clang++-22)
strict='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-qual -Werror'

# The compiler knows a standard if it compiles an empty file by it.
knows() {
	"$1" "-std=$2" -x "$3" -fsyntax-only /dev/null 2>/dev/null
}

# takes CC WARNING
takes() {
	"$1" -Werror "$2" -fsyntax-only -x c /dev/null 2>/dev/null
}

# warnings CC: what the header must be silent under, where its folder is none
# of the system's.
warnings() {
	echo "$strict"
	takes "$1" -Wcast-function-type-strict &&
		echo -Wcast-function-type-strict
	# gcc guesses, and wrongly, where a landing is a real setjmp().
	takes "$1" -Wclobbered &&
		! "$1" -dM -E -x c /dev/null | grep __x86_64__ >/dev/null &&
		echo -Wno-clobbered
}

header_alone() {
	echo '#include <panic.h>' >"$work/alone.c"
	for cc in $compilers; do
		for std in c11 c17 c2x c2y gnu11; do
			knows "$cc" $std c || continue
			succeeds "header alone" "$cc" -std=$std \
				$(warnings "$cc") -I"$include" -fsyntax-only \
				"$work/alone.c"
			succeeds "header without keywords" "$cc" -std=$std \
				$(warnings "$cc") -I"$include" \
				-DPANIC_NO_KEYWORDS -fsyntax-only \
				"$work/alone.c"
		done
	done
	# C++98 knows no variadic macros, which every compiler has.
	for cc in $cxx; do
		for std in c++98 c++11 c++14 c++17 c++20 c++23 c++26; do
			knows "$cc" $std c++ || continue
			succeeds "header in C++" "$cc" -std=$std $strict \
				-Wno-variadic-macros -I"$include" -x c++ \
				-fsyntax-only "$work/alone.c"
		done
	done
}

# What programs write: each keyword, frames within frames, a type of their own.
used_code() {
	cat <<'END'
#include <panic.h>
#include <stdlib.h>
#include <unistd.h>

struct conn {
	int fd;
};

static int f, n, s;		/* names that the header uses itself */

PANIC_DEFERRABLE(conn, void, struct conn *)
#undef PANIC_DEFER_TYPES
#define PANIC_DEFER_TYPES PANIC_DEFER_AS(conn, void, struct conn *)

static void conn_free(struct conn *c)
{
	free(c);
}

static void stop(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p && panic_errnum(p))
		repanic(p);
}

int nested(struct conn *c);

int nested(struct conn *c)
{
	recover_frame(return -1);
	defer(stop, NULL);
	defer(conn_free, c);
	for (int i = 0; i < f; i++) {
		defer_frame();
		defer(close, i);
		{
			recover_frame(continue);
			defer(free, c);
			if (i == n)
				panic("%d", i);
			if (i == s)
				panic_errno("%d", i);
		}
	}
	return 0;
}

int proc(int fd);

int proc(int fd)
{
	if (deferproc(close, fd))
		goto out;
	if (fd == 1)
		panic_value(&panic_fault_type, NULL);
	if (fd == 2)
		goexit();
out:
	deferreturn();
	return 0;
}
END
}

code_of_programs() {
	used_code >"$work/used.c"
	for cc in $compilers; do
		for std in c11 c17 c2x c2y gnu11; do
			knows "$cc" $std c || continue
			for opt in -O0 -O2 -Os -fexceptions; do
				succeeds "code of programs" "$cc" -std=$std \
					$(warnings "$cc") $opt -I"$include" \
					-c "$work/used.c" -o "$work/used.o"
			done
		done
	done
}

# The first example: the runtime contract.
proc_example() {
	cat <<'END'
#include <panic.h>
#include <stdio.h>

static int m;

static void unlock(void *p)
{
	const struct panic *r = recover();

	*(int *)p = 0;
	printf("unlock %s\n", r ? panic_message(r) : "-");
}

static void work(volatile int *rc)
{
	m++;
	if (m == 3)
		panic("m is %d", m);
	*rc = m;
}

int f(void);

int f(void)
{
	volatile int rc = -1;

	if (deferproc(unlock, &m))      /* 0 now; 1 after a recovered panic */
		goto epilogue;
	work(&rc);
epilogue:
	deferreturn();                  /* runs this frame's deferred calls */
	return rc;
}

int main(void)
{
	printf("%d\n", f());
	m = 2;
	printf("%d\n", f());
	return 0;
}
END
}

proc_output='unlock -
1
unlock m is 3
-1'

# The second: the language layer.
frame_example() {
	cat <<'END'
#include <panic.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

struct conn {
	int fd, bad;
	pthread_mutex_t lock;
};

static void report(void *arg)
{
	const struct panic *p = recover();
	struct conn *c = arg;

	printf("report %s, %s\n", p ? panic_message(p) : "-",
		fcntl(c->fd, F_GETFD) < 0 ? "closed" : "open");
}

static void parse(struct conn *c)
{
	if (c->bad)
		panic("bad input: %d", c->bad);
}

int handle(struct conn *c);

int handle(struct conn *c)
{
	volatile int status = -1;

	recover_frame(return status);   /* may defer, and may stop a panic */
	defer(report, c);
	defer(close, c->fd);
	pthread_mutex_lock(&c->lock);
	defer(pthread_mutex_unlock, &c->lock);

	parse(c);                       /* panics on bad input */
	return status = 0;
}                                       /* every way out runs the deferred calls */

int main(void)
{
	for (int bad = 0; bad < 2; bad++) {
		struct conn c = { open("/dev/null", O_RDONLY), bad,
			PTHREAD_MUTEX_INITIALIZER };

		printf("%d\n", handle(&c));
		printf("%d\n", pthread_mutex_trylock(&c.lock));
	}
	return 0;
}
END
}

frame_output='report -, closed
0
0
report bad input: 1, closed
-1
0'

# Panics in the block of the frame that stops them, and from a function.
near_example() {
	cat <<'END'
#include <panic.h>
#include <stdio.h>

static void stop(void *unused)
{
	(void)unused;
	printf("%s\n", panic_message(recover()));
}

static void fail(int n)
{
	panic("far %d", n);
}

static int copy(int n)
{
	return n;
}

static int (*volatile another)(int) = copy;

/* The locals are likely to be in registers, which the landing brings back. */
static int share(int n)
{
	int a = another(1), b = another(20), c = another(300),
		d = another(4000), e = another(50000);

	recover_frame(return a + b + c + d + e);
	defer(stop, NULL);
	if (n == 0)
		panic("near %d", n);
	fail(n);
	return 0;
}

int main(void)
{
	for (int n = 0; n < 2; n++)
		printf("%d\n", share(n));
	return 0;
}
END
}

near_output='near 0
54321
far 1
54321'

# options CC: what the examples are compiled with.  The program's shadow stack
# need not be the library's.
options() {
	printf '%s\n' -O0 -O2 -O3 -Os
	for cf in none branch return full; do
		cf=-fcf-protection=$cf
		"$1" $cf -fsyntax-only -x c /dev/null 2>/dev/null &&
			echo "-O2 $cf"
	done
	# In x86's other syntax, if it is one.
	"$1" -masm=intel -fsyntax-only -x c /dev/null 2>/dev/null &&
		echo "-O2 -masm=intel"
}

# runs NAME OUTPUT COMMAND...
runs() {
	name=$1
	want=$2
	shift 2
	checks=$((checks + 1))
	got=$("$@" 2>"$work/err")
	[ "$got" = "$want" ] || fail "$name printed: $got"
}

find_library() {
	[ -z "$PANIC_LIBS" ] || return 0
	for dir in "$top_builddir/.libs" "$top_builddir/lib/.libs"; do
		[ -f "$dir/libpanic.so" ] || continue
		PANIC_LIBS="-L$dir -Wl,-rpath,$(cd "$dir" && pwd) -lpanic"
		return 0
	done
	return 1
}

examples() {
	if ! find_library; then
		echo "no libpanic.so: the examples are not compiled"
		return
	fi
	proc_example >"$work/proc.c"
	frame_example >"$work/frame.c"
	near_example >"$work/near.c"
	for cc in $compilers; do
		options "$cc" >"$work/options"
		while read -r opt; do
			for what in proc frame near; do
				succeeds "example $what" "$cc" $opt -Wall \
					-Wextra -I"$include" "$work/$what.c" \
					-o "$work/$what" $PANIC_LIBS -pthread
			done
			runs "proc by $cc $opt" "$proc_output" "$work/proc"
			runs "frame by $cc $opt" "$frame_output" "$work/frame"
			runs "near by $cc $opt" "$near_output" "$work/near"
		done <"$work/options"
	done
}

# PANIC_NO_KEYWORDS defines none of the short names, and each has a long one.
keywords() {
	for lang in c c++; do
		gcc -x $lang -I"$include" -DPANIC_NO_KEYWORDS -dM -E \
			"$work/alone.c" >"$work/macros"
		for word in defer panic recover goexit deferproc deferreturn \
		    repanic defer_frame recover_frame; do
			checks=$((checks + 1))
			grep "^#define ${word}[ (]" "$work/macros" \
				>"$work/err" && fail "$word is defined in $lang"
		done
	done
	gcc -I"$include" -DPANIC_NO_KEYWORDS -dM -E "$work/alone.c" \
		>"$work/macros"
	for word in PANIC PANIC_REPANIC PANIC_RECOVER PANIC_GOEXIT \
	    PANIC_DEFERPROC PANIC_DEFERRETURN PANIC_DEFER \
	    PANIC_DEFER_FRAME PANIC_RECOVER_FRAME; do
		checks=$((checks + 1))
		grep -q "^#define $word(" "$work/macros" ||
			fail "$word is not defined"
	done
}

wrong_code() {
	cat >"$work/type.c" <<'END'
#include <panic.h>
static double half(double x) { return x / 2; }
void f(void);
void f(void) { defer_frame(); defer(half, 1); }
END
	cat >"$work/argument.c" <<'END'
#include <panic.h>
#include <unistd.h>
void f(const char *s);
void f(const char *s) { defer_frame(); defer(close, s); }
END
	cat >"$work/wide.c" <<'END'
#include <panic.h>
#include <unistd.h>
void f(void);
void f(void) { defer_frame(); defer(close, (double _Complex)1); }
END
	cat >"$work/parameter.c" <<'END'
#include <panic.h>
PANIC_DEFERRABLE(wide, void, double _Complex)
END
	cat >"$work/outside.c" <<'END'
#include <panic.h>
#include <stdlib.h>
void f(void *p);
void f(void *p) { defer(free, p); }
END
	for cc in $compilers; do
		refuses "unknown type" PANIC_DEFERRABLE "$cc" -I"$include" \
			-fsyntax-only "$work/type.c"
		refuses "wrong argument" close "$cc" -I"$include" -Werror \
			-fsyntax-only "$work/argument.c"
		refuses "wide argument" 'this one is wider' "$cc" \
			-I"$include" -fsyntax-only "$work/wide.c"
		refuses "wide parameter" 'this one is wider' "$cc" \
			-I"$include" -fsyntax-only "$work/parameter.c"
		refuses "defer outside a frame" frame "$cc" -I"$include" \
			-fsyntax-only "$work/outside.c"
	done
}

# C2y's <stddefer.h>, as a compiler without it would find it and as one with
# it would have it.
stddefer() {
	mkdir "$work/c2y"
	cat >"$work/c2y/stddefer.h" <<'END'
#ifndef STDDEFER_H
#define STDDEFER_H
#define defer _Defer
#endif
END
	printf '#include <stddefer.h>\n#include <panic.h>\n' >"$work/both.c"
	cat >"$work/ours.c" <<'END'
#include <panic.h>
#include <stddefer.h>
#include <stdlib.h>
void f(void *p);
void f(void *p) { defer_frame(); defer(free, p); }
END
	for cc in $compilers; do
		refuses "stddefer.h first" PANIC_NO_KEYWORDS "$cc" \
			-I"$include" -I"$work/c2y" -fsyntax-only \
			"$work/both.c"
		succeeds "stddefer.h without keywords" "$cc" -I"$include" \
			-I"$work/c2y" -DPANIC_NO_KEYWORDS -fsyntax-only \
			"$work/both.c"
		succeeds "stddefer.h taken first" "$cc" -I"$include" \
			-I"$work/c2y" -D__STDC_DEFER_TS25755__=1 -Wall \
			-fsyntax-only "$work/ours.c"
		refuses "stddefer.h after all" defer "$cc" -Werror -I"$include" \
			-I"$work/c2y" -fsyntax-only "$work/ours.c"
	done
}

# Too old a language, and parts of the header alone.
refused_uses() {
	echo '#include <panic/defer.h>' >"$work/part.c"
	for cc in $compilers; do
		refuses "C99" c11 "$cc" -std=c99 -I"$include" -fsyntax-only \
			"$work/alone.c"
		refuses "a part alone" '<panic.h>' "$cc" -I"$include" \
			-fsyntax-only "$work/part.c"
	done
}

header_alone
code_of_programs
examples
keywords
wrong_code
stddefer
refused_uses
echo "header.sh: Checks: $checks, Failures: $failures"
[ "$failures" -eq 0 ]
