/* SPDX-License-Identifier: MIT */
/* test-typed.c - deferred functions of other types than void (void *), with
 * no cast and no warning (D10). */

#include "check.h"

struct conn {
	int open;
};

/* The types of two headers, and the program that includes both. */
PANIC_DEFERRABLE(conn, void, struct conn *)
#define CONN_TYPES PANIC_DEFER_AS(conn, void, struct conn *)

PANIC_DEFERRABLE(long, long, long)
#define LONG_TYPES PANIC_DEFER_AS(long, long, long)

#undef PANIC_DEFER_TYPES
#define PANIC_DEFER_TYPES CONN_TYPES LONG_TYPES

#include <fcntl.h>
#include <limits.h>

START_TEST(close_takes_its_descriptor)
{
	int fd = open("/dev/null", O_RDONLY);

	{
		defer_frame();
		defer(close, fd);
		note("%d", fcntl(fd, F_GETFD) >= 0);
	}
	note("%d", fcntl(fd, F_GETFD));
	ck_assert_str_eq(trace, "1 -1");
}
END_TEST

START_TEST(fclose_takes_its_stream)
{
	FILE *fp = tmpfile();
	int fd = fileno(fp);

	{
		defer_frame();
		defer(fclose, fp);
		note("%d", fcntl(fd, F_GETFD) >= 0);
	}
	note("%d", fcntl(fd, F_GETFD));
	ck_assert_str_eq(trace, "1 -1");
}
END_TEST

START_TEST(free_takes_pointers_of_any_type)
{
	{
		defer_frame();
		struct conn *c = malloc(sizeof *c);
		char *s = strdup("text");

		defer(free, c);
		defer(free, s);
		defer(free, NULL);
		note("%s", s);
	}
	ck_assert_str_eq(trace, "text");
}
END_TEST

START_TEST(a_mutex_is_unlocked_on_the_way_out)
{
	static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	for (int i = 0; i < 2; i++) {
		recover_frame(continue);
		defer(rescue, NULL);
		pthread_mutex_lock(&m);
		defer(pthread_mutex_unlock, &m);
		note("%d", pthread_mutex_trylock(&m) != 0);
		if (i)
			panic("boom");
	}
	note("%d", pthread_mutex_trylock(&m));
	pthread_mutex_unlock(&m);
	ck_assert_str_eq(trace, "1 [null] 1 [boom] 0");
}
END_TEST

START_TEST(other_functions_of_the_c_library_compile)
{
	static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
	static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	pthread_attr_t attr;
	char name[] = "/tmp/test-typed-XXXXXX";
	int fd = mkstemp(name);

	pthread_attr_init(&attr);
	pthread_rwlock_rdlock(&rw);
	{
		defer_frame();
		defer(unlink, name);
		defer(close, fd);
		defer(pthread_rwlock_unlock, &rw);
		defer(pthread_cond_broadcast, &cond);
		defer(pthread_attr_destroy, &attr);
		defer(closedir, opendir("/"));
	}
	ck_assert_int_eq(access(name, F_OK), -1);
	ck_assert_int_eq(pthread_rwlock_trywrlock(&rw), 0);
	pthread_rwlock_unlock(&rw);
}
END_TEST

static void conn_close(struct conn *c)
{
	c->open = 0;
	note("closed");
}

static long say_long(long n)
{
	note("%ld", n);
	return n;
}

static int say_int(int n)
{
	note("%d", n);
	return n;
}

static void say_plain_int(int n)
{
	note("%d", n);
}

START_TEST(a_programs_own_types_are_called_as_they_are)
{
	struct conn c = { 1 };
	char want[64];

	{
		defer_frame();
		defer(conn_close, &c);
		defer(say_long, LONG_MIN);
	}
	ck_assert_int_eq(c.open, 0);
	snprintf(want, sizeof want, "%ld closed", LONG_MIN);
	ck_assert_str_eq(trace, want);
}
END_TEST

