#!/bin/sh
# SPDX-License-Identifier: MIT
# ports.sh - the library and its tests in C, on the other release architectures
# of Debian: make check-ports PORTS="arm64 armhf ...".
#
# Wants a cross compiler and qemu-user for each (i386 runs without it where the
# kernel can), and the first time Debian's archive: a port's C library and its
# other libraries come from there into $top_builddir/ports/ARCH/root, unpacked by
# apt-get and dpkg-deb in folders of their own, so nothing of the system changes.
# Each port is configured and built like any cross build.  PORTS names the
# ports, all if it is empty; PORT_TESTS the programs to run (tests/test-signal
# ...).  Ends with a table.  Exit status: 0, 1, or 77 if no port could be built.
set -u

top=$(cd "${top_srcdir:-.}" && pwd) || exit 1
mkdir -p "${top_builddir:-.}/ports" || exit 1
ports=$(cd "${top_builddir:-.}/ports" && pwd) || exit 1
failures=0

# about ARCH: sets what is particular to the port.  riscv64 is no release
# architecture of bookworm.
about() {
	suite=bookworm
	loader=
	case $1 in
	arm64)	triplet=aarch64-linux-gnu cpu=aarch64 ;;
	armhf)	triplet=arm-linux-gnueabihf cpu=arm ;;
	i386)	triplet=i386-linux-gnu cpu=i386
		loader=lib/ld-linux.so.2 ;;
	ppc64el) triplet=powerpc64le-linux-gnu cpu=ppc64le ;;
	riscv64) triplet=riscv64-linux-gnu cpu=riscv64
		suite=trixie ;;
	s390x)	triplet=s390x-linux-gnu cpu=s390x ;;
	*)	echo "ports.sh: no such port: $1" >&2
		exit 2 ;;
	esac
	cross=$triplet
	[ "$1" != i386 ] || cross=i686-linux-gnu
	work=$ports/$1
	root=$work/root
	build=$work/build
	log=$work/log
}

# The archive that the system itself is from.
archive() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' \
		'Created-By: Packages' |
		awk '$2 == "Debian" && $3 !~ /-/ { print $1; exit }'
}

# apt with nothing of the system's but its keys and its proxy.  Security and
# updates are left out: at times the index of a foreign architecture is only half
# there.
apt_conf() {
	mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
	: >"$work/apt/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
		"$(archive) $suite main" >"$work/apt/sources.list"
	cat <<-END
	APT::Architecture "$1";
	APT::Architectures { "$1"; };
	APT::Install-Recommends "false";
	APT::Sandbox::User "root";
	Dir::State "$work/apt";
	Dir::State::status "$work/apt/status";
	Dir::Cache "$work/apt";
	Dir::Cache::pkgcache "";
	Dir::Cache::srcpkgcache "";
	Dir::Etc::sourcelist "$work/apt/sources.list";
	Dir::Etc::sourceparts "-";
	Dir::Etc::preferencesparts "$work/apt/lists";
	END
}

