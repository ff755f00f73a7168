#!/bin/sh
# SPDX-License-Identifier: MIT
# adopters.sh - Lua and dash on libpanic, beside the stock programs: their
# outputs must be the same, and a table tells what their errors cost.
#
# make check-adopters.  It wants Debian's source packages lua5.4 and dash, which
# apt-get source brings into $top_builddir/adopters with folders of its own.
# What is ours is in tests/adopters: a header for Lua, a header and a sed script
# for dash.  Exit status: 0, 1, or 77 if something is missing.
set -u

: "${top_srcdir:=.}" "${top_builddir:=.}" "${CC:=cc}"
ours=$(cd "$top_srcdir/tests/adopters" && pwd)
include=$(cd "$top_srcdir/include" && pwd)
lib=$(cd "$top_builddir/lib/.libs" && pwd) || exit 1
mkdir -p "$top_builddir/adopters" || exit 1
work=$(cd "$top_builddir/adopters" && pwd)
link="-L$lib -Wl,-rpath,$lib -lpanic"
rounds=${ADOPTERS_ROUNDS:-5}
failures=0

skip() {
	echo "adopters.sh: skipped: $*"
	exit 77
}

for tool in apt-get dpkg-source make "$CC"; do
	command -v "$tool" >/dev/null || skip "no $tool"
done

# apt with nothing of the system's but Debian's places, for sources.
apt_conf() {
	rm -rf "$work/apt"
	mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" \
		"$work/apt/sources"
	: >"$work/apt/status"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		[ -f "$file" ] && grep -q /debian "$file" || continue
		sed -n 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /
			/^[^d#]\|^$\|^deb-src /p' "$file" \
			>"$work/apt/sources/$(basename "$file")"
	done
	cat <<-END
	Dir::Etc::sourcelist "/dev/null";
	Dir::Etc::sourceparts "$work/apt/sources";
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

# The sources, once.
fetch() {
	[ ! -d "$work/source" ] || return 0
	apt_conf >"$work/apt.conf"
	rm -rf "$work/new"
	mkdir "$work/new" || exit 1
	(
		APT_CONFIG=$work/apt.conf
		export APT_CONFIG
		cd "$work/new" && apt-get -q update &&
			apt-get -q source lua5.4 dash
	) >"$work/apt.log" 2>&1 ||
		skip "Debian's archive is not to be had: see $work/apt.log"
	mv "$work/new" "$work/source" || exit 1
}

# fails WHAT: and where it is told why.
broken() {
	echo "adopters.sh: $1 does not build: see $work/log"
	tail -5 "$work/log"
	exit 1
}

# All of Lua but its compiler; only ldo.c knows how errors are thrown.  Debian's
# build writes a header that names the folder of its libraries.
build_lua() {
	flags='-O2 -std=gnu11 -DLUA_USE_LINUX'
	(
		cd "$work"/source/lua5.4-*/src || exit 1
		echo '#define DEB_HOST_MULTIARCH "none"' \
			>lua5.4-deb-multiarch.h
		files=
		for file in *.c; do
			case $file in
			ldo.c | luac.c) ;;
			*) files="$files $file" ;;
			esac
		done
		# shellcheck disable=SC2086
		$CC $flags $files ldo.c -o "$work/stock/lua" \
			-Wl,-E -lm -ldl &&
		$CC $flags -I"$include" -include "$ours/lua-panic.h" \
			-c ldo.c -o "$work/ldo.o" &&
		$CC $flags $files "$work/ldo.o" -o "$work/ours/lua" \
			-Wl,-E -lm -ldl $link
	) >"$work/log" 2>&1 || broken lua
}

# make_dash WHICH FLAG...
make_dash() {
	dir=$work/build-$1
	rm -rf "$dir"
	cp -R "$work"/source/dash-*/ "$dir" && cd "$dir" || exit 1
	if [ "$1" = ours ]; then
		sed -i -f "$ours/dash.sed" src/*.c src/error.h
		cp "$ours/dash-panic.h" src
	fi
	which=$1
	shift
	[ -x configure ] || autoreconf -fi || exit 1
	./configure -q CC="$CC" CFLAGS=-O2 "$@" && make -s &&
		cp src/dash "$work/$which/dash"
}

build_dash() {
	(
		make_dash stock && make_dash ours CPPFLAGS="-I$include" \
			LIBS="$link"
	) >"$work/log" 2>&1 || broken dash
}

# same WHAT COMMAND...: as it runs with the programs of stock/ and of ours/.
same() {
	what=$1
	shift
	for which in stock ours; do
		(
			PATH=$work/$which:$PATH
			cd "$ours" && "$@"
			echo "status $?"
		) >"$work/$which.out" 2>"$work/$which.err" </dev/null
	done
	if cmp -s "$work/stock.out" "$work/ours.out" &&
	    cmp -s "$work/stock.err" "$work/ours.err"; then
		echo "$what: $(cat "$work/ours.out" "$work/ours.err" |
			wc -l) lines alike"
		return
	fi
	failures=$((failures + 1))
	echo "FAIL: $what: stock <, ours >"
	diff "$work/stock.out" "$work/ours.out" | head -20
	diff "$work/stock.err" "$work/ours.err" | head -20
}

typed() {
	while read -r line; do
		printf '%s\n' "$line" | dash -i 2>&1
		echo "status $?"
	done <typed.txt
}

# time PROGRAM SCRIPT WORK...
time_all() {
	program=$1
	script=$2
	shift 2
	for w in "$@"; do
		set -- $("$work/race" "$rounds" "$work/stock/$program" \
			"$work/ours/$program" "$ours/$script" "$w")
		[ $# -eq 3 ] || exit 1
		printf '%-6s%-10s%8s ms%8s ms%8s\n' "$program" "$w" "$1" "$2" \
			"$3"
	done
}

fetch
mkdir -p "$work/stock" "$work/ours"
$CC -O2 "$ours/race.c" -o "$work/race" || exit 1
build_lua
build_dash
for program in lua dash; do
	ldd "$work/ours/$program" | grep -q "$lib/libpanic" || {
		echo "FAIL: $program has no libpanic"
		exit 1
	}
done

same "errors.lua" lua errors.lua
same "errors.sh" dash errors.sh
same "typed.txt" typed
[ $failures -eq 0 ] || exit 1
printf '\n%-16s%11s%11s%8s\n' "" stock libpanic ratio
time_all lua times.lua pcall error deep resume gsub
time_all dash times.sh builtin function error redirect
