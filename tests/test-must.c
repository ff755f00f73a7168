/* SPDX-License-Identifier: MIT */
/* test-must.c - panic_must, panics on behalf of a caller, and typed panics with
 * a message: what a program's own helpers are made of. */

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

static struct panic *kept;

/* What fn panics with; NULL if it does not. */
static const char *message_of(void (*fn)(void *))
{
	panic_free(kept);
	kept = panic_try(fn, NULL);
	return kept ? panic_message(kept) : NULL;
}

static void succeed(void *unused)
{
	int fd = panic_must(open("/dev/null", O_RDONLY));
	FILE *fp = panic_must(fdopen(fd, "r"));
	char *s = panic_must(strdup("text"));
	void *page = panic_must(mmap(NULL, 1, PROT_READ,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	off_t where = panic_must(lseek(fd, 0, SEEK_CUR));
	unsigned char zero = panic_must((unsigned char)0);

	(void)unused;
	note("%d %s %d %d", fd >= 0, s, (int)where, zero);
	free(s);
	panic_must(munmap(page, 1));
	panic_must(fclose(fp));
}

START_TEST(must_gives_what_the_call_yields)
{
	ck_assert_ptr_null(message_of(succeed));
	ck_assert_str_eq(trace, "1 text 0 0");
}
END_TEST

static int calls;

static int failing(int result, int errnum)
{
	calls++;
	errno = errnum;
	return result;
}

static void number(void *unused)
{
	(void)unused;
	panic_must(failing(-1, EAGAIN));
}

static void wide(void *unused)
{
	(void)unused;
	panic_must((ssize_t)failing(-1, EPIPE));
}

static void null(void *unused)
{
	(void)unused;
	panic_must(fopen("/nowhere/at all", "r"));
}

static void map(void *unused)
{
	(void)unused;
	panic_must(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, -1, 0));
}

START_TEST(must_panics_where_the_call_failed)
{
	char expected[200];

	snprintf(expected, sizeof expected, "failing(-1, EAGAIN): %s",
		strerror(EAGAIN));
	ck_assert_str_eq(message_of(number), expected);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(panic_errnum(kept), EAGAIN);
	ck_assert_str_eq(panic_function(kept), "number");
	ck_assert_ptr_nonnull(message_of(wide));
	ck_assert_int_eq(panic_errnum(kept), EPIPE);
	ck_assert_ptr_nonnull(strstr(message_of(null),
		"fopen(\"/nowhere/at all\", \"r\"): "));
	ck_assert_int_eq(panic_errnum(kept), ENOENT);
	ck_assert_ptr_nonnull(message_of(map));
	ck_assert_int_eq(panic_errnum(kept), EBADF);
}
END_TEST

#define reserve(n) reserve_at(panic_here(), n)

static void reserve_at(const struct panic_site *site, int n)
{
	if (n > 1)
		panic_at(site, "%d are too many", n);
	errno = ENOMEM;
	panic_errno_at(site, "%d", n);
}

static int line;

static void blamed(void *unused)
{
	(void)unused;
	line = __LINE__ + 1;
	reserve(2);
}

static void blamed_for_errno(void *unused)
{
	(void)unused;
	line = __LINE__ + 1;
	reserve(1);
}

START_TEST(a_helper_panics_at_its_callers_place)
{
	ck_assert_str_eq(message_of(blamed), "2 are too many");
	ck_assert_str_eq(panic_function(kept), "blamed");
	ck_assert_int_eq(panic_line(kept), line);
	message_of(blamed_for_errno);
	ck_assert_int_eq(panic_errnum(kept), ENOMEM);
	ck_assert_str_eq(panic_function(kept), "blamed_for_errno");
	ck_assert_int_eq(panic_line(kept), line);
}
END_TEST

static void release(void *data)
{
	note("released %d", *(int *)data);
}

static int text(const void *data, char *buf, size_t size)
{
	note("asked");
	return snprintf(buf, size, "%d", *(const int *)data);
}

static const struct panic_type status = { "status", text, release };
static int four = 404;

static void typed(void *unused)
{
	(void)unused;
	errno = 77;
	panic_valuef(&status, &four, "%s is not there", "index.html");
}

static void without_a_type(void *unused)
{
	(void)unused;
	panic_valuef(NULL, &four, "%d", 1);
}

START_TEST(a_typed_panic_has_the_message_it_was_given)
{
	ck_assert_str_eq(message_of(typed), "index.html is not there");
	ck_assert_ptr_eq(panic_data(kept, &status), &four);
	ck_assert_int_eq(errno, 77);
	message_of(succeed);
	ck_assert_str_eq(trace, "released 404 1 text 0 0");
	ck_assert_str_eq(message_of(without_a_type),
		"panic called with nil argument");
	ck_assert_ptr_null(panic_typeof(kept));
}
END_TEST

static void long_message(void *unused)
{
	(void)unused;
	panic_valuef(&status, &four, "%2000d", 1);
}

START_TEST(a_long_message_of_a_typed_panic_is_whole)
{
	ck_assert_uint_eq(strlen(message_of(long_message)), 2000);
	panic_free(kept);
	kept = NULL;
	ck_assert_str_eq(trace, "released 404");
}
END_TEST

static void uncaught(void)
{
	typed(NULL);
}

START_TEST(its_report_has_the_message)
{
	assert_dies(uncaught, "SIGABRT\npanic: index.html is not there\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("must",
		must_gives_what_the_call_yields,
		must_panics_where_the_call_failed,
		a_helper_panics_at_its_callers_place,
		a_typed_panic_has_the_message_it_was_given,
		a_long_message_of_a_typed_panic_is_whole,
		its_report_has_the_message);
}
