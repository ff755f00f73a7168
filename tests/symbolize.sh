#!/bin/sh
# SPDX-License-Identifier: MIT
# symbolize.sh - panic-symbolize finds functions, files and lines, however a
# program was built, and wherever its debug information went.

bin=$PWD/bin
target=$(cd "${top_srcdir:-.}" && pwd)/tests/symbolize-target.c
test -x "$bin/panic-symbolize" || {
	echo "no panic-symbolize: built without libdw"
	exit 77
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
failures=0 checks=0
unset DEBUGINFOD_URLS

# check TITLE WANT GOT
check()
{
	checks=$((checks + 1))
	test "$2" = "$3" && return
	failures=$((failures + 1))
	printf '%s:\n\twant %s\n\tgot  %s\n' "$1" "$2" "$3"
}

# frame MODULE LABEL: as a report has it.
frame()
{
	at=$(nm "$dir/whole" | awk -v l="$2" '$3 == l { print $1 }')
	id=$(readelf -n "$dir/whole" | sed -n 's/ *Build ID: //p')
	printf '%s+0x%s (build-id %s)' "$1" "$at" "$id"
}

# added LABEL [OPTION...]: what the filter adds to the frame.
added()
{
	f=$(frame "$dir/target" "$1")
	shift
	printf '\t%s\n' "$f" | "$bin/panic-symbolize" "$@" |
		sed "s|^	$f||; s|[^ ]*/place.c|place.c|g"
}

inlined=' place.c:3 in inner, inlined at place.c:10 in middle, inlined at place.c:17 in outer'

# build COMPILER OPTION...: makes $dir/target, and whole, to be asked by nm.
build()
{
	rm -rf "${dir:?}"/*
	(cd "$dir" && "$@" -o target "$target" -Wl,--build-id) \
		>"$dir.log" 2>&1 || {
		rm -f "$dir.log"
		return 1
	}
	rm -f "$dir.log"
	cp "$dir/target" "$dir/whole"
}

expect()
{
	check "$1: inlined" "$inlined" "$(added in_inner)"
	check "$1: plain" " place.c:23 in plain" "$(added in_plain)"
}

# Each row is a way to build.
table()
{
	for row in \
	    "-g -O0" "-g -O2" "-g -O2 -gdwarf-4" "-g -O2 -gdwarf-5" \
	    "-g -O2 -gz=zlib" "-g -O2 -gdwarf-4 -gz=zlib" \
	    "-g -O2 -gsplit-dwarf" "-g -O2 -gsplit-dwarf -gdwarf-4" \
	    "-g -O2 -flto" \
	    "-g -O2 -static" "-g -O2 -fPIE -pie" "-g -O2 -fno-pie -no-pie" \
	    "-g -O2 -static-pie" \
	    "-g -O2 -ffunction-sections -Wl,--gc-sections"
	do
		# shellcheck disable=SC2086
		if build "$1" $row; then
			expect "$1 $row"
		else
			echo "$1 $row: left out, it does not link"
			test "$row" != "-g -O0" || failures=$((failures + 1))
		fi
	done
}

found=
for cc in gcc clang clang-14 clang-19; do
	command -v $cc >/dev/null && found=$cc && table $cc
done
test -n "$found" || {
	echo "no compiler"
	exit 77
}

# Stripped, and the debug information elsewhere.
cc=${CC:-cc}
build $cc -g -O2 || exit 1
id=$(readelf -n "$dir/whole" | sed -n 's/ *Build ID: //p')
objcopy --only-keep-debug "$dir/whole" "$dir/target.debug"
strip -o "$dir/stripped" "$dir/whole"
objcopy --add-gnu-debuglink="$dir/target.debug" "$dir/stripped" "$dir/target"
expect ".gnu_debuglink"

mkdir -p "$dir/kept/.build-id/$(echo "$id" | cut -c 1-2)"
mv "$dir/target.debug" \
	"$dir/kept/.build-id/$(echo "$id" | cut -c 1-2)/$(echo "$id" | cut -c 3-).debug"
check "stripped: nothing" "" "$(added in_inner)"
check "a debug folder" "$inlined" "$(added in_inner --debug-dir "$dir/kept")"
rm "$dir/target"
check "of another machine" "$inlined" "$(added in_inner -d "$dir/kept")"
echo "int main(void) { return 0; }" >"$dir/other.c"
$cc -g "$dir/other.c" -Wl,--build-id -o "$dir/target"
check "the file is another" "" "$(added in_inner)"
check "the debug folder has it" "$inlined" "$(added in_inner -d "$dir/kept")"
rm -r "$dir/kept" "$dir/target"
mkdir "$dir/flat"
cp "$dir/whole" "$dir/flat/target"
check "by name in a folder" "$inlined" "$(added in_inner -d "$dir/flat")"
cp "$dir/other.c" "$dir/flat/target"
check "no ELF file" "" "$(added in_inner -d "$dir/flat")"

# debuginfod, if asked to: its client here is a script.
mkdir "$dir/path"
cat >"$dir/path/debuginfod-find" <<END
#!/bin/sh
test "\$1 \$2" = "debuginfo $id" && echo "$dir/whole"
END
chmod +x "$dir/path/debuginfod-find"
PATH=$dir/path:$PATH
check "debuginfod, not asked" "" "$(added in_inner)"
check "debuginfod" "$inlined" "$(added in_inner --debuginfod)"

# No debug information: the symbol.
build $cc -g0 -O0
symbol=$(added in_plain)
check "no -g" " in plain+0x" "${symbol%0x*}0x"
if command -v dwz >/dev/null; then
	build $cc -g -O2 -gdwarf-5
	cp "$dir/target" "$dir/second"
	(cd "$dir" && dwz -m alt target second) && expect "dwz"
fi

# What a line may look like.
build $cc -g -O2
f=$(frame "$dir/target" in_plain)
shaped()
{
	printf '%s' "$1" | "$bin/panic-symbolize" | sed "s|[^ ]*/place.c|place.c|g"
}
p="place.c:23 in plain"
check "syslog" "Nov 26 h d[1]: #011$f $p" "$(shaped "Nov 26 h d[1]: #011$f")"
check "JSON" "{\"at\":\"\\n\\t$f $p\"}" "$(shaped "{\"at\":\"\\n\\t$f\"}")"
check "two" "$f $p, $f $p" "$(shaped "$f, $f")"
check "no frame" "plain+0x12 (build-id) +0x /a+0xg" \
	"$(shaped "plain+0x12 (build-id) +0x /a+0xg")"
mkdir "$dir/a folder"
cp "$dir/target" "$dir/a folder/my program"
f=$(frame "$dir/a folder/my program" in_plain)
check "spaces" "	$f $p" "$(shaped "	$f")"

# The library's way.
f=$(frame "$dir/target" in_inner)
check "--frames" "inner (inlined)/	place.c:3/middle (inlined)/	place.c:10/outer+0x/	place.c:17//" \
	"$(echo "$f" | "$bin/panic-symbolize" --frames -1 |
	sed 's/+0x.*/+0x/; s|	.*/|	|' | tr '\n' '/')"

echo "$checks checks"
test $failures -eq 0