START_TEST(integers_keep_their_value_and_sign)
{
	{
		defer_frame();
		defer(say_int, -1);
		defer(say_int, 2147483647);
		defer(say_plain_int, -2147483647 - 1);
		defer(say_int, 'a');
	}
	ck_assert_str_eq(trace, "97 -2147483648 2147483647 -1");
}
END_TEST

static void say_const(const void *word)
{
	note("%s", (const char *)word);
}

static void say_string(char *word)
{
	note("%s", word);
}

START_TEST(pointers_to_const_and_to_char_are_known)
{
	char word[] = "char";

	{
		defer_frame();
		defer(say_const, "const");
		defer(say_string, word);
		defer(&say_string, word);
	}
	ck_assert_str_eq(trace, "char char const");
}
END_TEST

static void rescue_conn(struct conn *c)
{
	const struct panic *p = recover();

	c->open = 0;
	note("[%s]", p ? panic_message(p) : "null");
}

static void rescued_by_a_type(struct conn *c)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(rescue_conn, c);
	panic("boom");
}

START_TEST(recover_works_in_a_typed_function)	/* D3 */
{
	struct conn c = { 1 };

	rescued_by_a_type(&c);
	ck_assert_int_eq(c.open, 0);
	ck_assert_str_eq(trace, "[boom] [null]");
}
END_TEST

static int rescue_path(const char *path)
{
	const struct panic *p = recover();

	note("%s [%s]", path, p ? panic_message(p) : "null");
	return 0;
}

static void rescued_by_a_shared_type(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(rescue_path, "path");
	panic("boom");
}

/* The library knows how to call it; test-fixed runs this at a fixed address. */
START_TEST(recover_works_in_a_function_of_a_type_of_the_librarys)
{
	rescued_by_a_shared_type();
	ck_assert_str_eq(trace, "path [boom] [null]");
}
END_TEST

static NOINLINE void helper(void)
{
	note("[%s]", recover() ? "helped" : "null");
}

static void asks_a_helper(struct conn *c)
{
	helper();
	c->open = 0;
}

static void helped_by_a_type(struct conn *c)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(asks_a_helper, c);
	panic("boom");
}

START_TEST(recover_in_a_helper_of_a_typed_function_is_null)	/* D3 */
{
	struct conn c = { 1 };

	helped_by_a_type(&c);
	ck_assert_str_eq(trace, "[null] [boom]");
}
END_TEST

static void typed_deferproc(struct conn *c)
{
	if (deferproc(say_int, -3))
		goto epilogue;
	if (deferproc(rescue_conn, c)) {
		note("landed");
		goto epilogue;
	}
	panic("boom");
epilogue:
	deferreturn();
}

START_TEST(deferproc_takes_the_same_types)
{
	struct conn c = { 1 };

	typed_deferproc(&c);
	ck_assert_str_eq(trace, "[boom] landed -3");
}
END_TEST

START_TEST(typed_calls_beyond_the_slots_keep_their_types)
{
	struct conn c = { 1 };

	{
		defer_frame();
		for (int i = 0; i < 10; i++)
			defer(say_int, i);
		defer(conn_close, &c);
	}
	ck_assert_str_eq(trace, "closed 9 8 7 6 5 4 3 2 1 0");
}
END_TEST

int main(void)
{
	return RUN_TESTS("typed",
		close_takes_its_descriptor,
		fclose_takes_its_stream,
		free_takes_pointers_of_any_type,
		a_mutex_is_unlocked_on_the_way_out,
		other_functions_of_the_c_library_compile,
		a_programs_own_types_are_called_as_they_are,
		integers_keep_their_value_and_sign,
		pointers_to_const_and_to_char_are_known,
		recover_works_in_a_typed_function,
		recover_works_in_a_function_of_a_type_of_the_librarys,
		recover_in_a_helper_of_a_typed_function_is_null,
		deferproc_takes_the_same_types,
		typed_calls_beyond_the_slots_keep_their_types);
}
