#!/bin/sh
# SPDX-License-Identifier: MIT
# musl.sh - the library and its tests with musl, static: a row of debian.sh
# (make check-musl), which runs it in a chroot.
#
# Debian has no library for musl but the C library: libunwind and Check are
# built from its source packages, for which apt's sources must have deb-src.
# What it makes is in build/: musl/ and the library itself.  panic-symbolize is
# a program of its own, and is built with the system's C library.
set -eu

cd "$(dirname "$0")/.."
top=$PWD
mkdir -p build/musl
cd build/musl
work=$PWD
root=$work/root

# musl-gcc, static, and with the kernel's headers behind musl's.
compiler() {
	cat >cc <<-END
	#!/bin/sh
	exec musl-gcc -static "\$@" -idirafter /usr/include \
		-idirafter /usr/include/$(gcc -print-multiarch)
	END
	chmod +x cc
}

# built SOURCE OPTION...: configured in a folder of its own, $PWD on return.
built() {
	mkdir -p "$work/b-$1"
	cd "$work/b-$1"
	configure=$(echo "$work/$1"-[0-9]*/configure)
	shift
	"$configure" -q CC="$work/cc" --prefix="$root" --disable-shared "$@"
}

# It has the personality of C's cleanups from gcc's own unwinder; the rest of
# that wants glibc.
libunwind() {
	built libunwind --disable-minidebuginfo --disable-coredump \
		--disable-ptrace --disable-setjmp --enable-cxx-exceptions \
		--disable-tests --disable-documentation
	make -s -j2 install
	ar x "$(gcc -print-file-name=libgcc_eh.a)" unwind-c.o
	ar r "$root/lib/libunwind.a" unwind-c.o
	rm -f "$root"/lib/*.la "$root/include/unwind.h"
}

check() {
	built check --disable-subunit --disable-timeout-tests
	make -s -C lib
	make -s -C src install
	cp check_stdint.h "$root/include"
	ar r "$root/lib/libcompat.a"
	rm -f "$root"/lib/*.la
}

# Threads have 128 KiB unless the program says more.
library() {
	cd "$top/build"
	../configure -q --enable-Werror --disable-shared --without-libdw \
		CC="$work/cc" LDFLAGS=-Wl,-z,stack-size=0x800000 \
		LIBUNWIND_CFLAGS="-I$root/include" \
		LIBUNWIND_LIBS="-L$root/lib -lunwind" \
		CHECK_CFLAGS="-I$root/include" \
		CHECK_LIBS="-L$root/lib -lcheck"
	make -j2
	gcc -g -I. "$top"/bin/*.c -ldw -lelf -o bin/panic-symbolize
}

compiler
[ -d "$root" ] || {
	apt-get -q source libunwind check
	(libunwind)
	(check)
}
library
# What cannot be, and why: check.h heeds the names, debian.sh shows it all.
sed 's/ /: left out: /' >tests/left-out.log <<END
abort_ends_with_a_report no unwind rules in abort()
abort_in_a_thread_that_blocks_all_is_reported no unwind rules in abort()
all_threads_are_shown_and_the_deaf_are_named no unwind rules in system calls
exit_in_a_hook_or_a_text_loses_no_report no unwind rules in exit()
what_pthread_join_says_is_returned a thread that joins itself waits
S100_a_fault_inside_libc_is_fatal the C library is a part of the program
END
LEFT_OUT=$(sed 's/:.*//' tests/left-out.log | tr '\n' ' ')
export LEFT_OUT
exec make -k -j2 check
