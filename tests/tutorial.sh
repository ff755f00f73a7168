#!/bin/sh
# SPDX-License-Identifier: MIT
# tutorial.sh [PAGE...] - follows pages, those of doc/ if none is named, as a
# reader does: writes each program that begins with its name, types each command,
# and compares what comes out.  A line "..." stands for any lines, and "..." at the
# end of a line for any rest.
#
# In the build tree the compiler and pkg-config are those of the build; with
# INSTALLED=1 they are the machine's own.

top=$(cd "${top_srcdir:-.}" && pwd)
[ $# -gt 0 ] || set -- "$top"/doc/*.md
start=$PWD
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
checks=0 failures=0

[ -n "${INSTALLED-}" ] || [ -e lib/.libs/libpanic.so ] || {
	echo "no shared library"
	exit 77
}
[ -z "${EMULATOR-}" ] || {
	echo "its programs run by themselves, not in an emulator"
	exit 77
}

# The build's compiler and library, by the names that the page uses.  A program
# that shows a fault shall have it, also where UBSan would stop it first.
tools()
{
	mkdir "$dir/tools" || exit 99
	# A path: "cc" would be the script that is written here.
	compiler=${CC:-cc}
	compiler=$(command -v "${compiler%% *}")${compiler#"${compiler%% *}"}
	faults=${INSTRUMENT_CFLAGS:+-fno-sanitize=null,integer-divide-by-zero}
	cat >"$dir/tools/cc" <<-END
	#!/bin/sh
	exec $compiler ${INSTRUMENT_CFLAGS-} $faults "\$@"
	END
	cat >"$dir/tools/pkg-config" <<-END
	#!/bin/sh
	echo -funwind-tables -I$top/include -L$PWD/lib/.libs \\
		-Wl,-rpath,$PWD/lib/.libs -lpanic -pthread
	END
	chmod +x "$dir"/tools/*
	PATH=$dir/tools:$PATH
}

# extract FOLDER PAGE: a program goes to the file that its first line names, the
# N-th block of commands to N.console.
extract()
{
	awk -v dir="$1" '
	/^```c$/ { program = 1; next }
	/^```console$/ { file = sprintf("%s/%03d.console", dir, ++n); next }
	/^```/ { file = ""; next }
	program { file = dir "/" $2; program = 0 }
	file { print > file }' "$2"
}

# What should come out, as a quoted pattern for case.
pattern()
{
	printf '"%s"' "$(sed 's/[\\$"`]/\\&/g; s/\.\.\.$/"*"/' "$1")"
}

# run COMMAND: and what it prints is in $dir/want.
run()
{
	checks=$((checks + 1))
	got=$(eval "$1" 2>&1)
	eval "case \$got in $(pattern "$dir/want")) return ;; esac"
	failures=$((failures + 1))
	printf '%s\n' "\$ $1" "$got" "but the page says" "$(cat "$dir/want")"
}

# type_in FILE: all its commands.
type_in()
{
	command=
	while IFS= read -r line; do
		case $line in
		"$ "*)
			[ -z "$command" ] || run "$command"
			command=${line#"$ "}
			: >"$dir/want" ;;
		*)
			printf '%s\n' "$line" >>"$dir/want" ;;
		esac
	done <"$1"
	[ -z "$command" ] || run "$command"
}

# follow PAGE, in a folder of its own.
follow()
{
	work=$(mktemp -d "$dir/XXXXXX") && extract "$work" "$1" &&
		cd "$work" || exit 99
	for file in *.console; do
		[ ! -e "$file" ] || type_in "$file"
	done
}

[ -n "${INSTALLED-}" ] || tools
for page; do
	cd "$start" && follow "$page"
done
echo "$((100 * (checks - failures) / checks))%: Checks: $checks," \
	"Failures: $failures, Errors: 0"
[ "$checks" -gt 1 ] && [ $failures -eq 0 ]
