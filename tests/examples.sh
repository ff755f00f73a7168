#!/bin/sh
# SPDX-License-Identifier: MIT
# examples.sh - the examples of one file each: built as a user would, and what
# they print.  One whose library is not there is left out by name.

top=$(cd "${top_srcdir:-.}" && pwd)
lib=$PWD/lib/.libs
[ -e "$lib/libpanic.so" ] || {
	echo "examples.sh: no shared library"
	exit 77
}
[ -z "${EMULATOR-}" ] || {
	echo "examples.sh: the examples run by themselves, not in an emulator"
	exit 77
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
trap 'exit 99' HUP INT TERM
export LC_ALL=C
checks=0 failures=0
cd "$dir" || exit 99

# build PROGRAM SOURCE FLAG...
build() {
	program=$1 source=$2
	shift 2
	# shellcheck disable=SC2086
	${CC:-cc} ${INSTRUMENT_CFLAGS-} -std=gnu11 -O2 -Wall -Wextra -Werror \
		-pthread -funwind-tables -I"$top/include" \
		"$top/examples/$source.c" -o "$program" -L"$lib" -lpanic \
		-Wl,-rpath,"$lib" "$@"
}

# wants MODULE EXAMPLE: whether pkg-config knows the library.
wants() {
	! pkg-config --exists "$1" 2>/dev/null || return 0
	echo "left out: $2: no $1"
	return 1
}

failed() {
	failures=$((failures + 1))
	echo "examples.sh: $1"
}

# prints TITLE COMMAND...: standard input is what the command prints.
prints() {
	title=$1
	shift
	checks=$((checks + 1))
	cat >expected
	"$@" </dev/null >got 2>&1 || failed "$title ends with status $?"
	diff expected got || failed "$title prints something else"
}

build pool pool || failed "pool.c does not build"
prints pool ./pool <<'END'
0: 0
1: 1
2: 4
3: job 3 cannot be done
4: 16
5: 25
6: 36
7: job 7 cannot be done
8: 64
9: 81
10: 100
11: job 11 cannot be done
END

build mainloop mainloop || failed "mainloop.c does not build"
printf '%s\n' 6/3 foo 1/0 8/x 9/3 stop 1/1 >lines
prints mainloop sh -c './mainloop <lines' <<'END'
2
error: "foo" is no division
error: division by zero
error: "x" is no number
3
end
END

build boundary boundary || failed "boundary.c does not build"
printf 'port = 8080\nname = web\n' >good
printf 'port = http\n' >bad
prints boundary ./boundary good bad none <<'END'
web at 8080
error: line 1: port is "http"
error: none: No such file or directory
END

{
	build plugin.so plugin -fPIC -shared && build plugin-host plugin-host -ldl
} || failed "plugin-host.c does not build"
prints plugin-host ./plugin-host ./plugin.so good bad fine <<'END'
plugin has good
plugin cleans up
plugin cleans up
host: the plugin panicked: "bad" is refused
plugin has fine
plugin cleans up
END

# What both loops print.
ticks() {
	prints "$1" "./$1" <<-'END'
	tick 1
	tick 2
	tick 3
	recovered: no more than 3 ticks, raised in tick()
	tick 11
	end
	END
}

# shellcheck disable=SC2046
if wants libevent_core loop-libevent; then
	build loop-libevent loop-libevent \
		$(pkg-config --cflags --libs libevent_core) ||
		failed "loop-libevent.c does not build"
	ticks loop-libevent
fi

# shellcheck disable=SC2046
if wants glib-2.0 loop-glib; then
	build loop-glib loop-glib $(pkg-config --cflags --libs glib-2.0) ||
		failed "loop-glib.c does not build"
	ticks loop-glib
	build cleanup-glib cleanup-glib -fexceptions \
		$(pkg-config --cflags --libs glib-2.0) ||
		failed "cleanup-glib.c does not build"
	prints cleanup-glib ./cleanup-glib <<-'END'
	APPLE is good
	CHERRY is good
	freed: cherry
	freed: apple
	APPLE is good
	recovered: BANANA is bad
	freed: banana
	freed: apple
	0 items are left
	END
fi

# A picture, then each beginning of it, and each byte of it turned round.
make_picture() {
	base64 -d <<-'END'
	iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAASElEQVR42mNggANmNk4efi
	FRBgY2HiEJORUtBgZOIWkVXTN7BgYeCRUDG48QBgZ+OV0b76hMBgYhFTOPqJw6BgZRLfuQ
	zLrJAME4CTEeO27rAAAAAElFTkSuQmCC
	END
}

# byte N: the picture with byte N turned round.
byte() {
	head -c "$1" picture
	tail -c +"$(($1 + 1))" picture | head -c 1 | tr '\000-\377' '\200-\377\000-\177'
	tail -c +"$(($1 + 2))" picture
}

decode() {
	rm -f broken-*
	size=$(wc -c <picture)
	for n in $(seq 0 $((size - 1))); do
		head -c "$n" picture >"broken-$n-cut"
		byte "$n" >"broken-$n-turned"
	done
	checks=$((checks + 1))
	./decode-png broken-* >got 2>&1 ||
		failed "decode-png ends with status $? at a broken picture"
	[ "$(wc -l <got)" -eq $((2 * size)) ] || {
		cat got
		failed "decode-png has no line for each broken picture"
	}
}

# shellcheck disable=SC2046
if wants libpng decode-png; then
	build decode-png decode-png $(pkg-config --cflags --libs libpng) ||
		failed "decode-png.c does not build"
	make_picture >picture
	prints decode-png ./decode-png picture good <<-'END'
	picture: ece34150
	good: Not a PNG file
	END
	decode
fi

echo "$checks checks, $failures failures"
[ "$failures" -eq 0 ]
