/* SPDX-License-Identifier: MIT */
/* s05-callers.c - S49, S52, S54 to S56: recover() whatever the compiler has
 * made of its caller. */

#include <alloca.h>

#include "layers.h"

/* A typed call goes through a function that knows the type. */
static int typed(int n)
{
	note("%d", n);
	tell("typed", recover());
	BARRIER();
	return 1;
}

static void constant(const void *name)
{
	tell(name, recover());
	BARRIER();
}

static void wrapper(void *name)
{
	catch(name);
	BARRIER();
}

FUNCTION(bytype,
	DEFER(typed, (int)(intptr_t)arg);
	panic("p");
);

FUNCTION(byconst,
	DEFER(constant, (const void *)"const");
	panic("p");
);

FUNCTION(bywrapper,
	DEFER(catch, "r");
	DEFER(wrapper, "wrapped");
	panic("p");
);

START_TEST(S49_the_call_of_a_typed_function_is_transparent)
{
	LAYERS();
	CALL(bytype, (void *)7);
	CALL(byconst, NULL);
	expect("7 typed=p const=p");
}
END_TEST

static int typedbyhelper(int n)
{
	tell("typed", helper());
	BARRIER();
	return n;
}

static void alignedconst(const void *name)
{
	volatile char wide[64] __attribute__((aligned(64))) = { 1 };

	tell(name, recover());
	wide[0]++;
}

FUNCTION(typedhelper,
	DEFER(alignedconst, (const void *)"r");
	DEFER(typedbyhelper, 3);
	panic("p");
);

START_TEST(S49_a_helper_of_a_typed_function_is_refused)
{
	LAYERS();
	CALL(typedhelper, NULL);
	expect("typed=nil r=p");
}
END_TEST

START_TEST(S49_a_wrapper_of_the_users_is_not_transparent)
{
	LAYERS();
	CALL(bywrapper, NULL);
	expect("wrapped=nil r=p");
}
END_TEST

static void bigframe(void *name)
{
	volatile char big[40000];

	memset((char *)big, 1, sizeof big);
	tell(name, recover());
	big[0]++;
}

/* gcc realigns the stack of this one; its frame address tells nothing. */
static void aligned(void *name)
{
	volatile char wide[64] __attribute__((aligned(64))) = { 1 };

	tell(name, recover());
	wide[0]++;
}

static void variable(void *name)
{
	size_t n = strlen(name) + 1;
	char vla[n];
	char *a = alloca(n * 3);

	memcpy(vla, name, n);
	memcpy(a, name, n);
	tell(vla, recover());
	tell(a, recover());
	BARRIER();
}

/* Both: stack arguments for what it calls, and a realigned frame. */
static void alignedvariable(void *name)
{
	volatile char wide[64] __attribute__((aligned(64))) = { 1 };
	char *a = alloca(strlen(name) + 100);

	strcpy(a, name);
	note("%d%d%d%d%d%d%d", 1, 2, 3, 4, 5, 6, 7);
	tell(a, recover());
	wide[0]++;
}

static void raisein(void (*fn)(void *))
{
	char *volatile a = alloca(1000);

	recover_frame(return);
	defer(catch, "not");
	defer(fn, "r");
	*a = 1;
	panic("p");
}

FUNCTION(anyframe,
	DEFER(catch, "not");
	DEFER(*(void (**)(void *))arg, "r");
	panic("p");
);

START_TEST(S52_recover_works_whatever_the_frame_of_its_caller)
{
	void (*fns[])(void *) =
		{ bigframe, aligned, variable, alignedvariable };
	static const char *const wants[] = {
		"r=p not=nil", "r=p not=nil", "r=p r=nil not=nil",
		"1234567 r=p not=nil"
	};

	LAYERS();
	for (int i = 0; i < 4; i++) {
		raisein(fns[i]);
		expect(wants[i]);
		CALL(anyframe, &fns[i]);
		expect(wants[i]);
	}
}
END_TEST

/* The helpers of frames that hide their CFA must not pass either. */
static void alignedbyhelper(void *name)
{
	volatile char wide[64] __attribute__((aligned(64))) = { 1 };

	tell(name, helper());
	wide[0]++;
}

static void alignedhelper(void *name)
{
	aligned(name);
	BARRIER();
}

FUNCTION(alignedhelpers,
	DEFER(catch, "r");
	DEFER(alignedbyhelper, "h");
	DEFER(alignedhelper, "g");
	panic("p");
);

START_TEST(S52_a_helper_is_refused_whatever_the_frames)
{
	LAYERS();
	CALL(alignedhelpers, NULL);
	expect("g=nil h=nil r=p");
}
END_TEST

/* What a compiler would inline at -O2 if it could. */
static inline const struct panic *inlinehelper(void)
{
	return recover();
}

static inline void calledonce(void *name)
{
	tell(name, inlinehelper());
}

static void inlined(void *name)
{
	calledonce(name);
	tell(name, inlinehelper());
	BARRIER();
}

FUNCTION(outer54,
	DEFER(catch, "r");
	DEFER(inlined, "i");
	panic("p");
);

START_TEST(S54_a_helper_that_could_be_inlined_is_refused)
{
	LAYERS();
	CALL(outer54, NULL);
	expect("i=nil i=nil r=p");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S49_the_call_of_a_typed_function_is_transparent);
	LAYERED(tc, S49_a_helper_of_a_typed_function_is_refused);
	LAYERED(tc, S49_a_wrapper_of_the_users_is_not_transparent);
	LAYERED(tc, S52_recover_works_whatever_the_frame_of_its_caller);
	LAYERED(tc, S52_a_helper_is_refused_whatever_the_frames);
	LAYERED(tc, S54_a_helper_that_could_be_inlined_is_refused);
}

CONFORM_MAIN("recover callers", add)
