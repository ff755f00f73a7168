#!/bin/sh
# SPDX-License-Identifier: MIT
# go.sh - make check-go: the library and the model against Go itself.
#
# Compares all programs up to size 6 and depth 3, a million random ones, and
# 500 that are written out as Go and C and compiled, C at -O0 to -O3.  Exit
# status 77, a skipped test, where Go is missing.
#
# From the environment, all with defaults: MODEL, the built program; srcdir,
# the folder of this script; GO; CC; PANIC_CPPFLAGS and PANIC_LIBS, what a
# program of the library's is compiled with; LIBUNWIND_LIBS; SEED;
# COUNT; SIZE; SOURCES.

set -eu

srcdir=$(cd "${srcdir:-$(dirname "$0")}" && pwd)
MODEL=${MODEL:-./model}
GO=${GO:-go}
CC=${CC:-gcc}
PANIC_CPPFLAGS=${PANIC_CPPFLAGS:--I$srcdir/../../include}
LIBUNWIND_LIBS=${LIBUNWIND_LIBS--lunwind}
PANIC_LIBS=${PANIC_LIBS:-lib/.libs/libpanic.a -lgcc_s $LIBUNWIND_LIBS -lpthread}
SEED=${SEED:-random}
COUNT=${COUNT:-1000000}
SIZE=${SIZE:-6,3}
SOURCES=${SOURCES:-500}

if ! command -v "$GO" >/dev/null; then
	echo "SKIP: there is no $GO: not compared with Go"
	exit 77
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/panic-go.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

# No module, nothing from the network, and the cache goes with the rest.
export GO111MODULE=off GOFLAGS='' GOPROXY=off GOCACHE="$dir/cache"
# So that stacks do not move: trace.go tells why.
export GODEBUG=gcshrinkstackoff=1

# go_build OUT FILE...: go build wants all its files in one folder.
go_build() {
	out=$1
	shift
	mkdir "$out.d"
	cp "$@" "$out.d"
	(cd "$out.d" && "$GO" build -o "$out" ./*.go)
}

# compile_c NUMBER LEVEL: runs one of the files of programs.
compile_c() {
	# The flags are words, as make has them.
	# shellcheck disable=SC2086
	$CC -std=gnu11 "-O$2" $PANIC_CPPFLAGS -I"$srcdir" \
		-o "$dir/c$1.O$2" "$dir/c$1.c" $PANIC_LIBS
	"$dir/c$1.O$2" >"$dir/c$1.O$2.txt"
}

# same EXPECTED FILE...: whether the files together are as expected.
same() {
	expected=$1
	shift
	if ! cat "$@" | cmp -s - "$expected"; then
		echo "$* differ from what is expected:"
		cat "$@" | diff "$expected" - | head -20
		exit 1
	fi
}

# compile_level LEVEL: two at a time; the status of each is asked for.
compile_level() {
	compile_c 0 "$1" & a=$!
	compile_c 1 "$1" & b=$!
	wait $a && wait $b
	compile_c 2 "$1" & a=$!
	compile_c 3 "$1" & b=$!
	wait $a && wait $b
	same "$dir/expected.c.txt" "$dir/c0.O$1.txt" "$dir/c1.O$1.txt" \
		"$dir/c2.O$1.txt" "$dir/c3.O$1.txt"
}

# Random is resolved here, for the line that tells it.
if [ "$SEED" = random ]; then
	SEED=$(date +%s)
fi

"$GO" version
# Up to 1.21 Go loses a Goexit (S86); from then on nothing may differ.
minor=$("$GO" env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
old=
[ "${minor:-22}" -ge 22 ] || old=-o
go_build "$dir/interp" "$srcdir/trace.go" "$srcdir/interp.go"
"$MODEL" -x "$SIZE" -g "$dir/interp" ${old:+-o}
"$MODEL" -n "$COUNT" -s "$SEED" -g "$dir/interp" ${old:+-o}

echo "$SOURCES programs as source, seed $SEED"
"$MODEL" -source "$SOURCES" -s "$SEED" ${old:+-o} "$dir"
go_build "$dir/replay" "$srcdir/trace.go" "$srcdir/replay.go" \
	"$dir/programs.go"
"$dir/replay" >"$dir/go.txt"
same "$dir/expected.go.txt" "$dir/go.txt"
for level in 0 1 2 3; do
	compile_level "$level"
done
echo "100%: Checks: $SOURCES, Failures: 0, Errors: 0"
