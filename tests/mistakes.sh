#!/bin/sh
# SPDX-License-Identifier: MIT
# mistakes.sh - what the compiler says of common mistakes: the first error of
# each program below must hold the text that stands over it.  Prints the table.

top=$(cd "${top_srcdir:-.}" && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
checks=0 failures=0

# mistake TITLE TEXT: standard input is what stands in a function that has
# FILE *f, int n, struct conn *c and struct interpreter *g.  TEXT is for grep -E.
mistake() {
	checks=$((checks + 1))
	{
		cat <<-'END'
		#include <panic.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <sys/mman.h>
		struct conn { int fd; char name[32]; };
		struct interpreter { void (*panic)(int); };
		void conn_free(struct conn *c);
		int work(FILE *f, int n, struct conn *c, struct interpreter *g);
		int work(FILE *f, int n, struct conn *c, struct interpreter *g)
		{
		END
		cat
		echo 'return f && n && c && g; }'
	} >"$work/$name"
	# shellcheck disable=SC2086
	LC_ALL=C $compiler -I"$top/include" -c "$work/$name" \
		-o "$work/o" >"$work/said" 2>&1
	status=$?
	first=$(sed -n 's/.*error: //p' "$work/said" | head -n 1)
	printf '%-38s %s\n' "$1" "$first"
	[ $status -ne 0 ] && echo "$first" | grep -E "$2" >/dev/null && return
	failures=$((failures + 1))
	echo "mistakes.sh: $1: its first error does not say \"$2\":"
	cat "$work/said"
}

name=m.c compiler="${CC:-cc} -std=gnu11"
mistake "no frame" 'defer\(\) wants a frame: write defer_frame\(\)' <<'END'
	defer(fclose, f);
END
mistake "no frame, on a panic" 'wants a frame: write defer_frame\(\)' <<'END'
	defer_on_panic(fclose, f);
END
mistake "a frame in another block" 'wants a frame: write defer_frame' <<'END'
	if (n) {
		defer_frame();
	}
	defer(fclose, f);
END
mistake "two frames in a block" 'panic__one_frame_a_block' <<'END'
	defer_frame();
	defer(fclose, f);
	defer_frame();
END
mistake "recover_frame() without statement" \
	'recover_frame\(\) wants the statement that leaves its block' <<'END'
	recover_frame();
	defer(fclose, f);
END
mistake "a frame as a statement" 'expected expression' <<'END'
	if (n) defer_frame();
END
mistake "a frame as a statement, recovering" 'expected expression' <<'END'
	if (n) recover_frame(return -1);
END
mistake "two arguments" \
	'passed 3 arguments, but takes just 2|too many arguments' <<'END'
	defer_frame();
	defer(munmap, f, 4096);
END
mistake "an unknown type" 'for another type see PANIC_DEFERRABLE' <<'END'
	defer_frame();
	defer(conn_free, c);
END
mistake "an argument of another type" \
	'incompatible pointer type|incompatible-pointer-types' <<'END'
#pragma GCC diagnostic error "-Wincompatible-pointer-types"
	defer_frame();
	defer(fclose, c);
END
mistake "an argument that is too wide" \
	'pass the address of where it stands' <<'END'
	defer_frame();
	defer(free, *c);
END
mistake "a keyword that is a member's name" \
	'panic__keyword_unless_PANIC_NO_KEYWORDS' <<'END'
	g->panic(n);
END
mistake "a jump over a frame" \
	'jump skips variable initialization|cannot jump from this goto' <<'END'
#pragma GCC diagnostic error "-Wjump-misses-init"
	if (n)
		goto out;
	defer_frame();
	defer(fclose, f);
out:	;
END
mistake "a format without its argument" 'format' <<'END'
#pragma GCC diagnostic error "-Wformat"
	panic("%d items");
END

name=m.cc compiler="${CXX:-c++} -x c++"
if echo 'int main() {}' | $compiler - -o "$work/o" 2>/dev/null; then
	mistake "a frame in C++" \
		'defer_frame.* was not declared|undeclared identifier' <<-'END'
	defer_frame();
	END
else
	echo "no C++ compiler"
fi

echo "$checks checks, $failures failures"
[ "$failures" -eq 0 ]
