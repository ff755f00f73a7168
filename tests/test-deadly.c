/* SPDX-License-Identifier: MIT */
/* test-deadly.c - signals that are never panics, and what is told of those
 * that are: addresses that nobody knows, memory that is not there. */

#include "fault.h"
#include "report.h"

#include <sys/mman.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

FRAME static void trap(void)
{
	__builtin_trap();
}

static void recovers(void (*fn)(void))
{
	start(0);
	recover_frame(return);
	defer(rescue_fault, NULL);
	fn();
	BARRIER();
}

static void dies_of_a_trap(void)
{
	recovers(trap);
}

static void own_handler(int sig)
{
	dprintf(2, "own handler\n");
	_exit(sig == SIGILL || sig == SIGTRAP ? 3 : 4);
}

static void dies_in_its_handler(void)
{
	signal(SIGILL, own_handler);
	signal(SIGTRAP, own_handler);
	recovers(trap);
}

/* By the name that the processor has for it. */
START_TEST(an_instruction_that_is_none_is_fatal_with_a_report)
{
	assert_ends(dies_of_a_trap, "SIGABRT");
	if (strstr(death, "[signal SIGILL: illegal instruction code="))
		assert_told("fatal error: illegal instruction\n");
	else if (strstr(death, "[signal SIGTRAP: trace trap code="))
		assert_told("fatal error: trace trap\n");
	else
		assert_told("fatal error: abort\n");
	assert_told("[running]:\n");
	assert_told("trap+");
	if (!strstr(death, "fatal error: abort"))
		assert_ends(dies_in_its_handler, "exit 3");
}
END_TEST

static void raise_sigill(void)
{
	raise(SIGILL);
}

static void is_sent_one(void)
{
	recovers(raise_sigill);
}

START_TEST(one_that_is_sent_ends_the_process_as_ever)
{
	assert_ends(is_sent_one, "signal 4");
	assert_not_told("fatal error");
}
END_TEST

#ifdef SECCOMP_RET_TRAP
FRAME static void calls_what_is_forbidden(void)
{
	syscall(SYS_getppid);
	BARRIER();
}

static void dies_of_a_call(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof code / sizeof *code, code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		_exit(77);
	recovers(calls_what_is_forbidden);
}
#endif

START_TEST(a_forbidden_system_call_is_fatal_with_a_report)
{
#ifdef SECCOMP_RET_TRAP
	to_run = dies_of_a_call;
	if (!strncmp(last_words(run_from_bottom), "exit 77", 7)) {
		LEFT_OUT("no filter of system calls");
		return;
	}
	assert_ends(dies_of_a_call, "SIGABRT");
	assert_told("[signal SIGSYS: bad system call code=0x1 addr=0x");
	assert_told("fatal error: bad system call\n");
#ifdef __GLIBC__		/* no walk leaves musl's syscall() */
	assert_told("calls_what_is_forbidden+");
#endif
#endif
}
END_TEST

/* What is told of an address. */

static void aborts(void)
{
	start(0);
	abort();
}

START_TEST(an_abort_has_no_address)
{
	assert_ends(aborts, "SIGABRT");
	assert_told("[signal SIGABRT: abort code=0x");
	assert_not_told("addr=");
}
END_TEST

#ifdef __x86_64__
static char room[64] __attribute__((aligned(16)));

FRAME static void misaligned(void)
{
	__asm__ volatile ("movaps (%0), %%xmm0" : : "r" (room + 1) : "xmm0");
}

FRAME static void noncanonical(void)
{
	*(volatile char *)0x8000000000000000 = 1;
	BARRIER();
}

static void dies_misaligned(void)
{
	recovers(misaligned);
}

static void dies_noncanonical(void)
{
	recovers(noncanonical);
}
#endif

START_TEST(an_address_that_nobody_knows_is_not_nil)
{
#ifdef __x86_64__
	void (*const ways[])(void) = { dies_misaligned, dies_noncanonical };

	for (int i = 0; i < 2; i++) {
		assert_ends(ways[i], "SIGABRT");
		assert_told("unexpected fault: an address that is not "
			"canonical, or not aligned\n");
		assert_told("fatal error: fault\n");
		assert_not_told("addr=");
		assert_not_told("nil pointer");
	}
#endif
}
END_TEST

FRAME static void reads_behind_the_end(void)
{
	FILE *f = tmpfile();
	volatile char *p = f ? mmap(NULL, 4096, PROT_READ, MAP_SHARED,
		fileno(f), 0) : MAP_FAILED;

	if (p == MAP_FAILED)
		abort();
	note("%d", p[0]);
}

START_TEST(memory_behind_the_end_of_a_file_is_not_nil)
{
	start(PANIC_ON_FAULT);
	attempt(reads_behind_the_end);
	ck_assert_str_eq(trace, "[1 runtime error: memory that is not there, "
		"as behind the end of a mapped file]");
}
END_TEST

int main(void)
{
	return RUN_TESTS("deadly",
		an_instruction_that_is_none_is_fatal_with_a_report,
		one_that_is_sent_ends_the_process_as_ever,
		a_forbidden_system_call_is_fatal_with_a_report,
		an_abort_has_no_address,
		an_address_that_nobody_knows_is_not_nil,
		memory_behind_the_end_of_a_file_is_not_nil);
}
