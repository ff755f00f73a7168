#!/bin/sh
# SPDX-License-Identifier: MIT
# unwind.sh - panic_unwind() through frames of C++: destructors, catch,
# noexcept; with each pair of compilers there is, with and without optimization.

# shellcheck source=tests/cxx-lib.sh
. "${top_srcdir:-.}/tests/cxx-lib.sh"

export PANIC_TRACEBACK=none

# prints CASE WANT: standard output and error; a signal's number behind it.
prints()
{
	checks=$((checks + 1))
	got=$(cd "$work" && ./program "$1" 2>&1; echo "status $?")
	# shellcheck disable=SC2254	# a pattern
	case $got in
	$2) ;;
	*) fail "$compilers: $1 printed"; echo "$got" ;;
	esac
}

# try CC CXX OPTION
try()
{
	compilers="$1, $2, $3"
	# The compilers may be given with options.
	# shellcheck disable=SC2086
	if ! $1 -g "$3" -fexceptions -I"$top_srcdir/include" -c \
	    "$src/unwind-lands.c" -o "$work/lands.o" ||
	    ! $2 -g "$3" -I"$top_srcdir/include" "$src/unwind-program.cc" \
	    "$work/lands.o" -L"$libdir" -Wl,-rpath,"$libdir" -lpanic \
	    -o "$work/program"; then
		fail "$compilers: cannot be compiled"
		return
	fi
	prints destructors "recovered: boom
~raiser
~caller
landed
status 0"
	prints thrown_on "recovered: boom
~raiser
caught
landed
status 0"
	prints not_its_type "recovered: boom
~raiser
landed
status 0"
	prints throws_inside "recovered: boom
~raiser
thrown and caught in a destructor
landed
status 0"
	prints kept "recovered: boom
~raiser
caught
fatal error: panic_unwind: a catch (...) of C++ has ended without throw;
*status 134"
	prints refused "*terminate called*status 134"
}

for option in -O0 -O2; do
	try "$CC" "$CXX" $option
	for version in "" -14 -16 -19; do
		if command -v "clang++$version" >/dev/null; then
			try "clang$version" "clang++$version" $option
		fi
	done
done
echo "$checks checks, $failures failures"
[ $failures -eq 0 ]
