/* SPDX-License-Identifier: MIT */
/* panic/machine.h - what frames need of the processor, the system and the
 * compiler.  All that differs between them stands here. */
#ifndef PANIC_MACHINE_H
#define PANIC_MACHINE_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/machine.h>"
#endif

#define PANIC__LIKELY(x) __builtin_expect(!!(x), 1)
#define PANIC__UNLIKELY(x) __builtin_expect(!!(x), 0)
#define PANIC__INLINE static inline __attribute__((always_inline, unused))

#if defined __APPLE__ && defined __MACH__
#define PANIC__TLS
#else
#define PANIC__TLS __attribute__((tls_model("initial-exec")))
#endif

/* Whether frames are opened and left in line.  Where code shall be small, calls
 * do it. */
#ifdef __OPTIMIZE_SIZE__
#define PANIC__INLINES 0
#else
#define PANIC__INLINES 1
#endif

/*
 * Reads the saved return address of the activation whose frame address is fp.
 * On ppc64el and s390x it is saved in the caller's frame.  On armhf a variadic
 * function saves its arguments there, and the address elsewhere: they do not
 * change either, but tell less.
 */
#if defined __x86_64__ || defined __i386__ || defined __arm__ || \
	defined __riscv
#define PANIC__TOKEN(fp) (((void **)(fp))[-1])
#elif defined __aarch64__
#define PANIC__TOKEN(fp) (((void **)(fp))[1])
#elif defined __powerpc64__ && _CALL_ELF == 2
#define PANIC__TOKEN(fp) (((void **)(fp))[2])
#elif defined __s390x__
#define PANIC__TOKEN(fp) (((void **)(fp))[-6])
#else
#define PANIC__TOKEN(fp) ((void *)NULL)
#endif

/* Where a call leaves the return address in a register: has it saved by now.  A
 * compiler may save it on some ways through a function only. */
#if defined __arm__ || defined __powerpc64__
#define PANIC__SAVE() __asm__ volatile ("" : : : "lr")
#elif defined __riscv
#define PANIC__SAVE() __asm__ volatile ("" : : : "ra")
#elif defined __s390x__
#define PANIC__SAVE() __asm__ volatile ("" : : : "r14")
#else
#define PANIC__SAVE() ((void)0)
#endif

/*
 * What the address of the record t must not be below, if the function at fp is
 * to be its own or one that its function called.  GCC puts the frame address
 * of AArch64 at the bottom of the frame: one between it and the frame's top
 * was a dead function's, and the return address beside it may outlive it.
 * Clang puts it at the top, below saved registers only.
 */
#if defined __aarch64__ && !defined __clang__
#define PANIC__FLOOR(t, fp) \
	((t)->fp == (fp) ? (fp) : __builtin_dwarf_cfa())
#else
#define PANIC__FLOOR(t, fp) (fp)
#endif

/* Has GCC compute the address p anew: it would keep it in a register over the
 * calls of the function, or in memory, and both cost more. */
#if defined __x86_64__ && !defined __clang__
#define PANIC__ANEW(p) __asm__ ("lea {%1, %0|%0, %1}" : "=r" (p) : "m" (*(p)))
#else
#define PANIC__ANEW(p) ((void)0)
#endif

#if defined __has_feature
#define PANIC__FEATURE(name) __has_feature(name)
#else
#define PANIC__FEATURE(name) 0
#endif

#if defined __SANITIZE_ADDRESS__ || PANIC__FEATURE(address_sanitizer)
#define PANIC__ASAN
#endif

/* Whether a sanitizer watches: they follow only the libc's jumps. */
#if defined PANIC__ASAN || defined __SANITIZE_THREAD__ || \
	PANIC__FEATURE(thread_sanitizer) || PANIC__FEATURE(memory_sanitizer)
#define PANIC__WATCHED 1
#else
#define PANIC__WATCHED 0
#endif

/* Whether there is a shadow stack, which is the libc's concern. */
#if defined __CET__
#define PANIC__SHADOWED (__CET__ & 2)
#else
#define PANIC__SHADOWED 0
#endif

/* Goes on where __builtin_setjmp(env) stands, in this function or a caller:
 * __builtin_longjmp(), without its own idea of env's layout, and for the
 * function that has the landing too.  There sp has most often not moved since,
 * and then nothing should wait for it. */
#if defined __x86_64__ && !defined __ILP32__
#define PANIC__JUMP(env) \
	__asm__ volatile ("mov {(%0), %%rbp|rbp, [%0]}\n\t" \
		"cmp {16(%0), %%rsp|rsp, [%0 + 16]}\n\t" \
		"je 1f\n\t" \
		"mov {16(%0), %%rsp|rsp, [%0 + 16]}\n" \
		"1:\t" \
		"jmp {*8(%0)|QWORD PTR [%0 + 8]}" : : "a" (env) : "memory")

/* Goes on where panic__mark(env) returned: there the compiler counts on the
 * registers that a call keeps. */
#define PANIC__RETURN(env) \
	__asm__ volatile ("mov {24(%0), %%rbx|rbx, [%0 + 24]}\n\t" \
		"mov {32(%0), %%r12|r12, [%0 + 32]}\n\t" \
		"mov {40(%0), %%r13|r13, [%0 + 40]}\n\t" \
		"mov {48(%0), %%r14|r14, [%0 + 48]}\n\t" \
		"mov {56(%0), %%r15|r15, [%0 + 56]}\n\t" \
		"mov {(%0), %%rbp|rbp, [%0]}\n\t" \
		"mov {16(%0), %%rsp|rsp, [%0 + 16]}\n\t" \
		"add {$8, %%rsp|rsp, 8}\n\t" \
		"jmp {*8(%0)|QWORD PTR [%0 + 8]}" : : "a" (env) : "memory")

#if defined __clang__ && !PANIC__WATCHED && !PANIC__SHADOWED
#define PANIC__HASMARK
/* Returns NULL, and env once more, when PANIC__RETURN(env) comes by: setjmp()
 * without the mangling, at half its cost. */
static __attribute__((naked, noinline, returns_twice, unused))
void *panic__mark(void **env)
{
	__asm__ volatile ("mov {(%%rsp), %%rdx|rdx, [rsp]}\n\t"
		"mov {%%rbp, (%%rdi)|[rdi], rbp}\n\t"
		"mov {%%rdx, 8(%%rdi)|[rdi + 8], rdx}\n\t"
		"mov {%%rsp, 16(%%rdi)|[rdi + 16], rsp}\n\t"
		"mov {%%rbx, 24(%%rdi)|[rdi + 24], rbx}\n\t"
		"mov {%%r12, 32(%%rdi)|[rdi + 32], r12}\n\t"
		"mov {%%r13, 40(%%rdi)|[rdi + 40], r13}\n\t"
		"mov {%%r14, 48(%%rdi)|[rdi + 48], r14}\n\t"
		"mov {%%r15, 56(%%rdi)|[rdi + 56], r15}\n\t"
		"xor {%%eax, %%eax|eax, eax}\n\t"
		"ret" : : : "memory");
}
#endif
#endif

/* AddressSanitizer must not watch who looks at a record that may be dead: newer
 * frames, with their red zones, may be where it was.  Inlined into a function
 * that is watched, it would be watched too. */
#ifdef PANIC__ASAN
#define PANIC__UNWATCHED __attribute__((noinline, no_sanitize_address, unused))
#define PANIC__PEEK PANIC__UNWATCHED static
#else
#define PANIC__UNWATCHED
#define PANIC__PEEK PANIC__INLINE
#endif

#endif
