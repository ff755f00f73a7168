/* SPDX-License-Identifier: MIT */
/* proc.c - the library's start, threads, their end, and coroutines (Go:
 * proc.go). */

#include "config.h"

#ifdef HAVE_PTHREAD_NP_H
#include <pthread_np.h>
#endif

#include "runtime.h"

#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>
#ifdef HAVE_GETAUXVAL
#include <sys/auxv.h>
#endif

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* How large the main thread's stack may become at this moment; 0 if nobody
 * knows. */
static uintptr_t mainlimit(void)
{
	struct rlimit r;

	return getrlimit(RLIMIT_STACK, &r) || r.rlim_cur == RLIM_INFINITY ? 0 :
		(uintptr_t)r.rlim_cur;
}

/* Whether that is the main thread's stack: the kernel has put some words
 * there. */
static bool ismain(void)
{
#ifdef HAVE_GETAUXVAL
	enum { WORDS = 1024 * 1024 };	/* that lie above, and more */
	uintptr_t words = (uintptr_t)getauxval(AT_RANDOM);

	return words - panic__g.lo < panic__g.hi - panic__g.lo + WORDS;
#else
	return false;
#endif
}

/* The main thread's stack grows when it is needed.  Some C libraries tell only
 * how far it is there (musl); others end it below what the kernel has put at
 * its top (glibc). */
static void addroom(void)
{
	uintptr_t limit = mainlimit();

	if (!limit || !ismain())
		return;
	if (limit < panic__g.hi && panic__g.hi - limit < panic__g.lo)
		panic__g.lo = panic__g.hi - limit;
	panic__m.top = panic__g.lo + limit;
}

void panic__stacklimit(void)
{
	uintptr_t limit = panic__m.top && !panic__m.g ? mainlimit() : 0;

	if (limit)
		panic__g.lo = panic__m.top - limit;
}

/* The bounds of the calling thread's stack; where nobody knows them, such
 * that every address is below hi and none above lo. */
static void stackbounds(void)
{
	panic__g.lo = panic__g.hi = UINTPTR_MAX;
#if defined HAVE_PTHREAD_GETATTR_NP
	pthread_attr_t attr;
	void *stack;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attr))
		return;
	if (!pthread_attr_getstack(&attr, &stack, &size)) {
		panic__g.lo = (uintptr_t)stack;
		panic__g.hi = panic__g.lo + size;
		addroom();
	}
	pthread_attr_destroy(&attr);
#elif defined HAVE_PTHREAD_GET_STACKADDR_NP
	panic__g.hi = (uintptr_t)pthread_get_stackaddr_np(pthread_self());
	panic__g.lo = panic__g.hi - pthread_get_stacksize_np(pthread_self());
#endif
}

/* Runs the calls of the frames that an exit or a cancel has neither unwound nor
 * left.  One of them may end the thread once more. */
static void runframes(void)
{
#ifdef EXIT_KEEPS_FRAMES
	if (!panic__g._defer ||
	    !panic__living(panic__g._defer, PANIC__CFA()))
		return;
	if (pthread_setspecific(key, &panic__g))
		panic__throw("pthread_setspecific: out of memory");
	panic__leaveall();
	pthread_setspecific(key, NULL);
#endif
}

/* The end of a thread.  A frame that is still open was left by an exit that
 * did not unwind it. */
static void threadexit(void *unused)
{
	(void)unused;
	runframes();
	if (panic__g._defer)
		panic__dead(panic__g._defer, (void *)UINTPTR_MAX,
			"the thread ended", NULL);
	/* It ended on a coroutine's stack. */
	if (panic__m.g && panic__m.own._defer)
		panic__dead(panic__m.own._defer, (void *)UINTPTR_MAX,
			"the thread ended", NULL);
	panic__freepools();
	panic__freeunwindings(&panic__g);
	panic__freesigstack();
	/* A destructor that runs later may defer, perhaps after the last time
	 * that this one runs. */
	panic__m.ended = true;
	panic__g._defer = &panic__first;
	panic__m.exiting = false;
}

static void start(void)
{
	if (pthread_key_create(&key, threadexit))
		panic__throw("pthread_key_create: no key is left");
	panic__getsettings();
}

struct panic__defer *panic__getchain(void)
{
	int errnum = errno;

	if (panic__g._defer != &panic__first)
		return panic__g._defer;
	pthread_once(&once, start);
	if (pthread_setspecific(key, &panic__g))
		panic__throw("pthread_setspecific: out of memory");
	stackbounds();
	panic__g._defer = NULL;
	(void)panic__initsignals();	/* without it, an overflow is fatal */
	errno = errnum;
	return NULL;
}

/* Before main(), because the heap may be broken by the time of the first
 * panic. */
__attribute__((constructor)) static void init(void)
{
	(void)panic_thread_init();
}

int panic_thread_init(void)
{
	(void)panic__getchain();
	if (!panic__calibrated && !panic__g._defer)
		panic__g._defer = &panic__first;	/* for defer.c */
	return panic__initsignals();
}

/* A panic_g that panic_g_new() has made. */
struct coroutine {
	struct panic_g g;	/* first */
	void (*end)(void *arg);	/* by panic_g_on_goexit(), or NULL */
	void *arg;
};

void panic__checkgoexit(void)
{
	const struct coroutine *c = (const struct coroutine *)panic__m.g;

	if (c && !c->end)
		panic__throw("goexit() on a coroutine, and panic_g_on_goexit() "
			"has not told how it ends");
}

void panic__goexit0(void)
{
	const struct coroutine *c = (const struct coroutine *)panic__m.g;

	if (!c) {
		panic__m.exiting = true;
		pthread_exit(NULL);
	}
	c->end(c->arg);
	panic__throw("the function given to panic_g_on_goexit() has returned");
}

bool panic__exiting(void)
{
	return panic__m.exiting;
}

struct panic_g *panic_g_new(void *stack, size_t size)
{
	struct coroutine *c = panic__malloc(sizeof *c);

	if (!c) {
		errno = ENOMEM;
		return NULL;
	}
	/* A frame's address may be where the stack ends, as that of the first
	 * function on riscv64, but not where it begins. */
	*c = (struct coroutine){ .g = { .lo = (uintptr_t)stack + 1,
		.hi = (uintptr_t)stack + size + 1 } };
	return &c->g;
}

void panic_g_on_goexit(struct panic_g *g, void (*end)(void *arg), void *arg)
{
	struct coroutine *c = (struct coroutine *)g;

	c->end = end;
	c->arg = arg;
}

struct panic_g *panic_g_switch(struct panic_g *to)
{
	struct panic_g *from;

	(void)panic__getchain();
	from = panic__m.g ? panic__m.g : &panic__m.own;
	*from = panic__g;
	panic__g = *to;
	panic__m.g = to == &panic__m.own ? NULL : to;
	return from;
}

void panic_g_free(struct panic_g *g)
{
	if (!g)
		return;
	if (g == panic__m.g)
		panic__throw("panic_g_free: it is in use");
	if (g->_defer)
		panic__dead(g->_defer, NULL, "its panic_g was freed", NULL);
	panic__freeunwindings(g);
	panic__mfree(g);
}

#define STRING_(x) #x
#define STRING(x) STRING_(x)

const char *panic_version(void)
{
	return STRING(PANIC_VERSION_MAJOR) "." STRING(PANIC_VERSION_MINOR) "."
		STRING(PANIC_VERSION_PATCH);
}
