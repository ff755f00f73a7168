/* SPDX-License-Identifier: MIT */
/* s11-uncaught.c - S111 to S119: the order of events of an uncaught panic. */

#include "anew.h"
#include "layers.h"

static void complain(void *text)
{
	if (write(2, text, strlen(text)) < 0)
		abort();
}

FUNCTION(inner,
	DEFER(complain, "inner\n");
	panic("p");
);

FUNCTION(outer,
	DEFER(complain, "outer\n");
	CALL(inner, NULL);
);

START_TEST(S111_all_deferred_calls_come_before_the_message)
{
	LAYERS();
	expectdeath(PICK(outer), NULL, "inner\nouter\npanic: p\n");
}
END_TEST

static int complainingtext(const void *data, char *buf, size_t size)
{
	complain((char *)(uintptr_t)"text-of-");
	complain((void *)(uintptr_t)data);
	complain((char *)(uintptr_t)"\n");
	return snprintf(buf, size, "%s", (const char *)data);
}

static const struct panic_type complaining = {
	"complaining", complainingtext, NULL
};

static void raisescomplaining(void *text)
{
	panic_value(&complaining, text);
}

static void recoversandraises(void *text)
{
	if (recover())
		panic_value(&complaining, text);
}

FUNCTION(fourtexts,
	DEFER(raisescomplaining, "p4");
	DEFER(recoversandraises, "p3");
	DEFER(raisescomplaining, "p2");
	raisescomplaining("p1");
);

START_TEST(S112_the_texts_of_all_panics_are_made_first_newest_first)
{
	LAYERS();
	expectdeath(PICK(fourtexts), NULL,
		"text-of-p4\ntext-of-p3\ntext-of-p2\ntext-of-p1\n"
		"panic: p1\n\tpanic: p2 [recovered]\n\tpanic: p3\n"
		"\tpanic: p4\n");
}
END_TEST

FUNCTION(exits2,
	DEFER(say, "d");
	panic_set_exit(2);
	panic("p");
);

START_TEST(S114_everything_is_on_stderr_and_the_end_is_abort)
{
	struct death *d;

	LAYERS();
	d = dies(PICK(inner), NULL);
	ck_assert_str_eq(d->out, "");
	ck_assert(aborted(d));
}
END_TEST

START_TEST(S114_after_panic_set_exit_the_status_is_2)
{
	struct death *d;

	LAYERS();
	d = dies(PICK(exits2), NULL);
	ck_assert_str_eq(panics(d), "panic: p\n");
	ck_assert(exited(d, 2));
	ck_assert_int_eq(panic_set_exit(256), -1);
	ck_assert_int_eq(panic_set_exit(-1), -1);
	ck_assert_int_eq(panic_set_exit(0), 0);
}
END_TEST

static void raisesp(void *unused)
{
	(void)unused;
	panic("p");
}

START_TEST(S114_the_environment_sets_the_status)
{
	static const struct { const char *value; int status; } cases[] = {
		{ "2", 2 }, { "255", 255 }, { "1", 1 },
		{ "0", -1 }, { "256", -1 }, { "-1", -1 }, { "2x", -1 },
		{ "", -1 }
	};

	if (!canreexec())
		return;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct death *d = diesanew("p", "PANIC_EXIT",
			cases[i].value);

		ck_assert_str_eq(panics(d), "panic: p\n");
		ck_assert_msg(cases[i].status < 0 ? aborted(d) :
			exited(d, cases[i].status),
			"PANIC_EXIT=\"%s\" ends with %#x", cases[i].value,
			(unsigned)d->status);
	}
}
END_TEST

static int panickingtext(const void *data, char *buf, size_t size)
{
	(void)buf;
	(void)size;
	if (data)
		panic_value(&complaining, (void *)(uintptr_t)data);
	panic("important message");
}

static const struct panic_type panicking = { "T", panickingtext, NULL };

FUNCTION(printspanicking,
	DEFER(say, "");
	panic_value(&panicking, arg);
);

START_TEST(S115_a_panic_in_a_text_function_is_fatal)
{
	LAYERS();
	expectfatal(PICK(printspanicking), NULL, "",
		"panic while printing panic value: important message\n");
	expectfatal(PICK(printspanicking), "typed", "",
		"panic while printing panic value: type complaining\n");
}
END_TEST

