/* SPDX-License-Identifier: MIT */
/* test-descriptor.c - where the report goes, and what may be wrong there. */

#include "config.h"

#include "report.h"

#include <fcntl.h>
#include <stddef.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

FRAME static void raise_a(void)
{
	panic("a");
}

static void to_a_closed_one(void)
{
	int fd = dup(2);

	panic_set_crash_fd(fd);
	close(fd);
	raise_a();
}

static void to_none(void)
{
	close(2);
	raise_a();
}

static void to_nobody(void)
{
	int fd[2];

	if (pipe(fd))
		abort();
	close(fd[0]);
	dup2(fd[1], 2);
	raise_a();
}

static void to_a_full_pipe(int flags)
{
	char page[4096] = "";
	int fd[2];

	if (pipe(fd))
		abort();
	fcntl(fd[1], F_SETFL, O_NONBLOCK);
	while (write(fd[1], page, sizeof page) > 0)
		;
	fcntl(fd[1], F_SETFL, flags);
	dup2(fd[1], 2);
	raise_a();
}

static void to_a_full_blocking_pipe(void)
{
	to_a_full_pipe(0);
}

static void to_a_full_nonblocking_pipe(void)
{
	to_a_full_pipe(O_NONBLOCK);
}

static void to_a_full_disk(void)
{
	dup2(open("/dev/full", O_WRONLY), 2);
	raise_a();
}

START_TEST(no_descriptor_keeps_the_process_alive)
{
	assert_ends(to_a_closed_one, "SIGABRT");
	assert_told("panic: a\n\nraised at ");
	assert_told("\nraise_a+");
	assert_ends(to_none, "SIGABRT");
	assert_ends(to_nobody, "SIGABRT");
	assert_ends(to_a_full_blocking_pipe, "SIGABRT");
	assert_ends(to_a_full_nonblocking_pipe, "SIGABRT");
	assert_ends(to_a_full_disk, "SIGABRT");
}
END_TEST

/* What descriptor 2 has become: a file of the program's. */
static char reopened[4096];

static void die_with(int flags)
{
	char name[] = "/tmp/panic-test-XXXXXX";
	int fd = mkstemp(name), two;

	if (write(fd, "data", 4) != 4)
		abort();
	close(2);
	two = open(name, flags);
	unlink(name);
	if (fd < 0 || two != 2)
		abort();
	if (fork() == 0)
		raise_a();
	while (wait(NULL) > 0)
		;
	if (pread(fd, reopened, sizeof reopened - 1, 0) < 0)
		abort();
	_exit(!strcmp(reopened, "data") ? 4 :
		strstr(reopened, "panic: a\n") ? 3 : 5);
}

static void with_data_on_2(void)
{
	die_with(O_RDWR);
}

static void with_a_log_on_2(void)
{
	die_with(O_WRONLY);
}

static void with_a_log_to_read_on_2(void)
{
	die_with(O_RDWR | O_APPEND);
}

static void with_data_behind_a_full_disk(void)
{
	panic_set_crash_fd(open("/dev/full", O_WRONLY));
	die_with(O_RDWR);
}

START_TEST(a_report_goes_to_a_log_and_never_into_data)
{
	assert_ends(with_a_log_on_2, "exit 3");
	assert_ends(with_a_log_to_read_on_2, "exit 3");
	assert_ends(with_data_on_2, "exit 4");
	assert_ends(with_data_behind_a_full_disk, "exit 4");
}
END_TEST

/* In a sandbox that allows nothing but write(2) and the end. */

#ifdef SECCOMP_RET_ERRNO
static void in_a_sandbox(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof code / sizeof *code, code };

	panic_set_exit(3);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		_exit(77);
	raise_a();
}
#endif

START_TEST(the_panics_need_write_alone)
{
#ifdef SECCOMP_RET_ERRNO
	to_run = in_a_sandbox;
	if (UNDER_ASAN || UNDER_TSAN) {
		LEFT_OUT("a sanitizer needs more");
		return;
	}
	if (!strncmp(last_words(run_from_bottom), "exit 77", 7)) {
		LEFT_OUT("no filter of system calls");
		return;
	}
	assert_ends(in_a_sandbox, "exit 3");
	assert_told("panic: a\n\nraised at ");
	assert_told("stack trace unavailable\n");
#endif
}
END_TEST

static void to_another(void)
{
	int fd = dup(2);

	dup2(open("/dev/null", O_WRONLY), 2);
	panic_set_crash_fd(fd);
	raise_a();
}

START_TEST(the_report_goes_where_it_is_sent)
{
	ck_assert_int_eq(panic_set_crash_fd(-1), -1);
	ck_assert_int_eq(errno, EBADF);
	assert_ends(to_another, "SIGABRT");
	assert_told("panic: a\n\nraised at ");
	assert_told("\nraise_a+");
}
END_TEST

int main(void)
{
	return RUN_TESTS("descriptor",
		no_descriptor_keeps_the_process_alive,
		a_report_goes_to_a_log_and_never_into_data,
		the_panics_need_write_alone,
		the_report_goes_where_it_is_sent);
}
