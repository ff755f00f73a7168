#!/bin/sh
# SPDX-License-Identifier: MIT
# report.sh - the traces of crash reports: right functions and lines, whatever
# the program was built with and whatever is broken.

top=$(cd "${top_srcdir:-.}" && pwd)
build=$PWD
test -x bin/panic-symbolize || {
	echo "no panic-symbolize: built without libdw"
	exit 77
}
test -e lib/.libs/libpanic.so || {
	echo "no shared library: its programs are linked by their compilers alone"
	exit 77
}
PANIC_SYMBOLIZE=$build/bin/panic-symbolize
export PANIC_SYMBOLIZE
dir=$(mktemp -d) || exit 99
failures=0 checks=0
: >"$dir.table"
trap 'rm -rf "$dir" "$dir.table"' EXIT

# note TITLE RESULT: a cell of the table: a title is "BUILD: ROW".
note()
{
	case $1 in
	*": "*)	echo "${1#*: }|${1%%: *}|$2" >>"$dir.table" ;;
	*)	echo "$1|${CC:-cc} -g -O2|$2" >>"$dir.table" ;;
	esac
}

# report WAY [PREFIX...]: runs the target; its report goes to $dir/report.
report()
{
	way=$1
	shift
	"$@" "$dir/target" "$way" >"$dir/report" 2>&1
}

# shows TITLE: standard input, with / for newlines and without the offsets, is
# in the report's first trace.
shows()
{
	checks=$((checks + 1))
	want=$(cat)
	got=$(sed -n '/\[running\]/,$p' "$dir/report" |
		sed 's/+0x[0-9a-f]*$//; s|	.*/||; s|^	||; s/ (build-id.*//; s/+0x[0-9a-f]*$//')
	case $got in
	*"$want"*)
		note "$1" yes
		return ;;
	esac
	note "$1" NO
	failures=$((failures + 1))
	echo "$1: no"
	echo "$want"
	echo "in"
	cat "$dir/report"
}

# says TITLE TEXT
says()
{
	checks=$((checks + 1))
	if grep -F -e "$2" "$dir/report" >/dev/null; then
		note "$1" yes
		return
	fi
	note "$1" NO
	failures=$((failures + 1))
	echo "$1: \"$2\" is not in"
	cat "$dir/report"
}

