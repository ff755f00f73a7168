/* SPDX-License-Identifier: MIT */
/* panic/report.h - what is told of a panic that nobody stops, and when asked
 * for. */
#ifndef PANIC_REPORT_H
#define PANIC_REPORT_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/report.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An uncaught panic prints, by write(2) and without the heap:
 *
 *	panic: bad checksum
 *		panic: cannot remove /run/x: Permission denied
 *
 *	raised at read.c:40 in check
 *	raised at read.c:71 in discard
 *
 *	program /food 1.2, pid 5, thread 7 "worker-3", 2026-01-31T09:05:00Z
 *
 *	thread 7 "worker-3" [running]:
 *	discard+0x51
 *		/src/read.c:71
 *	panic(...) at read.c:40 in check
 *		running the call deferred at read.c:36 in load
 *	check+0x2c
 *		/src/read.c:40
 *
 * and so on, and ends the process.  The version is what panic_set_version()
 * was told, or else the program's build ID.  Files and lines come from debug
 * information, read by panic-symbolize(1), a program that is started for it
 * and needs nothing of the dying process.  Where it knows none stands
 * MODULE+0xOFFSET and the build ID, which it can look up later.  What follows
 * "+0x" leads to the call itself, not to where it returns.
 *
 * A report that has begun is finished.  exit() in another thread, and so the
 * return of main(), waits for it.  But after 10 s the process ends, whatever
 * hangs (on Linux).
 *
 * In texts, names and paths, what is not printable stands as \x1b.  A newline
 * in a message is followed by a tab.  A message of more than 64 KiB is cut.
 */

/*
 * An uncaught panic and a fatal error end the process by abort().  After
 * panic_set_exit(status), 1 to 255, they end it by _exit(status) instead; 0
 * means abort() again.  Returns 0, or -1 with errno EINVAL.  The variable
 * PANIC_EXIT in the environment does the same at start.
 */
PANIC_EXPORT int panic_set_exit(int status);

/*
 * How much an uncaught panic prints, as GOTRACEBACK:
 *	"none" or "0"	the panics and where they were raised
 *	"single"	and the stack of the thread; this is the default
 *	"all" or "1"	and the stacks of the other threads
 *	"system" or "2"	the same, with the library's own functions,
 *			the registers of a fault and the memory map
 *	"crash"		the same, and abort() whatever panic_set_exit() says
 * The variable PANIC_TRACEBACK in the environment sets the level at start;
 * this can raise it, never lower it.  Returns 0, or -1 with errno EINVAL for
 * an unknown word.  Go: debug.SetTraceback.
 */
PANIC_EXPORT int panic_set_traceback(const char *level);

/*
 * The version of the program, of at most 63 bytes, for the report.  Returns 0,
 * or -1 with errno EINVAL.
 */
PANIC_EXPORT int panic_set_version(const char *version);

/*
 * Where the report goes: an open descriptor, 2 until this is called.  If
 * writing to it fails, the report goes to 2.  But none goes to 2 where a file
 * is that can be read, too, was not there at the start, and is not at its end:
 * a program that has closed 2 gets it for its next file, and that is no log.
 * Returns 0, or -1 with errno EBADF.  Go: debug.SetCrashOutput.
 */
PANIC_EXPORT int panic_set_crash_fd(int fd);

/*
 * The hook is called once in the process, by the first thread that dies,
 * before anything is printed.  p is its newest panic; panic_message(),
 * panic_file() and the like tell the rest, and panic_under() the older ones.
 * For a fatal error, fatal is its text and p may be NULL; else fatal is NULL.
 * The hook runs with most signals blocked and must not wait for other
 * threads.  A panic in it that it does not recover is reported along with p; a
 * fault in it is noted in a line, and the report goes on; so it does when the
 * hook calls exit(), or still runs after 5 s.  It is not called again in any
 * of these cases.  _exit() in it ends the process at once.
 */
struct panic_hook {
	void (*fn)(const struct panic *p, const char *fatal, void *arg);
	void *arg;
};

/* Sets the hook; a NULL fn means none.  Returns the former one, for the new
 * one to call: old.fn(p, fatal, old.arg), unless old.fn is NULL. */
PANIC_EXPORT struct panic_hook panic_set_hook(
	void (*fn)(const struct panic *p, const char *fatal, void *arg),
	void *arg);

/*
 * The stack, as return addresses, innermost first: at most n into pcs.  In a
 * deferred function p is what recover() returned: the stack leads from there
 * through the panic to the function that raised it and on to its callers, also
 * after recover().  If p comes from panic_take(), it is the stack that it was
 * taken on.  NULL: the calling function's.  Returns how many there are.
 * Go: runtime.Callers.
 */
PANIC_EXPORT int panic_backtrace(const struct panic *p, void **pcs, int n);

/*
 * Prints the same stack to fd, by one write(2) unless it is long, for a log of
 * what a daemon has recovered.  A frame is what the report has of one without
 * debug information: the function where the module's symbol table tells it,
 * and MODULE+0xOFFSET with the build ID, for panic-symbolize(1) to look up
 * when somebody reads the log.  Takes about a microsecond a frame that was
 * printed before, and a tenth of a millisecond one that was not.
 * Go: debug.PrintStack.
 */
PANIC_EXPORT void panic_print_stack(const struct panic *p, int fd);

/*
 * The same text into buf, of size bytes, cut if it does not fit and ended by a
 * NUL if size is not 0: for syslog(3) or a field of JSON.  Returns how long the
 * whole is, without the NUL.  Go: debug.Stack.
 */
PANIC_EXPORT size_t panic_format_stack(const struct panic *p, char *buf,
	size_t size);

/*
 * As panic_print_stack(), but with files and lines at once.  Takes tens of
 * milliseconds, for it waits for panic-symbolize(1).
 */
PANIC_EXPORT void panic_symbolize_stack(const struct panic *p, int fd);

#ifdef __cplusplus
}
#endif

#endif
