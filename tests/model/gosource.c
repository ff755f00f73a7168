/* SPDX-License-Identifier: MIT */
/* gosource.c - writes a program as Go. */
#include <stdarg.h>

#include "prog.h"

struct writer {
	FILE *out;
	const struct prog *p;
	const char *prefix;
	int function;
	bool heap;
};

__attribute__((format(printf, 2, 3)))
static void line(const struct writer *w, const char *fmt, ...)
{
	va_list ap;

	fputc('\t', w->out);
	va_start(ap, fmt);
	vfprintf(w->out, fmt, ap);
	va_end(ap);
	fputc('\n', w->out);
}

static void write_recover(const struct writer *w, char c, const char *call)
{
	if (uses_repanic(w->p, w->function))
		line(w, "r = got('%c', %s(), r)", c, call);
	else
		line(w, "got('%c', %s(), nil)", c, call);
}

/*
 * A single defer stays outside a loop: such ones Go codes inline.  But 1.19.8
 * forgets the inline ones of older frames when a recover resumes a Goexit (the
 * loop in its Goexit looks for the next such frame only after an inline call):
 * programs that do it have none.
 */
static void write_defer(const struct writer *w, int at)
{
	int times = w->p->op[at].arg;

	if (times == 1 && !w->heap) {
		line(w, "defer %s%d()", w->prefix, at);
		return;
	}
	line(w, "for i := 0; i < %d; i++ {", times);
	line(w, "\tdefer %s%d()", w->prefix, at);
	line(w, "}");
}

static void write_nil(const struct writer *w)
{
	if (w->heap)
		line(w, "for i := 0; i < 1; i++ {");
	line(w, "defer nothing()");
	if (w->heap)
		line(w, "}");
}

static void write_repanic(const struct writer *w)
{
	line(w, "if r != nil {");
	line(w, "\tevent('!', number(r))");
	line(w, "\tpanic(r)");
	line(w, "}");
}

static void write_op(const struct writer *w, int at)
{
	switch (w->p->op[at].kind) {
	case OP_CALL:
		line(w, "%s%d()", w->prefix, at);
		line(w, "event('.', -1)");
		break;
	case OP_DEFER:
		write_defer(w, at);
		break;
	case OP_NIL:
		write_nil(w);
		break;
	case OP_PANIC:
		line(w, "panic(raised())");
		break;
	case OP_RECOVER:
		write_recover(w, '=', "recover");
		break;
	case OP_HELPER:
		write_recover(w, 'h', "helper");
		break;
	case OP_REPANIC:
		write_repanic(w);
		break;
	case OP_GOEXIT:
		line(w, "event('X', -1)");
		line(w, "runtime.Goexit()");
		break;
	case OP_RETURN:
		line(w, "event(')', -1)");
		line(w, "return");
		break;
	default:			/* blocks are not for Go */
		break;
	}
}

static void write_function(const struct writer *w)
{
	int at = w->function, end = at + w->p->op[at].size;

	fprintf(w->out, "\nfunc %s%d() {\n", w->prefix, at);
	if (uses_repanic(w->p, at))
		line(w, "var r any");
	line(w, "event('(', %d)", at);
	for (int i = at + 1; i < end; i += w->p->op[i].size)
		write_op(w, i);
	line(w, "event(')', -1)");
	fputs("}\n", w->out);
}

void source_go(FILE *out, const struct prog *p, const char *prefix, bool heap)
{
	struct writer w = {
		.out = out, .p = p, .prefix = prefix, .heap = heap
	};

	for (int i = 0; i < p->n; i++) {
		w.function = i;
		if (is_function(&p->op[i]))
			write_function(&w);
	}
}