FUNCTION(panicsandrecovers,
	DEFER(catch, "r");
	panic("inside");
);

static int recoveringtext(const void *data, char *buf, size_t size)
{
	(void)data;
	CALL(panicsandrecovers, NULL);
	return snprintf(buf, size, "%s", trace);
}

static const struct panic_type recovering = { "R", recoveringtext, NULL };

FUNCTION(printsrecovering,
	DEFER(say, "d");
	panic_value(&recovering, arg);
);

START_TEST(S115_a_text_function_may_recover_its_own_panic)
{
	LAYERS();
	expectdeath(PICK(printsrecovering), NULL, "panic: d r=inside\n");
}
END_TEST

static void panicsatabort(int sig)
{
	(void)sig;
	panic("at the end");
}

static void dieswithhandler(void *unused)
{
	signal(SIGABRT, panicsatabort);
	raisesp(unused);
}

START_TEST(S116_a_panic_while_dying_ends_with_status_4)
{
	struct death *d = dies(dieswithhandler, NULL);

	ck_assert_ptr_ne(strstr(d->err, "panic during panic\n"), NULL);
	ck_assert_ptr_eq(strstr(d->err, "at the end"), NULL);
	ck_assert(exited(d, 4));
}
END_TEST

static pthread_barrier_t barrier;

static void *diestogether(void *unused)
{
	pthread_barrier_wait(&barrier);
	raisesp(unused);
	return unused;
}

static void twodie(void *unused)
{
	pthread_t id;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&id, NULL, diestogether, NULL);
	diestogether(unused);
}

START_TEST(S117_of_two_threads_that_die_together_one_prints)
{
	for (int i = 0; i < 20; i++) {
		struct death *d = dies(twodie, NULL);

		ck_assert_str_eq(panics(d), "panic: p\n");
		ck_assert_ptr_eq(strstr(d->err + 1, "panic: "), NULL);
		ck_assert(aborted(d));
	}
}
END_TEST

static void atexitpanics(void)
{
	panic("atexit");
}

static void registersatexit(void *unused)
{
	(void)unused;
	atexit(atexitpanics);
}

__attribute__((constructor)) static void constructorpanics(void)
{
	const char *name = getenv(ANEW);

	if (name && !strcmp(name, "constructor"))
		panic("constructor");
}

static void keypanics(void *unused)
{
	(void)unused;
	panic("destructor");
}

static void setskey(void *unused)
{
	pthread_key_t key;

	(void)unused;
	pthread_key_create(&key, keypanics);
	pthread_setspecific(key, &barrier);
}

static void destructorpanics(void *unused)
{
	inthread(setskey, unused);
}

START_TEST(S119_a_panic_at_the_start_or_the_end_crashes_the_same_way)
{
	expectdeath(registersatexit, NULL, "panic: atexit\n");
	expectdeath(destructorpanics, NULL, "panic: destructor\n");
	if (!canreexec())
		return;
	ck_assert_str_eq(panics(diesanew("constructor", NULL, NULL)),
		"panic: constructor\n");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S111_all_deferred_calls_come_before_the_message);
	LAYERED(tc, S112_the_texts_of_all_panics_are_made_first_newest_first);
	LAYERED(tc, S114_everything_is_on_stderr_and_the_end_is_abort);
	LAYERED(tc, S114_after_panic_set_exit_the_status_is_2);
	tcase_add_test(tc, S114_the_environment_sets_the_status);
	LAYERED(tc, S115_a_panic_in_a_text_function_is_fatal);
	LAYERED(tc, S115_a_text_function_may_recover_its_own_panic);
	tcase_add_test(tc, S116_a_panic_while_dying_ends_with_status_4);
	tcase_add_test(tc, S117_of_two_threads_that_die_together_one_prints);
	tcase_add_test(tc,
		S119_a_panic_at_the_start_or_the_end_crashes_the_same_way);
}

int main(void)
{
	static const struct program programs[] = {
		{ "p", raisesp }, { NULL, NULL }
	};

	runanew(programs);
	return runsuite("uncaught", add);
}
