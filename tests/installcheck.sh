#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles the first C example in README.md with what pkg-config says about
# the installed library, and nothing else, runs it and compares what it prints;
# then once more linked statically, if that library and the system's are there.

set -e
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

PKG_CONFIG_PATH=$DESTDIR$pkgconfigdir${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$DESTDIR$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PKG_CONFIG_PATH LD_LIBRARY_PATH

pc()
{
	${PKG_CONFIG:-pkg-config} "$@" \
		${DESTDIR:+--define-variable=libdir="$DESTDIR$libdir"} \
		${DESTDIR:+--define-variable=includedir="$DESTDIR$includedir"} \
		libpanic
}

# build PROGRAM FLAG...
build()
{
	program=$dir/$1
	shift
	$CC $INSTRUMENT_CFLAGS $(pc --cflags) -o "$program" "$dir/example.c" "$@"
}

awk '/^```c$/ { inside = 1; next } /^```/ && inside { exit } inside' \
	"$top_srcdir/README.md" >"$dir/example.c"
grep -q 'main(' "$dir/example.c" || {
	echo "installcheck: the first C example in README.md is no program"
	exit 1
}

awk '/^It prints/ { it = 1 } /^```/ && it { n++; next } n == 2 { exit } n' \
	"$top_srcdir/README.md" >"$dir/printed"

# run PROGRAM
run()
{
	"$dir/$1" >"$dir/got"
	diff "$dir/printed" "$dir/got"
}

build shared $(pc --libs)
run shared
echo "installcheck: the example in README.md works"

# Sanitizers have no static form.
echo 'int main(void) { return 0; }' >"$dir/empty.c"
if test -f "$DESTDIR$libdir/libpanic.a" && test -z "$INSTRUMENT_CFLAGS" &&
	$CC -static -pthread -o "$dir/empty" "$dir/empty.c" $LIBUNWIND_LIBS \
		2>/dev/null
then
	build static -static $(pc --static --libs)
	run static
	echo "installcheck: and linked statically"
fi
