/* SPDX-License-Identifier: MIT */
/* lua-panic.h - Lua's errors as panics: what is included before its ldo.c. */
#define PANIC_NO_KEYWORDS	/* a lua_State has a member panic */
#include <panic.h>

static const struct panic_type adopters_error = { "lua error", NULL, NULL };

/* Another state may have thrown to an older frame: stops only what is ours. */
static void adopters_stop(void *to)
{
	const struct panic *p = PANIC_RECOVER();

	if (p && panic_data(p, &adopters_error) != to)
		PANIC_REPANIC(p);
}

#define luai_jmpbuf int
#define LUAI_THROW(L, c) panic_value(&adopters_error, c)
#define LUAI_TRY(L, c, a) { \
	PANIC_RECOVER_FRAME(goto landed); \
	PANIC_DEFER(adopters_stop, c); \
	a \
	} landed:
