#!/bin/sh
# SPDX-License-Identifier: MIT
# panic-lint.sh - panic-lint finds each fault planted below, at its line, and
# nothing beside them; in the examples nothing, and in the tests only the faults
# that they make on purpose.

: "${top_srcdir:=.}"
lint=$top_srcdir/bin/panic-lint
command -v spatch >/dev/null || {
	echo "panic-lint.sh: no spatch (Debian: coccinelle), left out"
	exit 77
}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# A line with a fault says in a comment which.
cat >"$work/wrong.c" <<'END'
#include <panic.h>
#include <stdio.h>

int returned(struct conn *c)
{
	int status = -1, other = 0;

	recover_frame(return status);
	defer(report, c);
	other++;
	return status = parse(c);	/* changes */
}

int counted(struct conn *c, int n)
{
	struct { int done; } job = { 0 };
	char *p = NULL;

	PANIC_RECOVER_FRAME(
		goto out);
	PANIC_DEFER(report, c);
	n--;				/* changes */
	job.done = parse(c);		/* changes */
	p = next(c);			/* changes */
	return 0;
out:
	printf("%d %d %s\n", n, job.done, p);
	return 1;
}

void each(struct conn *c, int n)
{
	int good = 0;

	for (int i = 0; i < n; i++) {
		recover_frame(printf("%d\n", good); continue);
		defer(report, c);
		parse(c + i);
		good += 1;		/* changes */
	}
}

int by_hand(struct conn *c)
{
	int rc = 1;

	if (deferproc(report, c))
		goto epilogue;
	rc = parse(c);			/* changes */
epilogue:
	deferreturn();
	return rc;
}

static void helper(void *arg)
{
	const struct panic *p = recover();

	printf("%s\n", p ? panic_message(p) : arg);
}

static void ends_in_it(void *arg)
{
	puts("last");
	helper(arg);			/* ends */
}

static void ends_in_one_of_two(void *arg)
{
	if (arg)
		helper(arg);		/* ends */
	else
		puts("nothing");
}

void uses(void)
{
	recover_frame(return);
	defer(ends_in_it, NULL);
	defer(ends_in_one_of_two, NULL);
	work();
}

int over(struct conn *c)
{
	if (!c)
		goto out;		/* goto */
	defer_frame();
	defer(close, c->fd);
	parse(c);
out:
	return 0;
}

int by_switch(struct conn *c)
{
	switch (c->kind) {
	case 1:
		defer_frame();
		defer(close, c->fd);
		break;
	case 2:				/* case */
		return parse(c);
	default:			/* default */
		return 1;
	}
	return 0;
}

void alone(struct conn *c)
{
	deferproc(report, c);		/* deferproc */
	parse(c);
	deferreturn();
}

void kept(struct conn *c)
{
	int late = deferproc(report, c);	/* deferproc */

	if (!late)
		parse(c);
	deferreturn();
}

int early(struct conn *c)
{
	if (deferproc(report, c))
		return -1;		/* early */
	if (!c->fd)
		return 0;		/* early */
	parse(c);
	deferreturn();
	return 1;
}

void falls_out(struct conn *c)
{
	if (deferproc(report, c))
		goto out;
	parse(c);
out:
	;
}					/* falls_out */
END

# The same done right, and what looks like it.
cat >"$work/right.c" <<'END'
#include <panic.h>
#include <stdio.h>

int returned(struct conn *c)
{
	volatile int status = -1;
	char *volatile p = NULL;

	recover_frame(puts(p); return status);
	defer(report, c);
	p = "parsing";
	return status = parse(c);
}

int before(struct conn *c)
{
	int n = count(c), m = 0;

	n++;
	recover_frame(m = 1; goto out);
	defer(report, c);
	m = 7;
	for (int i = 0; i < n; i++)
		parse(c + i);
	return m;
out:
	for (int i = 0; i < n; i++)
		reset(c + i);
	return n + m;
}

void each(struct conn *c, int n)
{
	for (int i = 0; i < n; i++) {
		int fd;

		recover_frame(continue);
		defer(report, c);
		fd = open(c[i].path, 0);
		parse(c + i, fd);
	}
}

static void helper(void *arg)
{
	const struct panic *p = recover();

	printf("%s\n", p ? panic_message(p) : arg);
}

