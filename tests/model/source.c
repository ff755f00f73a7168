/* SPDX-License-Identifier: MIT */
/* source.c - writes a program as C, a function for each of its functions. */
#include <stdarg.h>

#include "prog.h"

struct writer {
	FILE *out;
	const struct prog *p;
	const char *prefix;
	int function;			/* the one being written */
	int indent;
};

__attribute__((format(printf, 2, 3)))
static void line(const struct writer *w, const char *fmt, ...)
{
	va_list ap;

	for (int i = 0; i < w->indent; i++)
		fputc('\t', w->out);
	va_start(ap, fmt);
	vfprintf(w->out, fmt, ap);
	va_end(ap);
	fputc('\n', w->out);
}

/* Whether the function at repanics, and so must keep what it recovered. */
bool uses_repanic(const struct prog *p, int at)
{
	for (int i = at + 1; i < at + p->op[at].size; ) {
		if (p->op[i].kind == OP_REPANIC)
			return true;
		if (p->op[i].kind == OP_BLOCK)
			i++;
		else
			i += p->op[i].size;
	}
	return false;
}

static enum shape function_shape(const struct writer *w)
{
	return w->p->op[w->function].shape;
}

static const char *leave(const struct writer *w)
{
	return function_shape(w) == SHAPE_PROC ? "goto epilogue" : "return";
}

static void write_panic(const struct writer *w, int how)
{
	switch (how) {
	case RAISE_VALUE:
		line(w, "panic_value(&trace_type, boxed(raised()));");
		break;
	case RAISE_ERRNO:
		line(w, "errno = EIO;");
		line(w, "panic_errno(\"%%d\", raised());");
		break;
	default:
		line(w, "panic(\"%%d\", raised());");
	}
}

static void write_recover(const struct writer *w, char c, const char *call)
{
	if (uses_repanic(w->p, w->function))
		line(w, "r = got('%c', %s(), r);", c, call);
	else
		line(w, "got('%c', %s(), NULL);", c, call);
}

static void write_repanic(const struct writer *w)
{
	line(w, "if (r) {");
	line(w, "\tevent('!', number(r));");
	line(w, "\trepanic(r);");
	line(w, "}");
}

/* One deferred call, in the words of the frame that the statement is in. */
static void write_one_defer(const struct writer *w, bool in_block,
	const char *fn)
{
	if (in_block || function_shape(w) != SHAPE_PROC) {
		line(w, "defer(%s, NULL);", fn);
	} else {
		line(w, "if (deferproc(%s, NULL))", fn);
		line(w, "\tgoto landing;");
	}
}

static void write_defer(struct writer *w, bool in_block, int at)
{
	int times = w->p->op[at].arg;
	char fn[64];

	snprintf(fn, sizeof fn, "%s%d", w->prefix, at);
	if (times == 1) {
		write_one_defer(w, in_block, fn);
		return;
	}
	line(w, "for (volatile int i%d = 0; i%d < %d; i%d++) {", at, at,
		times, at);
	w->indent++;
	write_one_defer(w, in_block, fn);
	w->indent--;
	line(w, "}");
}

static void write_body(struct writer *w, int at, bool in_block);

static void write_block(struct writer *w, int at)
{
	static const char *const after[] = { "continue", "break" };
	const struct op *op = &w->p->op[at];

	line(w, "for (volatile int i%d = 0; i%d < %d; i%d++) {", at, at,
		op->arg, at);
	w->indent++;
	if (op->shape == BLOCK_DEFER)
		line(w, "defer_frame();");
	else
		line(w, "recover_frame(landed(); %s);",
			op->shape == BLOCK_RETURN ? leave(w) :
			after[op->shape - BLOCK_CONTINUE]);
	write_body(w, at, true);
	w->indent--;
	line(w, "}");
}

static void write_op(struct writer *w, int at, bool in_block)
{
	const struct op *op = &w->p->op[at];

	switch (op->kind) {
	case OP_CALL:
		line(w, "%s%d(NULL);", w->prefix, at);
		line(w, "event('.', -1);");
		break;
	case OP_DEFER:
		write_defer(w, in_block, at);
		break;
	case OP_BLOCK:
		write_block(w, at);
		break;
	case OP_NIL:
		write_one_defer(w, in_block, "nothing");
		break;
	case OP_PANIC:
		write_panic(w, op->arg);
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
		line(w, "event('X', -1);");
		line(w, "goexit();");
		break;
	default:
		line(w, "event(')', -1);");
		line(w, "%s;", leave(w));
	}
}

/* Where a landing goes to the next operation, each is a case of a switch. */
static void write_body(struct writer *w, int at, bool in_block)
{
	bool cases = !in_block && function_shape(w) == SHAPE_GOTO;
	int end = at + w->p->op[at].size;

	for (int i = at + 1; i < end; i += w->p->op[i].size) {
		if (cases) {
			line(w, "at = %d;", i + w->p->op[i].size);
			w->indent++;
		}
		write_op(w, i, in_block);
		if (cases) {
			w->indent--;
			line(w, "/* fall through */");
			fprintf(w->out, "\tcase %d:\n",
				i + w->p->op[i].size);
		}
	}
}

static void write_frame(const struct writer *w)
{
	switch (function_shape(w)) {
	case SHAPE_RECOVER:
		line(w, "recover_frame(landed(); return);");
		break;
	case SHAPE_GOTO:
		line(w, "recover_frame(landed(); goto again);");
		break;
	case SHAPE_DEFER:
		line(w, "defer_frame();");
		break;
	default:
		break;
	}
}

/* Without a registered call nothing goes to the label landing. */
static bool has_landing(const struct writer *w)
{
	const struct op *op = w->p->op;
	int at = w->function;

	for (int i = at + 1; i < at + op[at].size; i += op[i].size)
		if (op[i].kind == OP_DEFER || op[i].kind == OP_NIL)
			return true;
	return false;
}

static void write_end(const struct writer *w)
{
	line(w, "event(')', -1);");
	if (function_shape(w) != SHAPE_PROC)
		return;
	if (has_landing(w)) {
		line(w, "goto epilogue;");
		fputs("landing:\n", w->out);
		line(w, "landed();");
	}
	line(w, "goto epilogue;");
	fputs("epilogue:\n", w->out);
	line(w, "deferreturn();");
}

static void write_goto_body(struct writer *w)
{
	fputs("again:\n", w->out);
	line(w, "switch (at) {");
	line(w, "case 0:");
	write_body(w, w->function, false);
	line(w, "\tbreak;");
	line(w, "}");
}

static void write_function(struct writer *w)
{
	int at = w->function;

	fprintf(w->out, "\nstatic void %s%d(void *arg)\n{\n", w->prefix, at);
	if (uses_repanic(w->p, at))
		line(w, "const struct panic *volatile r = NULL;");
	if (function_shape(w) == SHAPE_GOTO)
		line(w, "volatile int at = 0;");
	line(w, "(void)arg;");
	write_frame(w);
	line(w, "event('(', %d);", at);
	if (function_shape(w) == SHAPE_GOTO)
		write_goto_body(w);
	else
		write_body(w, at, false);
	write_end(w);
	fputs("}\n", w->out);
}

void source_c(FILE *out, const struct prog *p, const char *prefix)
{
	struct writer w = {
		.out = out, .p = p, .prefix = prefix, .indent = 1
	};

	/* Callees stand behind their callers in p, and before them in C. */
	for (int i = p->n - 1; i >= 0; i--) {
		w.function = i;
		if (is_function(&p->op[i]))
			write_function(&w);
	}
}