# build COMPILER OPTION...: makes $dir/target.
build()
{
	rm -rf "${dir:?}"/*
	libs="-L$build/lib/.libs -lpanic -Wl,-rpath,$build/lib/.libs"
	case " $* " in
	*" -static "*)
		libs="$build/lib/.libs/libpanic.a -L$build/lib -lpanic_unwind
			$(pkg-config --static --libs libunwind)" ;;
	esac
	# shellcheck disable=SC2086
	(cd "$dir" && "$@" -pthread -funwind-tables -I"$top/include" \
		"$top/tests/report-target.c" -o target $libs \
		-Wl,--build-id) >"$dir.log" 2>&1
	status=$?
	test $status -eq 0 || cat "$dir.log"
	rm -f "$dir.log"
	return $status
}

row()
{
	report panic
	shows "$1: panic" <<-'END'
	raises
		place.c:12
	raiser
		place.c:14
	END
	"$dir/target" faults || return	# are not panics here
	report first
	shows "$1: a fault at the first instruction" <<-'END'
	[running]:
	first
		place.c:2
	END
	report inlined
	shows "$1: an inlined fault" <<-'END'
	[running]:
	inner (inlined)
		place.c:3
	outer
		place.c:5
	END
	report nullcall
	shows "$1: a null call" <<-'END'
	[running]:
	dispatch
		place.c:7
	calls
		place.c:10
	END
	report wild
	shows "$1: a wild store" <<-'END'
	[running]:
	wild
		place.c:17
	END
}

table()
{
	for options in "-g -O2" "-g -O0" "-g -O2 -gdwarf-4" \
	    "-g -O2 -gz=zlib" "-g -O2 -gsplit-dwarf" "-g -O2 -flto" \
	    "-g -O2 -no-pie -fno-pie" "-g -O2 -static"
	do
		# shellcheck disable=SC2086
		if build "$1" $options; then
			row "$1 $options"
		else
			echo "$1 $options: left out, it does not link"
			test "$options" != "-g -O2" ||
				failures=$((failures + 1))
		fi
	done
	build "$1" -g -O2 && debuglink && row "$1 -g -O2, debuglink"
}

# What Debian does to a program, with the debug file beside it.
debuglink()
{
	(cd "$dir" && objcopy --only-keep-debug target target.debug &&
		strip target &&
		objcopy --add-gnu-debuglink=target.debug target)
}

case ${CC:-cc} in
*' '*)	echo "CC='$CC' is not a compiler's name"
	exit 77 ;;
esac
for cc in gcc clang; do
	command -v $cc >/dev/null && table $cc
done

# With what is broken.
build "${CC:-cc}" -g -O2 || exit 1
plain()
{
	shows "$1" <<-'END'
	[running]:
	raises
		place.c:12
	raiser
		place.c:14
	END
}

cp "$dir/target" "$dir/kept"
report deleted
plain "a program that was deleted"
cp "$dir/kept" "$dir/target"

# A part of a function has the function's name, whoever reads the symbols.
objcopy --strip-debug "$dir/target"
report part
says "a part of a function" "whole+0x"
report part env PANIC_SYMBOLIZE="$dir/none"
says "a part of a function, without files and lines" "whole+0x"
cp "$dir/kept" "$dir/target"

report fds
says "no descriptor left" "target+0x"
says "no descriptor left" \
	"no files and lines: $PANIC_SYMBOLIZE: Too many open files"
id=$(readelf -n "$dir/target" | sed -n 's/ *Build ID: //p')
says "no descriptor left" "(build-id $id)"

for i in 1 2 3 4 5; do
	report arena env MALLOC_ARENA_MAX=1
	plain "threads in malloc(), run $i"
done

report damage
says "a damaged stack" "panic: bad"
says "a damaged stack" "raises+0x"

# The program that is asked.
bad()
{
	report panic env PANIC_SYMBOLIZE="$1"
	says "$2" "panic: bad"
	says "$2" "raiser+0x"
	says "$2" "target+0x"
	says "$2" "no files and lines: $1: $3"
}
bad "$dir/none" "no panic-symbolize" "No such file or directory"
bad "$dir" "a folder" "Permission denied"
bad /bin/true "one that ends" "it has ended early"

report children
says "its child" "0 signals, no child"
report children env PANIC_SYMBOLIZE="$dir/none"
says "its child, if it cannot start" "0 signals, no child"
printf '#!/bin/sh\nexec sleep 60\n' >"$dir/slow"
chmod +x "$dir/slow"
bad "$dir/slow" "one that is slow" "it has taken more than 2 s"

# The other threads stand still while the report is printed.
mkfifo "$dir/input" "$dir/output"
{
	while IFS= read -r line && printf '%s\n' "$line"; do
		case $line in *"[running]"*) break ;; esac
	done
	echo go >&3
	exec 3>&-
	cat
} 3>"$dir/input" <"$dir/output" >"$dir/report" &
PANIC_SYMBOLIZE="$dir/slow" "$dir/target" watched <"$dir/input" \
	>"$dir/output" 2>&1
wait
says "the other threads" "it has taken more than 2 s"
if grep alive "$dir/report"; then
	note "the other threads" NO
	failures=$((failures + 1))
fi
printf '#!/bin/sh\nexec yes\n' >"$dir/much"
chmod +x "$dir/much"
bad "$dir/much" "one that says too much" "its answer is too long"

# A program with more rights than who starts it does not heed the environment.
secure()
{
	chmod 755 "$dir" && chown nobody "$dir/target" &&
		chmod 4755 "$dir/target" && report none
}
if test "$(id -u)" -eq 0 && secure; then
	checks=$((checks + 1))
	report panic env PANIC_EXIT=3 PANIC_SYMBOLIZE="$dir/none"
	test $? -gt 128 || {
		failures=$((failures + 1))
		echo "setuid: PANIC_EXIT counts"
	}
	# One that is installed may have told files and lines.
	says "setuid" "raiser+0x"
	! grep -F "$dir/none" "$dir/report" ||
		failures=$((failures + 1))
else
	echo "setuid: left out"
fi

# The table: a row for each thing that is asked, a column for each build.
awk -F '|' '
	!($1 in row) { row[$1] = ++rows; title[rows] = $1 }
	!($2 in col) { col[$2] = ++cols; build[cols] = $2 }
	{ at = row[$1] "," col[$2]
	  if (cell[at] != "NO") cell[at] = $3 }
	END {
		for (c = 1; c <= cols; c++)
			printf "%3d  %s\n", c, build[c]
		printf "\n%-44s", ""
		for (c = 1; c <= cols; c++)
			printf "%4d", c
		for (r = 1; r <= rows; r++) {
			printf "\n%-44s", title[r]
			for (c = 1; c <= cols; c++) {
				x = cell[r "," c]
				printf "%4s", x == "" ? "." : x
			}
		}
		printf "\n\n"
	}' "$dir.table"
echo "$checks checks"
test $failures -eq 0
