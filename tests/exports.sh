#!/bin/sh
# SPDX-License-Identifier: MIT
# What the shared library shows to the world: the functions that its header
# declares, no more and no less, under one version; libgcc_s ahead of
# libunwind; and the version that configure knows.

lib=$top_builddir/lib/.libs/libpanic.so
map=$top_srcdir/lib/libpanic.map
headers="$top_srcdir/include/panic.h $top_srcdir/include/panic/*.h"
status=0

fail()
{
	echo "$@"
	status=1
}

dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT

# The calls of PANIC__SHARED.
sed -n 's/.*[^A-Z]X(\([A-Za-z_]*\), .*/panic__call_\1/p' \
	"$top_srcdir/include/panic/defer.h" >"$dir/shared"

# A function's name is what stands before the first parenthesis, once the
# attribute that has one is gone; a variable's is the last word.
cat $headers | sed '/^#/d' | tr '\n;' ' \n' |
	sed -n 's/PANIC_PRINTF([^)]*)//
		s/PANIC__TLS$//
		s/.*PANIC_EXPORT [^(]*[ *]\(panic_[A-Za-z0-9_]*\)(.*/\1/p
		s/.*PANIC_EXPORT [^(]*[ *]\(panic_[A-Za-z0-9_]*\) *$/\1/p' |
	cat - "$dir/shared" | sort >"$dir/header"
sed -n 's/^	\(panic_[A-Za-z0-9_]*\);.*/\1/p' "$map" | sort >"$dir/map"
test -s "$dir/header" || fail "no PANIC_EXPORT found in the headers"
diff "$dir/header" "$dir/map" >"$dir/diff" ||
	fail "declared in the header (<), but not in lib/libpanic.map (>), or the reverse:" \
		"$(cat "$dir/diff")"

# Debian's packages are told for each symbol since when it is there.
symbols=$top_srcdir/packaging/debian/libpanic0.symbols
sed -n 's/^ \(panic_[A-Za-z0-9_]*\)@LIBPANIC_0 .*/\1/p' "$symbols" | sort |
	diff "$dir/map" - >"$dir/diff" ||
	fail "in lib/libpanic.map (<), but not in $symbols (>), or the reverse:" \
		"$(cat "$dir/diff")"

version=$(sed -n 's/^#define PANIC_VERSION_[A-Z]* //p' \
	"$top_srcdir/include/panic.h" | paste -s -d . -)
test "$version" = "$VERSION" ||
	fail "panic.h says version $version, configure.ac $VERSION"

# The rest needs an ELF library with symbol versions.
if test -f "$lib" && readelf -d "$lib" >"$dir/dynamic" 2>/dev/null &&
	nm -D --defined-only "$lib" | grep -q LIBPANIC_0; then
	nm -D --defined-only "$lib" | sed 's/.* //' | grep -v '^LIBPANIC_0' |
		sed 's/@@LIBPANIC_0$//' | sort >"$dir/nm"
	diff "$dir/map" "$dir/nm" >"$dir/diff" ||
		fail "in lib/libpanic.map (<), but not exported (>), or the reverse:" \
			"$(cat "$dir/diff")"
	if grep -q 'NEEDED.*libunwind' "$dir/dynamic"; then
		grep 'NEEDED' "$dir/dynamic" | sed '/libunwind/q' |
			grep -q libgcc_s ||
			fail "libunwind is loaded ahead of libgcc_s:" \
				"$(grep NEEDED "$dir/dynamic")"
	fi
fi
exit $status