# fetch ARCH: makes the root: the packages and all that they need.  Links are
# made to stay in it: ppc64el's loader is an absolute one.
fetch() {
	rm -rf "$work/apt" "$work/new"
	mkdir -p "$work/new" && apt_conf "$1" >"$work/apt.conf" || return
	(
		export APT_CONFIG="$work/apt.conf"
		apt-get -q update && apt-get -q -y --download-only install \
			libc6-dev libunwind-dev check libdw-dev libatomic1
	) || return
	for deb in "$work"/apt/archives/*.deb; do
		dpkg-deb -x "$deb" "$work/new" || return
	done
	rm -rf "$work/apt"
	[ -e "$work/new/lib" ] || ln -s usr/lib "$work/new/lib" || return
	find "$work/new" -type l | while read -r link; do
		to=$(readlink "$link")
		[ "${to#/}" = "$to" ] || ln -sfn "$root$to" "$link"
	done
	mv "$work/new" "$root"
}

# A compiler for the root, with no header and no library of the system's.  Its
# own headers come first: libunwind has an unwind.h, too.
compiler() {
	own=$("$cross-gcc" -print-file-name=include) || return
	echo "$cross-gcc --sysroot=$root -nostdinc -isystem $own" \
		"-isystem $root/usr/include/$triplet -isystem $root/usr/include"
}

# Where the kernel runs a port's programs itself, they find their loader in the
# root.
link_flags() {
	[ -z "$loader" ] || echo "-Wl,--dynamic-linker=$root/$loader" \
		"-Wl,-rpath,$root/lib/$triplet:$root/usr/lib/$triplet" \
		"-Wl,--disable-new-dtags"
}

configure() {
	mkdir -p "$build" && cd "$build" || return
	[ -f config.status ] || PKG_CONFIG_SYSROOT_DIR=$root \
	PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig \
	"$top/configure" -q --enable-Werror --host="$cross" \
		PKG_CONFIG=pkg-config CC="$(compiler)" LDFLAGS="$(link_flags)"
}

# prepare ARCH: root, build folder, library and programs.
prepare() {
	[ -d "$root" ] || fetch "$1" || return
	(configure) && make -C "$build" -j2 &&
		make -C "$build" -j2 check TESTS=
}

# The programs of make check, without its scripts.
programs() {
	# shellcheck disable=SC2016
	make -C "$build" -s --no-print-directory --eval \
		'ports-programs: ; @echo $(PANIC_TESTS) $(CONFORMANCE_TESTS)' \
		ports-programs
}

# What runs the port's programs: nothing if the kernel does.
emulator() {
	if [ -z "$loader" ] ||
	    ! "$root/$loader" --version >/dev/null 2>&1; then
		echo "qemu-$cpu -L $root"
	fi
}

run() {
	# shellcheck disable=SC3045
	(
		ulimit -c 0
		cd "$build" && unset PANIC_EXIT PANIC_TRACEBACK
		export top_srcdir="$top" top_builddir="$build"
		export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}"
		LEFT_OUT=$(left_out)
		export LEFT_OUT
		# qemu's heap does not grow in one piece for long, and malloc
		# counts the seams as memory in use.
		[ -z "$emulator" ] ||
			export EMULATOR="$emulator" MALLOC_TOP_PAD_=67108864
		# shellcheck disable=SC2086
		timeout 600 $emulator "./$1"
	) >"$build/$1.log" 2>&1 </dev/null
}

# What is left out: the port, the test, and why.
cannot() {
	cat <<-END
	qemu	a_stack_is_printed_after_recover_and_the_process_lives	the thread has qemu's name
	qemu	a_stack_is_text_with_build_ids	the thread has qemu's name
	qemu	nested_panics_stand_between_their_frames	the thread has qemu's name
	qemu	the_head_tells_program_version_process_thread_and_time	the thread has qemu's name
	qemu	a_report_goes_to_a_log_and_never_into_data	qemu has last words of its own for standard error
	qemu	a_handler_for_once_is_called_once	qemu has last words of its own for standard error
	qemu	abort_runs_no_deferred_calls	qemu has last words of its own for standard error
	qemu	what_hangs_is_left	no signal of the watchdog's timer arrives
	qemu	the_program_does_not_see_the_child_that_reads_symbols	wait() sees every child
	qemu	all_threads_are_shown_and_the_deaf_are_named	a real-time signal does not stop a thread in a system call
	qemu	no_memory_does_not_stop_it	memory cannot be limited
	qemu	no_descriptor_keeps_the_process_alive	a process that has closed standard error does not die
	qemu	no_other_signal_is_unblocked	it keeps signals 63 and 64 for itself
	armhf	an_instruction_that_is_none_is_fatal_with_a_report	libunwind finds no rules at a trap
	armhf	exit_in_a_hook_or_a_text_loses_no_report	libc's exit() has no unwind rules
	armhf	abort_ends_with_a_report	libc's abort() has no unwind rules
	armhf	abort_in_a_thread_that_blocks_all_is_reported	libc's abort() has no unwind rules
	ppc64el	abort_in_a_thread_that_blocks_all_is_reported	qemu's signal trampoline is not the kernel's: libunwind does not know it
	ppc64el	abort_ends_with_a_report	qemu's signal trampoline is not the kernel's: libunwind does not know it
	ppc64el	an_instruction_that_is_none_is_fatal_with_a_report	qemu's signal trampoline is not the kernel's: libunwind does not know it
	ppc64el	a_frame_that_steps_over_the_guard_is_one_too	a stack pointer moves by a store: that faults before the step
	ppc64el	it_is_fatal_otherwise	a stack pointer moves by a store: that faults before the step
	ppc64el	a_handler_that_fills_its_stack_ends_the_process	a stack pointer moves by a store: after one that fails the kernel has no room for a frame
	s390x	an_instruction_that_is_none_is_fatal_with_a_report	libunwind finds no rules at a trap
	END
}

# The names of those that are left out for $port.
left_out() {
	cannot | awk -v port="$port" -v qemu="${emulator:+qemu}" \
		'$1 == port || $1 == qemu { printf "%s ", $2 }'
}

# The logs of the programs that ran.
logs() {
	for program in $ran; do
		echo "$build/$program.log"
	done
}

# How many checks there were.
checks() {
	# shellcheck disable=SC2046
	sh "$top/tests/summary.sh" $(logs) |
		sed 's/.*Checks: \([0-9]*\),.*/\1/'
}

