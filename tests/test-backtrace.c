/* SPDX-License-Identifier: MIT */
/* test-backtrace.c - stacks while the process lives, and of taken panics. */

#include "report.h"

static void *pcs[100];
static int npcs;
static int out[2];			/* what panic_print_stack() writes */

FRAME static void raise_a(void)
{
	panic("a");
	BARRIER();
}

FRAME static void after_raise_a(void)
{
	BARRIER();
}

FRAME static void backtrace_of(void *unused)
{
	(void)unused;
	npcs = panic_backtrace(recover(), pcs, 100);
	BARRIER();
}

FRAME static void print_stack_of(void *unused)
{
	(void)unused;
	panic_print_stack(recover(), out[1]);
	BARRIER();
}

FRAME static void stopped_by(void (*fn)(void *))
{
	recover_frame(return);
	defer(fn, NULL);
	raise_a();
}

/* Whether an address of the backtrace lies in [from, to). */
static bool among(void (*from)(void), size_t size)
{
	for (int i = 0; i < npcs; i++)
		if ((uintptr_t)pcs[i] - (uintptr_t)from - 1 < size)
			return true;
	return false;
}

static const char *printed(void)
{
	ssize_t n = read(out[0], death, sizeof death - 1);

	death[n < 0 ? 0 : n] = '\0';
	return report();
}

START_TEST(a_backtrace_leads_to_where_the_panic_was_raised)	/* S33 */
{
	stopped_by(backtrace_of);
	ck_assert_int_gt(npcs, 3);
	ck_assert(among(raise_a, 256));
	ck_assert((uintptr_t)pcs[0] - (uintptr_t)backtrace_of < 256);
	after_raise_a();
}
END_TEST

START_TEST(a_backtrace_has_no_more_than_was_asked_for)
{
	void *pc[4] = { NULL, NULL, NULL, &pc };

	ck_assert_int_eq(panic_backtrace(NULL, pc, 0), 0);
	ck_assert_int_eq(panic_backtrace(NULL, pc, -1), 0);
	ck_assert_int_le(panic_backtrace(NULL, pc, 3), 3);
	ck_assert_ptr_eq(pc[3], &pc);
}
END_TEST

/* S33 */
START_TEST(a_stack_is_printed_after_recover_and_the_process_lives)
{
	const char *text;

	ck_assert_int_eq(pipe(out), 0);
	stopped_by(print_stack_of);
	text = printed();
	ck_assert_msg(!strncmp(text, "thread N \"test-backtrace\" [running]:\n"
		"print_stack_of\n", 52), "%s", text);
	assert_told("panic(...) at ");
	assert_told("\trunning the call deferred at ");
	assert_told("\nraise_a+");
	assert_told("\nstopped_by");
	assert_not_told("panic__");
}
END_TEST

static char text[2][8192];
static size_t lengths[2];

/* In two lines, for each has an address of its own. */
FRAME static void format_stack_of(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	for (int i = 0; i < 2; i++)
		lengths[i] = panic_format_stack(p, text[i], sizeof text[i]);
	lengths[1] = panic_format_stack(p, text[1], 20);
	BARRIER();
}

START_TEST(a_stack_is_text_with_build_ids)
{
	stopped_by(format_stack_of);
	ck_assert_uint_eq(strlen(text[0]), lengths[0]);
	ck_assert_msg(!strncmp(text[0], "thread ", 7), "%s", text[0]);
	ck_assert_msg(strstr(text[0], " \"test-backtrace\" [running]:\n"
		"format_stack_of+0x") != NULL, "%s", text[0]);
	ck_assert_msg(strstr(text[0], "/test-backtrace+0x") != NULL, "%s",
		text[0]);
	ck_assert_msg(strstr(text[0], "\nraise_a+0x") != NULL, "%s", text[0]);
	ck_assert_msg(!strstr(text[0], "test-backtrace.c:4"), "%s", text[0]);
	/* The second one is the first one, cut. */
	ck_assert_uint_eq(lengths[1], lengths[0]);
	ck_assert_uint_eq(strlen(text[1]), 19);
	ck_assert(!strncmp(text[1], text[0], 19));
	ck_assert_uint_eq(panic_format_stack(NULL, NULL, 0) > 100, 1);
}
END_TEST

/* A frame that was printed is known, one at another address is not. */
START_TEST(a_stack_printed_again_is_the_same)
{
	static char again[sizeof text[0]];

	stopped_by(format_stack_of);
	strcpy(again, text[0]);
	for (int i = 0; i < 10; i++) {
		stopped_by(format_stack_of);
		ck_assert(strstr(text[0], "\nraise_a+0x") != NULL);
	}
	/* But for what calls it from here. */
	ck_assert(!strncmp(again, text[0], (size_t)(strstr(again,
		"a_stack_printed") - again)));
}
END_TEST

