#!/bin/sh
# SPDX-License-Identifier: MIT
# arm64.sh - the library and its tests in C, built for AArch64 and run under
# qemu-aarch64: make check-arm64.
#
# Wants gcc-aarch64-linux-gnu, qemu-user and, the first time, Debian's archive:
# the libraries come into $top_builddir/arm64/root from there, by apt-get
# download with folders of its own, so nothing of the system changes.
# ARM64_ROOT names a root that is there already, ARM64_TESTS the tests to run
# (tests/test-signal ...).  Exit status: 0, 1, or 77 if something is missing.
set -u

top=${top_srcdir:-.}
work=${top_builddir:-.}/arm64
root=${ARM64_ROOT:-$work/root}
cc=aarch64-linux-gnu-gcc
qemu='qemu-aarch64'
triplet=aarch64-linux-gnu
packages='libunwind8 libunwind-dev liblzma5 liblzma-dev check libsubunit0
	libsubunit-dev zlib1g libc6 libgcc-s1'
ran=0
failures=0

skip() {
	echo "arm64.sh: skipped: $*"
	exit 77
}

for tool in "$cc" "$qemu"; do
	command -v "$tool" >/dev/null || skip "no $tool"
done
mkdir -p "$work/bin" || exit 1
work=$(cd "$work" && pwd)
case $root in
/*)	;;
*)	root=$PWD/$root ;;
esac

# apt with nothing of the system's but its sources.
apt_conf() {
	mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
	: >"$work/apt/status"
	cat <<-END
	APT::Architecture "arm64";
	APT::Architectures { "arm64"; };
	Dir::State "$work/apt";
	Dir::State::lists "$work/apt/lists";
	Dir::State::status "$work/apt/status";
	Dir::Cache "$work/apt";
	Dir::Cache::archives "$work/apt/archives";
	Dir::Cache::pkgcache "";
	Dir::Cache::srcpkgcache "";
	APT::Sandbox::User "root";
	END
}

# Without libc6-dev, whose linker scripts name files of the real root: the
# cross compiler has its own.
fetch() {
	for tool in apt-get dpkg-deb; do
		command -v $tool >/dev/null ||
			skip "no $root, and no $tool to make it"
	done
	apt_conf >"$work/apt.conf"
	rm -rf "$work/deb" "$work/new"
	mkdir "$work/deb" "$work/new"
	# shellcheck disable=SC2086
	(
		APT_CONFIG=$work/apt.conf
		export APT_CONFIG
		cd "$work/deb" &&
			apt-get -q update && apt-get -q download $packages
	) >"$work/apt.log" 2>&1 ||
		skip "Debian's archive is not to be had: see $work/apt.log"
	for deb in "$work"/deb/*.deb; do
		dpkg-deb -x "$deb" "$work/new" || exit 1
	done
	mv "$work/new" "$root" || exit 1
}

[ -d "$root" ] || fetch

# configure's answers for this system hold for Linux on AArch64 too, but there
# is no libdw in the root.
config=${top_builddir:-.}/config.h
[ -f "$config" ] || skip "no $config: run configure"
grep -v '^#define HAVE_.*LIBDW' "$config" >"$work/config.h"

lib=$root/usr/lib/$triplet
slib=$root/lib/$triplet

compile() {
	$cc -std=gnu11 -O2 -g -w -D_GNU_SOURCE -DHAVE_CONFIG_H \
		-I"$work" -I"$top/include" -isystem "$root/usr/include" \
		-isystem "$root/usr/include/$triplet" \
		-funwind-tables -pthread "$@"
}

# The library's objects are linked into each program, with the unwinders in
# the order that lib/local.mk tells of.
library() {
	for file in "$top"/lib/*.c "$top"/lib/*/*.[cS]; do
		test "${file##*/}" != nosignal.c || continue
		object=$work/$(basename "$file").o
		compile -fexceptions -I"$top/lib" -c "$file" -o "$object" ||
			exit 1
		objects="$objects $object"
	done
}

build() {
	flags=
	case $1 in
	tests/test-cancel) flags=-fexceptions ;;
	tests/test-stale) flags=-fno-exceptions ;;
	esac
	# shellcheck disable=SC2086
	compile $flags "$top/$1.c" $objects -o "$program" -L"$lib" -L"$slib" \
		-Wl,--no-as-needed -lgcc_s -lunwind -llzma -lcheck -lsubunit \
		-lm "-Wl,-rpath-link,$lib:$slib"
}

run() {
	# shellcheck disable=SC3045
	(
		ulimit -c 0
		CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-30} \
			QEMU_LD_PREFIX=$root timeout 300 "$qemu" \
			-E "LD_LIBRARY_PATH=$lib:$slib" "$program"
	) >"$program.log" 2>&1
}

# All C tests but those that need the C library's malloc or nm at hand.
listed() {
	for file in "$top"/tests/test-*.c "$top"/tests/conformance/s*.c \
	    "$top"/tests/go/*.c; do
		name=${file#"$top/"}
		name=${name%.c}
		[ "$name" = tests/test-memory ] || echo "$name"
	done
}

# What qemu-user cannot do: run the program anew without binfmt_misc, make a
# child that wait() does not see, limit memory, stop a thread in a system call by
# a real-time signal, die without a line of its own on standard error.  And with
# no libdw, a library linked into the program is not told apart from it.
known='
all_threads_are_shown_and_the_deaf_are_named
no_memory_does_not_stop_it
deferreturn_is_hidden
no_descriptor_keeps_the_process_alive
a_stack_is_printed_after_recover_and_the_process_lives
the_program_does_not_see_the_child_that_reads_symbols
S114_the_environment_sets_the_status
S119_a_panic_at_the_start_or_the_end_crashes_the_same_way
S130_the_environment_sets_how_much_is_printed
S130_none_prints_the_panic_lines_and_their_origin
S131_set_traceback_raises_the_level_and_never_lowers_it
the_environment_sets_the_status
a_status_that_is_none_is_ignored
traceback_none_prints_the_lines_with_their_origin
traceback_words_and_numbers_print_a_trace
traceback_crash_aborts_whatever_the_status
panic_set_traceback_raises_the_level_only
'

# Whether all that failed in $program.log is known.
qemu_only() {
	failed=$(sed -n 's/^[^ ]*:[FE]:[^:]*:\([^:]*\):.*/\1/p' "$program.log")
	[ -n "$failed" ] || return
	for test in $failed; do
		case $known in
		*"
$test
"*)	;;
		*)	return 1 ;;
		esac
	done
}

objects=
library
for name in ${ARM64_TESTS:-$(listed)}; do
	ran=$((ran + 1))
	program=$work/bin/$(echo "$name" | tr / -)
	if build "$name" >"$program.log" 2>&1 && run; then
		echo "ok: $name: $(grep '^[0-9]*%: Checks' "$program.log")"
		continue
	fi
	if qemu_only; then
		# shellcheck disable=SC2086
		echo "ok but for qemu: $name:" $failed
		continue
	fi
	failures=$((failures + 1))
	echo "FAILED: $name"
	grep -aE '^[0-9]+%: Checks|:[FE]:' "$program.log" | cut -c 1-300 ||
		tail -n 20 "$program.log"
done

echo "$((ran ? (ran - failures) * 100 / ran : 0))%: Checks: $ran," \
	"Failures: $failures, Errors: 0"
[ "$failures" -eq 0 ]