# row ARCH PROGRAMS CHECKS FAILED LEFT-OUT
row() {
	printf '%-8s %-9s %8s %7s %7s  %s\n' "$@"
}

# check ARCH: runs the programs and adds a row to the table.
check() {
	emulator=$(emulator)
	ran='' bad=''
	for program in ${PORT_TESTS:-$(programs)}; do
		ran="$ran $program"
		! run "$program" || continue
		bad="$bad $program"
		echo "FAILED: $1: $program"
		grep -aE '^[0-9]+%: Checks|:[FE]:|error' "$build/$program.log" |
			cut -c 1-300
	done
	failures=$((failures + $(count "$bad")))
	# shellcheck disable=SC2046
	left=$(sed -n 's/^left out: //p' $(logs))
	for test in $left; do
		echo "$1 $test${emulator:+ qemu $test}"
	done >>"$ports/left"
	row "$1" "$suite" "$(count "$ran")" "$(checks)" "$(count "$bad")" \
		"$(count "$left")" >>"$table"
}

count() {
	echo "$1" | wc -w
}

# The table, and why tests were left out.
report() {
	row port suite programs checks failed 'left out'
	cat "$table"
	[ -s "$ports/left" ] || return
	cannot | while IFS='	' read -r who test why; do
		! grep -q "$who $test\>" "$ports/left" ||
			echo "left out on $who: $test: $why"
	done
}

[ -x "$top/configure" ] || {
	echo "ports.sh: skipped: no $top/configure: run autoreconf -i"
	exit 77
}
table=$ports/table
: >"$table"
: >"$ports/left"
for port in ${PORTS:-arm64 armhf i386 ppc64el riscv64 s390x}; do
	about "$port"
	mkdir -p "$work" || exit 1
	command -v "$cross-gcc" >/dev/null || {
		row "$port" "$suite" - - - "skipped: no $cross-gcc" >>"$table"
		continue
	}
	if prepare "$port" >"$log" 2>&1; then
		check "$port"
	else
		failures=$((failures + 1))
		tail -n 20 "$log"
		row "$port" "$suite" - - - "does not build: see $log" >>"$table"
	fi
done
report
[ "$failures" -eq 0 ]
