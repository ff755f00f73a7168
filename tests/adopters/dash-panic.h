/* SPDX-License-Identifier: MIT */
/* dash-panic.h - dash's exceptions as panics: what its error.h includes in the
 * place of <setjmp.h>, and the words that dash.sed puts in that of setjmp(). */
#include <panic.h>

struct jmploc {
	int unused;
};

static const struct panic_type adopters_raised = { "dash", NULL, NULL };

__attribute__((unused)) static void adopters_stop(void *unused)
{
	(void)unused;
	recover();
}

#define RAISE() panic_value(&adopters_raised, NULL)

/* What raises from here to END_TRY goes on behind it, at label, with e 1. */
#define TRY(e, label) { \
	e = 0; \
	recover_frame(e = 1; goto label); \
	defer(adopters_stop, NULL)
#define END_TRY(label) } label:
