/* SPDX-License-Identifier: MIT */
/* model.c - predicts a program's trace from the specification alone. */

/*
 * The library runs deferred calls on top of the panicking stack and jumps in
 * the end.  Here nothing ever jumps.  A function ends in an outcome; leaving a
 * frame runs its deferred calls one by one, and each may replace the outcome:
 *
 *	NEXT		the operation is done, the next one is due
 *	FINISHED	the body came to its end
 *	RETURNED	a return statement was met
 *	PANICKING	the newest panic, m->top, is under way
 *	EXITING		a Goexit is
 *	LANDED		a deferred call recovered; the frame is empty
 *
 *	by a deferred call that...	PANICKING becomes	others become
 *	returns				PANICKING		same
 *	returns, having recovered	LANDED or EXITING	-
 *	panics				PANICKING		PANICKING
 *	exits				EXITING			EXITING
 *
 * What was raised while a frame was open is over when that frame recovers,
 * except a Goexit, which never is (decision 1): so m->top goes back to what it
 * was when the frame was opened, or to the newest Goexit raised since.
 */
#include <string.h>

#include "prog.h"

enum outcome { NEXT, FINISHED, RETURNED, PANICKING, EXITING, LANDED };

enum { NONE = -1, MAX_PANICS = 1024, MAX_DUE = 4096, OUTERMOST = 255 };

struct raised {
	int number;
	int link;			/* the top before it was raised */
	bool goexit;
	bool recovered;
};

struct machine {
	const struct prog *p;
	enum rules rules;
	struct prediction *out;
	size_t len;
	int numbers;			/* panics numbered so far */
	int top;			/* index of the newest panic, or NONE */
	int raises;
	struct raised raised[MAX_PANICS];
	int holders[MAX_PANICS];	/* by number: panics with this value */
	bool typed[MAX_PANICS];		/* by number: has data to release */
	int ndue;
	uint8_t due[MAX_DUE];		/* deferred calls, by operation */
};

struct frame {
	enum shape shape;
	int due;			/* m->ndue and m->top when opened */
	int top;
};

struct call {
	int cause;			/* the panic it may recover, or NONE */
	int got;			/* the one that it has recovered */
};

static void put(struct machine *m, const char *text)
{
	size_t n = strlen(text);

	if (m->len + n >= sizeof m->out->text) {
		m->out->overflow = true;
		return;
	}
	memcpy(m->out->text + m->len, text, n + 1);
	m->len += n;
}

static void note(struct machine *m, char c, int n)
{
	char text[16];

	if (n < 0)
		snprintf(text, sizeof text, "%c", c);
	else
		snprintf(text, sizeof text, "%c%d", c, n);
	put(m, text);
}

static void note_full(struct machine *m, char c, int n)
{
	if (m->rules == RULES_FULL)
		note(m, c, n);
}

static enum outcome push(struct machine *m, int number, bool goexit)
{
	if (m->raises == MAX_PANICS) {
		m->out->overflow = true;
		return EXITING;
	}
	m->raised[m->raises] = (struct raised){
		.number = number, .link = m->top, .goexit = goexit
	};
	if (!goexit)
		m->holders[number]++;
	m->top = m->raises++;
	return goexit ? EXITING : PANICKING;
}

/* Takes the newest panic off: its data goes with the last that holds it. */
static void drop(struct machine *m)
{
	const struct raised *r = &m->raised[m->top];

	m->top = r->link;
	if (r->goexit || --m->holders[r->number] > 0)
		return;
	if (m->typed[r->number])
		note_full(m, '~', r->number);
}

/* The newest Goexit raised since the frame was opened, or NONE. */
static int pending_goexit(const struct machine *m, const struct frame *f)
{
	for (int i = m->top; i != f->top; i = m->raised[i].link)
		if (m->raised[i].goexit)
			return i;
	return NONE;
}

/* S86: up to 1.21 Go sees the Goexit only right below the recovered panic. */
static bool go_loses(struct machine *m, int goexit)
{
	if (goexit == NONE || m->raised[m->top].link == goexit)
		return false;
	m->out->lost = true;
	return m->rules == RULES_GO121;
}

/* The deferred call that recovered m->top has returned to the frame. */
static enum outcome land(struct machine *m, const struct frame *f)
{
	int goexit = pending_goexit(m, f);

	m->out->resumed |= goexit != NONE;
	if (go_loses(m, goexit))
		goexit = NONE;
	while (m->top != f->top && m->top != goexit)
		drop(m);
	if (goexit != NONE)
		return EXITING;
	if (f->shape == SHAPE_PROC)	/* returns 1 before older calls run */
		note_full(m, '^', -1);
	return LANDED;
}

static bool lands(enum shape shape)
{
	return shape != SHAPE_PLAIN && shape != SHAPE_DEFER &&
		shape != BLOCK_DEFER;
}

static void recover_in(struct machine *m, char c, struct call *call)
{
	struct raised *r;

	if (call->cause == NONE || m->raised[call->cause].recovered) {
		note(m, c, -1);
		return;
	}
	r = &m->raised[call->cause];
	r->recovered = true;
	call->got = call->cause;
	note(m, c, r->number);
	for (int i = r->link; i != NONE; i = m->raised[i].link)
		if (!m->raised[i].goexit)
			note_full(m, '<', m->raised[i].number);
}

static enum outcome function(struct machine *m, int at, int cause);

static enum outcome deferred(struct machine *m, int at, int cause)
{
	struct call call = { .cause = cause, .got = NONE };

