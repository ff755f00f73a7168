# SPDX-License-Identifier: MIT
# cxx-lib.sh - what the tests that compile C++ share: read by them, not run.
#
# From the environment: top_srcdir, top_builddir (where libtool has built the
# library), CC, CXX.
#
# shellcheck shell=sh disable=SC2034
# (Some variables are for who reads this.)

: "${top_srcdir:=.}" "${top_builddir:=.}" "${CC:=cc}" "${CXX:=c++}"
src=$top_srcdir/tests
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
checks=0
failures=0

for dir in "$top_builddir/.libs" "$top_builddir/lib/.libs"; do
	[ ! -f "$dir/libpanic.so" ] || libdir=$(cd "$dir" && pwd)
done
if [ -z "$libdir" ]; then
	echo "$(basename "$0"): no libpanic.so in $top_builddir"
	exit 77
fi

fail() {
	failures=$((failures + 1))
	echo "FAIL: $*"
}
