#!/bin/sh
# SPDX-License-Identifier: MIT
# unwinder.sh - linking with libpanic, which needs libunwind, changes neither
# where a program finds the unwinder of libgcc_s nor what pthread_cancel and
# C++ do with it.

# shellcheck source=tests/cxx-lib.sh
. "${top_srcdir:-.}/tests/cxx-lib.sh"
panic="-L$libdir -Wl,-rpath,$libdir -lpanic"
flags="-g -O2 -I$top_srcdir/include -I$src -pthread"

build() {
	"$@" || { fail "$*"; exit 1; }
}

# prints NAME WANT COMMAND...
prints() {
	name=$1
	want=$2
	shift 2
	checks=$((checks + 1))
	got=$("$@" 2>&1)
	[ "$got" = "$want" ] && return
	fail "$name printed"
	echo "$got"
	echo "and not"
	echo "$want"
}

# The library of C++, and in it what must be unwound.
build $CC $flags -fexceptions -fPIC -c "$src/unwinder-where.c" \
	-o "$work/where.o"
build $CXX $flags -fPIC -shared "$src/unwinder-throw.cc" "$work/where.o" \
	-ldl -o "$work/libthrow.so"
throw="-L$work -Wl,-rpath,$work -lthrow"
main="$flags $src/unwinder-main.c"
program="$flags $src/unwinder-program.cc"

# As the programs are without libpanic: every name in libgcc_s.
build $CC -DPLAIN $main $throw -o "$work/main-plain"
build $CXX -DPLAIN $program $throw -o "$work/program-plain"
for lang in main program; do
	checks=$((checks + 1))
	"$work/$lang-plain" >"$work/$lang.want" || fail "$lang-plain"
	[ "$(grep -c ' libgcc_s' "$work/$lang.want")" = 4 ] ||
		fail "$lang-plain has not found libgcc_s"
done

# A program of C, without -fexceptions, has no dependency on libgcc_s of its
# own: what libpanic needs comes before what the library of C++ needs.
build $CC $main $panic $throw -o "$work/main-first"
build $CC $main $throw $panic -o "$work/main-last"
build $CC -fexceptions $main $panic $throw -o "$work/main-unwound"
build $CXX $program $panic $throw -o "$work/program-first"
build $CXX $program $throw $panic -o "$work/program-last"
for name in main-first main-last main-unwound program-first program-last; do
	prints "$name" "$(cat "$work/${name%-*}.want")" "$work/$name"
done

# A program of C that opens its library of C++ when libpanic is there already.
cat >"$work/opens.c" <<'END'
#include <dlfcn.h>
#include <panic.h>
#include <stdio.h>
static void through(void (*thrower)(void)) { thrower(); }
int main(int argc, char **argv)
{
	void *lib = dlopen(argv[argc - 1], RTLD_NOW | RTLD_GLOBAL);
	int (*thrown)(void (*)(void (*)(void)));
	if (!lib || !panic_version())
		return 1;
	((void (*)(void))dlsym(lib, "where"))();
	thrown = (int (*)(void (*)(void (*)(void))))dlsym(lib,
		"thrown_through");
	printf("caught %d\n", thrown(through));
	((void (*)(void))dlsym(lib, "cancel"))();
	printf("caught %d\n", thrown(through));
	return 0;
}
END
build $CC $flags "$work/opens.c" $panic -ldl -o "$work/opens"
prints opens "$(cat "$work/main.want")" "$work/opens" "$work/libthrow.so"

# The bindings that the loader makes are the same as what dlsym() tells.
for name in main-first main-unwound program-first; do
	checks=$((checks + 1))
	LD_DEBUG=bindings LD_BIND_NOW=1 "$work/$name" 2>&1 >/dev/null |
		grep 'to [^ ]*libunwind[^ ]* .*symbol .*_Unwind_' |
		grep -v 'file [^ ]*libunwind' >"$work/bound" &&
		fail "$name binds to libunwind: $(cat "$work/bound")"
done

echo "unwinder.sh: Checks: $checks, Failures: $failures"
[ "$failures" -eq 0 ]