	if (at == OUTERMOST) {
		recover_in(m, 'U', &call);
		return FINISHED;
	}
	if (m->p->op[at].kind == OP_NIL)
		return push(m, 0, false);
	return function(m, at, cause);
}

static struct frame open_frame(const struct machine *m, enum shape shape)
{
	return (struct frame){ .shape = shape, .due = m->ndue, .top = m->top };
}

static void register_call(struct machine *m, int at)
{
	if (m->ndue == MAX_DUE)
		m->out->overflow = true;
	else
		m->due[m->ndue++] = (uint8_t)at;
}

/* Runs what the frame has deferred, the newest first. */
static enum outcome leave(struct machine *m, const struct frame *f,
	enum outcome o)
{
	while (m->ndue > f->due && !m->out->overflow) {
		bool panicking = o == PANICKING;
		int at = m->due[--m->ndue];
		enum outcome end = deferred(m, at,
			panicking && lands(f->shape) ? m->top : NONE);

		if (end == PANICKING || end == EXITING)
			o = end;
		else if (panicking && m->raised[m->top].recovered)
			o = land(m, f);
	}
	m->ndue = f->due;
	return o;
}

static enum outcome raise_number(struct machine *m, const struct op *op)
{
	int n = ++m->numbers;

	note(m, '!', n);
	if (n == MAX_PANICS) {
		m->out->overflow = true;
		return EXITING;
	}
	m->typed[n] = op->arg == RAISE_VALUE;
	return push(m, n, false);
}

static enum outcome repanic_in(struct machine *m, const struct call *call)
{
	int n;

	if (call->got == NONE)
		return NEXT;
	n = m->raised[call->got].number;
	note(m, '!', n);
	return push(m, n, false);
}

static enum outcome call_in(struct machine *m, int at)
{
	enum outcome o = function(m, at, NONE);

	if (o == PANICKING || o == EXITING)
		return o;
	note(m, '.', -1);
	return NEXT;
}

static enum outcome block(struct machine *m, struct call *call, int at);

static enum outcome step(struct machine *m, struct call *call, int at)
{
	const struct op *op = &m->p->op[at];

	switch (op->kind) {
	case OP_CALL:
		return call_in(m, at);
	case OP_BLOCK:
		return block(m, call, at);
	case OP_DEFER:
		for (int i = 0; i < op->arg; i++)
			register_call(m, at);
		return NEXT;
	case OP_NIL:
		register_call(m, at);
		return NEXT;
	case OP_PANIC:
		return raise_number(m, op);
	case OP_RECOVER:
		recover_in(m, '=', call);
		return NEXT;
	case OP_HELPER:
		note(m, 'h', -1);
		return NEXT;
	case OP_REPANIC:
		return repanic_in(m, call);
	case OP_GOEXIT:
		note(m, 'X', -1);
		return push(m, NONE, true);
	default:
		note(m, ')', -1);
		return RETURNED;
	}
}

/* Runs operations from *at, which is always past the one under way. */
static enum outcome body(struct machine *m, struct call *call, int *at,
	int end)
{
	while (*at < end && !m->out->overflow) {
		int now = *at;
		enum outcome o;

		*at += m->p->op[now].size;
		o = step(m, call, now);
		if (o != NEXT)
			return o;
	}
	return FINISHED;
}

/* A turn of a block; NEXT for another. */
static enum outcome turn(struct machine *m, struct call *call, int at)
{
	const struct op *op = &m->p->op[at];
	struct frame f = open_frame(m, op->shape);
	int pc = at + 1;
	enum outcome o = body(m, call, &pc, at + op->size);

	o = leave(m, &f, o);
	if (o == FINISHED)
		return NEXT;
	if (o != LANDED)
		return o;
	note_full(m, '^', -1);
	if (op->shape == BLOCK_RETURN)
		return RETURNED;
	return op->shape == BLOCK_CONTINUE ? NEXT : FINISHED;
}

static enum outcome block(struct machine *m, struct call *call, int at)
{
	enum outcome o = NEXT;

	for (int i = 0; i < m->p->op[at].arg && o == NEXT; i++)
		o = turn(m, call, at);
	return o == FINISHED ? NEXT : o;
}

static enum outcome function(struct machine *m, int at, int cause)
{
	const struct op *op = &m->p->op[at];
	struct call call = { .cause = cause, .got = NONE };
	struct frame f = open_frame(m, op->shape);
	int pc = at + 1;
	enum outcome o;

	note(m, '(', at);
	do {
		o = body(m, &call, &pc, at + op->size);
		if (o == FINISHED)
			note(m, ')', -1);
		o = leave(m, &f, o);
		if (o == LANDED && op->shape != SHAPE_PROC)
			note_full(m, '^', -1);
	} while (o == LANDED && op->shape == SHAPE_GOTO);
	return o;
}

void model_run(const struct prog *p, enum rules rules, struct prediction *out)
{
	static struct machine m;
	struct frame f;
	enum outcome o;

	memset(&m, 0, offsetof(struct machine, raised));
	memset(m.holders, 0, sizeof m.holders);
	m.ndue = 0;
	m.p = p;
	m.rules = rules;
	m.out = out;
	m.top = NONE;
	out->text[0] = '\0';
	out->overflow = out->lost = out->resumed = false;

	f = open_frame(&m, SHAPE_RECOVER);
	register_call(&m, OUTERMOST);
	o = leave(&m, &f, function(&m, 0, NONE));
	while (m.top != NONE)
		drop(&m);
	note(&m, o == EXITING ? 'G' : 'E', -1);
}
