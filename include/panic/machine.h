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
		"jmp {*8(%0)|[QWORD PTR [%0 + 8]]}" : : "a" (env) : "memory")
#endif

/* AddressSanitizer must not watch who looks at a record that may be dead: newer
 * frames, with their red zones, may be where it was.  Inlined into a function
 * that is watched, it would be watched too. */
#if defined __SANITIZE_ADDRESS__
#define PANIC__ASAN
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define PANIC__ASAN
#endif
#endif
#ifdef PANIC__ASAN
#define PANIC__UNWATCHED __attribute__((noinline, no_sanitize_address, unused))
#define PANIC__PEEK PANIC__UNWATCHED static
#else
#define PANIC__UNWATCHED
#define PANIC__PEEK PANIC__INLINE
#endif

#endif
