#!/bin/sh
# SPDX-License-Identifier: MIT
# debian.sh - a newcomer's way on the releases of Debian: make check-debian.
#
# Each gets a chroot of its own, at first with nothing in it but apt.  There a
# clean clone of HEAD is built and tested by README's two commands, as root, who
# may install, and as a user who may not.  Ends with a table.
#
# From the environment: SUITES, names of releases, with "+llvm" behind those
# that shall have LLVM's libunwind, "+musl" behind those for the row musl, and
# ":ARCHITECTURE" behind those that are not the machine's ("trixie trixie+llvm
# bookworm:i386"); ROWS, of demo, check, user, readme, go, headers (sid's
# newest compilers) and tutorial, all by default, and musl; CHROOTS, the folder
# with the chroots, which are kept and used again; MIRROR, else this system's
# own.  Wants root, mmdebstrap (and arch-test for another architecture) and the
# mirror.
# Exit status: 0, 1, or 77 if something is missing.
# shellcheck disable=SC2016
set -u

top=$(cd "${top_srcdir:-$(dirname "$0")/..}" && pwd) || exit 1
SUITES=${SUITES:-bookworm trixie sid}
ROWS=${ROWS:-demo check user readme go headers tutorial}
checks=0
failures=0

. "$top/tests/chroot.sh"
chroots debian.sh
: >"$log/table"

# LLVM's libunwind, of the version that is the suite's own.
install_llvm() {
	# shellcheck disable=SC2016
	install 'libunwind-$(apt-cache depends clang |
		sed -n "s/.*Depends: clang-//p")-dev'
}

# What musl.sh wants.  The sources of libunwind are bookworm's: of a later
# version not all mirrors have them.
install_musl() {
	echo "deb-src $mirror bookworm main" \
		>"$root/etc/apt/sources.list.d/source.list" &&
		install musl-tools gcc make autoconf automake libtool \
			pkg-config dpkg-dev libdw-dev bc mandoc
}

# The rows.  All but the first leave what they have built to the next.

demo() {
	clone root && as root 'cd libpanic && ./bootstrap demo'
}

check() {
	as root 'cd libpanic && ./bootstrap check'
}

user() {
	clone newcomer && as newcomer \
		'cd libpanic && ./bootstrap demo && ./bootstrap check'
}

# README's program and what it prints, with what make install has left.
readme() {
	as root 'cd libpanic && make -s -C build install &&
		libdir=/usr/local/lib top_srcdir=. CC=cc \
			sh tests/installcheck.sh'
}

# With the library installed as README says, the pages of doc/, step by step.
tutorial() {
	clone root && as root 'cd libpanic && ./bootstrap &&
		make -s -C build install &&
		INSTALLED=1 sh tests/tutorial.sh'
}

go() {
	install golang-go && as root 'cd libpanic && make -C build check-go \
		>go.log 2>&1; status=$?; cat go.log; sh tests/summary.sh go.log
		exit $status'
}

musl() {
	clone root && as root 'cd libpanic && autoreconf -i && sh tests/musl.sh'
}

headers() {
	install clang-21 clang-22 g++ && as root 'cd libpanic &&
		make -C build check TESTS=tests/header.sh
		status=$?; cat build/tests/header.log; exit $status'
}

# The table.

# What was not run and why: the last words of the tests that were skipped, and
# what the others said.
left_out() {
	sed -n 's/^SKIP: //p' "$out" | while read -r test; do
		sed -n '$!h; ${ x; s,^,'"$test: ,p; }" \
			"$1/build/${test%.sh}.log"
	done
	find "$1/build/tests" -name '*.log' -exec \
		grep -h ': left out: ' {} + | sort -u
}

title() {
	case $1 in
	demo | check)
		echo "./bootstrap $1, root" ;;
	user)	echo "both commands, a user" ;;
	readme)	echo "README's program, installed" ;;
	tutorial) echo "the tutorial and doc/" ;;
	go)	sed -n 's/^go version \(go[^ ]*\).*/make check-go, \1/p' "$out" ;;
	musl)	echo "static, with musl" ;;
	headers)
		echo "header.sh, newest compilers" ;;
	esac
}

# counted STATUS: checks and failures of the run that $out tells of.  One that
# counts nothing is one check, and one that failed has a failure.
counted() {
	sed -n 's/^[^ ]*: Checks: //p' "$out" | tail -n 1 | awk -v status="$1" '
		{ checks = $1 + 0; failures = $3 + $5 }
		END { print checks ? checks : 1,
			status && !failures ? 1 : failures + 0 }'
}

# tell SUITE TITLE CHECKS FAILURES: a line of the table.
tell() {
	checks=$((checks + $3))
	failures=$((failures + $4))
	printf '%-16s %-30s %8d %6d\n' "$@" | tee -a "$log/table"
}

# row SUITE ROW
row() {
	out=$log/$(echo "$1-$2" | tr : -).log
	start=$(date +%s)
	"$2" >"$out" 2>&1
	# shellcheck disable=SC2046
	set -- "$1" "$2" $(counted $?)
	tell "$1" "$(title "$2")" "$3" "$4"
	echo "	$(($(date +%s) - start)) s"
	[ "$4" -eq 0 ] || tail -n 100 "$out"
	case $2 in
	check | musl)
		left_out "$root/home/root/libpanic" ;;
	user)	left_out "$root/home/newcomer/libpanic" ;;
	esac | sed 's/^/	not run: /' >>"$log/table"
}

# What it was built with.
versions() {
	as root 'echo "	gcc $(gcc -dumpfullversion)," \
		"glibc $(ldd --version | sed -n "1s/.* //p")," \
		"$(dpkg-query -W -f "\${Package} \${Version}\n" \
			"libunwind*-dev" musl-dev |
			sed -n "s/-dev \(.\)/ \1/p" | paste -s -d " ")"' \
		2>/dev/null
}

# prepare NAME ARCHITECTURE UNWINDER
prepare() {
	create "$1" "${2:-$(dpkg --print-architecture)}" &&
		case $3 in
		llvm)	install_llvm ;;
		musl)	install_musl ;;
		esac
}

# suite NAME[+llvm][:ARCHITECTURE]
suite() {
	root=$CHROOTS/$(echo "$1" | tr :+ --)
	name=${1%%[+:]*}
	arch=${1#"${1%%:*}"}
	unwinder=${1%%:*}
	unwinder=${unwinder#"$name"}
	if ! prepare "$name" "${arch#:}" "${unwinder#+}" \
	    >"$log/create" 2>&1; then
		tail -n 20 "$log/create"
		tell "$1" "a chroot" 1 1
		return
	fi
	for r in $ROWS; do
		[ "$r" != headers ] || [ "$name" = sid ] || continue
		row "$1" "$r"
	done
	versions >>"$log/table"
}

for s in $SUITES; do
	suite "$s"
done
printf '\n%-16s %-30s %8s %6s\n' where what checks failed
cat "$log/table"
echo "$((100 * (checks - failures) / checks))%: Checks: $checks," \
	"Failures: $failures, Errors: 0"
[ "$failures" -eq 0 ]