FRAME static void compare_stacks(void *unused)
{
	(void)unused;
	recover();
	panic_print_stack(NULL, out[1]);
	BARRIER();
}

#line 1 "frames.c"
FRAME static void raise_2(void) { panic("a"); }
FRAME static void raise_over(void *u) { (void)u; recover_frame(return);
	defer(compare_stacks, NULL);
	panic("over"); }
FRAME static void nest(void) { recover_frame(return);
	defer(rescue, NULL);
	defer(raise_over, NULL);
	raise_2(); BARRIER(); }
#line 175 "test-backtrace.c"

START_TEST(nested_panics_stand_between_their_frames)
{
	ck_assert_int_eq(pipe(out), 0);
	bottom(nest);
	ck_assert_str_eq(printed(),
		"thread N \"test-backtrace\" [running]:\n"
		"compare_stacks\n\tMODULE\n"
		"panic(...) at frames.c:4 in raise_over\n"
		"\trunning the call deferred at frames.c:3 in "
		"raise_over\n"
		"raise_over\n\tMODULE\n"
		"panic(...) at frames.c:1 in raise_2\n"
		"\trunning the call deferred at frames.c:7 in nest\n"
		"raise_2\n\tMODULE\n"
		"nest\n\tMODULE\n");
}
END_TEST

static volatile sig_atomic_t children;

static void on_child(int sig)
{
	(void)sig;
	children++;
}

START_TEST(the_program_does_not_see_the_child_that_reads_symbols)
{
	int fd = -1;
	pid_t pid = fork_mortal(&fd);	/* Check's own children are not ours */

	if (pid == 0) {
		signal(SIGCHLD, on_child);
		panic_symbolize_stack(NULL, 2);
		_exit(children == 0 && waitpid(-1, NULL, 0) == -1 &&
			errno == ECHILD ? 0 : 1);
	}
	ck_assert_msg(!strncmp(last_words_of(pid, fd), "exit 0\n", 7),
		"it was seen");
	assert_told("[running]:\n");
}
END_TEST

/* A panic that is handed to another thread. */

static struct panic *taken;

FRAME static void take_it(void *unused)
{
	(void)unused;
	taken = panic_take(recover());
	BARRIER();
}

static void *worker(void *unused)
{
	pthread_setname_np(pthread_self(), "worker");
	stopped_by(take_it);
	return unused;
}

static void take_in_a_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, worker, NULL) || pthread_join(t, NULL))
		abort();
}

FRAME static void raise_it_here(void)
{
	repanic(taken);
	BARRIER();
}

static void handed_over(void)
{
	take_in_a_thread();
	raise_it_here();
}

FRAME static void take_again(void *unused)
{
	(void)unused;
	taken = panic_take(recover());
	BARRIER();
}

FRAME static void pass_on(void)
{
	recover_frame(return);
	defer(take_again, NULL);
	raise_it_here();
}

static void handed_over_twice(void)
{
	take_in_a_thread();
	pass_on();
	raise_it_here();
}

START_TEST(a_taken_panic_keeps_its_stack)
{
	take_in_a_thread();
	npcs = panic_backtrace(taken, pcs, 100);
	ck_assert(among(raise_a, 256));
	ck_assert_int_eq(panic_backtrace(taken, pcs, 2), 2);
	ck_assert_int_eq(pipe(out), 0);
	panic_print_stack(taken, out[1]);
	printed();
	assert_told(" \"worker\" [panic taken]:\ntake_it+");
	assert_told("\npanic(...)\nraise_a+");
	panic_free(taken);
}
END_TEST

START_TEST(repanicked_in_another_thread_it_prints_both_stacks)
{
	assert_ends(handed_over, "SIGABRT");
	ck_assert_int_eq(occurrences("panic: a\n"), 1);
	assert_told("[running]:\nraise_it_here+");
	assert_told(" \"worker\" [panic taken]:\ntake_it+");
	assert_told("\npanic(...)\nraise_a+");
}
END_TEST

START_TEST(taken_twice_it_prints_all_three)
{
	assert_ends(handed_over_twice, "SIGABRT");
	assert_told("[running]:\nraise_it_here+");
	assert_told(" \"worker\" [panic taken]:\ntake_it+");
	assert_told(" [panic taken]:\ntake_again+");
	assert_told("\npanic(...)\nraise_it_here+");
}
END_TEST

int main(void)
{
	return RUN_TESTS("backtrace",
		a_backtrace_leads_to_where_the_panic_was_raised,
		a_backtrace_has_no_more_than_was_asked_for,
		a_stack_is_printed_after_recover_and_the_process_lives,
		a_stack_is_text_with_build_ids,
		a_stack_printed_again_is_the_same,
		nested_panics_stand_between_their_frames,
		the_program_does_not_see_the_child_that_reads_symbols,
		a_taken_panic_keeps_its_stack,
		repanicked_in_another_thread_it_prints_both_stacks,
		taken_twice_it_prints_all_three);
}
