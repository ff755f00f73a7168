#!/bin/sh
# SPDX-License-Identifier: MIT
# matrix.sh - the suite under each compiler, at each level, with each option
# that has broken such libraries before.  `make check-matrix`; takes an hour
# and more.  MATRIX=TEXT runs only the cells with TEXT in their names.

top_srcdir=${top_srcdir:-.}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
failed=0 passed=0 skipped=0

# cell NAME CC CFLAGS [CONFIGURE-OPTION...]
cell()
{
	name=$1 cc=$2 cflags=$3
	shift 3
	case $name in *"$MATRIX"*) ;; *) return ;; esac
	if ! command -v "$cc" >/dev/null; then
		printf '%-44s no %s\n' "$name" "$cc"
		skipped=$((skipped + 1))
		return
	fi
	rm -rf "$dir/b"
	mkdir "$dir/b"
	if (cd "$dir/b" && "$top_srcdir/configure" -q CC="$cc" \
		CFLAGS="-g $cflags" "$@" && make -j2 && make -j2 check) \
		>"$dir/log" 2>&1 </dev/null; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$name: FAILED"
		cat "$dir/b/test-suite.log" 2>/dev/null || tail -n 40 "$dir/log"
	fi
	printf '%-44s %s\n' "$name" \
		"$(grep '%: Checks: ' "$dir/log" | tail -n 1)"
}

for cc in gcc clang-14 clang-19; do
	for level in -O0 -O1 -O2 -O3 -Os; do
		cell "$cc $level" $cc $level
	done
	# The objects are for the linker's plugin, and so must be the archive.
	case $cc in
	gcc)	cell "gcc -O2 -flto" gcc "-O2 -flto -ffat-lto-objects" \
			--disable-shared ;;
	*)	cell "$cc -O2 -flto" $cc "-O2 -flto" --disable-shared \
			AR=llvm-ar-${cc#*-} NM=llvm-nm-${cc#*-} \
			RANLIB=llvm-ranlib-${cc#*-} ;;
	esac
	for option in -fexceptions "-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3" \
		-fcf-protection -fomit-frame-pointer \
		-fno-omit-frame-pointer; do
		cell "$cc -O2 $option" $cc "-O2 $option"
	done
	cell "$cc static" $cc -O2 --disable-shared
	cell "$cc shared" $cc -O2 --disable-static
	cell "$cc address,undefined" $cc -O1 \
		--with-sanitizer=address,undefined
	cell "$cc thread" $cc -O1 --with-sanitizer=thread
done

echo "$passed passed, $failed failed, $skipped skipped"
test $failed -eq 0