static void does_not_end_in_it(void *arg)
{
	helper(arg);
	puts("last");
}

static void has_a_frame(void *arg)
{
	defer_frame();
	defer(puts, "after it");
	helper(arg);
}

static void is_not_deferred(void *arg)
{
	helper(arg);
}

void uses(void)
{
	recover_frame(return);
	defer(does_not_end_in_it, NULL);
	defer(has_a_frame, NULL);
	is_not_deferred(NULL);
}

int over(struct conn *c)
{
	if (!c)
		goto out;	/* "defer_frame();" is no frame { */
	{
		defer_frame();
		defer(close, c->fd);
	again:
		if (parse(c))
			goto again;
		switch (c->kind) {
		case 1:
			return 1;
		default:
			goto out;
		}
	}
out:
	return 0;
}

int by_switch(struct conn *c)
{
	switch (c->kind) {
	case 1: {
		defer_frame();
		defer(close, c->fd);
		break;
	}
	case 2:
		return _Generic(c, default: 1);
	}
	return 0;
}

int by_hand(struct conn *c)
{
	volatile int rc = 1;

	if (deferproc(report, c)) {
		rc = 2;
		goto epilogue;
	}
	if (!c->fd)
		panic("no descriptor");
	if (c->kind)
		goto epilogue;
	rc = parse(c);
epilogue:
	deferreturn();
	return rc;
}
END

failed=0

# same NAME: what was found is what is wanted.
same() {
	cmp -s "$work/wanted" "$work/found" && return
	echo "panic-lint.sh: $1: wanted <, found >"
	diff "$work/wanted" "$work/found"
	failed=1
}

# lint FILE...: what is found.
lint() {
	$SHELL "$lint" "$@" >"$work/out" 2>"$work/err"
	code=$?
	want=0
	[ ! -s "$work/out" ] || want=1
	[ $code -eq $want ] || {
		echo "panic-lint.sh: exit status $code of panic-lint $*"
		cat "$work/err"
		failed=1
	}
}

: "${SHELL:=/bin/sh}"
echo >"$work/empty.c"
$SHELL "$lint" "$work/empty.c" 2>"$work/notes" || {
	cat "$work/notes"
	! grep -q "apt-get install libpython3-dev" "$work/notes" || exit 77
	exit 1
}
cd "$work" || exit 99

# A word of the message, and the line.
awk '/\/\* [a-z_]+ \*\/$/ { print FILENAME ":" FNR " " $(NF - 1) }' wrong.c |
	sed 's/falls_out/falls_out()/; s/early/early()/' >wanted
lint wrong.c right.c
while read -r place word; do
	grep -F "$place:" out | grep -qF " $word" && echo "$place $word"
done <wanted >found
same "planted faults"
sed 's/ .*//' wanted >places
mv places wanted
sed 's/: .*//' out >found
same "places"
: >wanted
cp err found
same "notes"

# The example of the manual.
awk '/^\.Ed/ { exit } /^#include/ { on = 1 } on' \
	"$top_srcdir/man/panic-lint.1" >copy.c
grep '^copy\.c:' "$top_srcdir/man/panic-lint.1" >wanted
lint copy.c
cp out found
same "the manual's example"

# A function that cannot be read is no clean one.
printf 'int f(void)\n{\n\tdefer_frame();\n\t@ ` @;\n}\n' >unread.c
lint unread.c
grep -q '^unread.c:3: note: ' err || {
	echo "panic-lint.sh: nothing is told of what was not read"
	failed=1
}

$SHELL "$lint" >/dev/null 2>&1
[ $? -eq 2 ] || { echo "panic-lint.sh: no usage"; failed=1; }

cd "$top_srcdir" || exit 99
cat >"$work/wanted" <<'END'
tests/conformance/s10-fatal.c: noreturn()
tests/test-memory.c: calls_deferproc()
tests/test-stale.c: leave_by_return()
END
lint examples/*.c examples/kvd/*.c tests/*.c tests/conformance/*.c \
	tests/go/*.c tests/kvd/*.c tests/model/*.c
sed 's/:[0-9]*: \([^ ]*\).*/: \1/' "$work/out" | sort >"$work/found"
same "examples and tests"
[ $failed -eq 0 ] && echo "panic-lint.sh: all faults found"
exit $failed
