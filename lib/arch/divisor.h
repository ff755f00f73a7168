/* SPDX-License-Identifier: MIT */
/* arch/divisor.h - what a trapped division divided by. */
#ifndef PANIC_ARCH_DIVISOR_H
#define PANIC_ARCH_DIVISOR_H

#include <ucontext.h>

enum divisor { DIVISOR_UNKNOWN, DIVISOR_ZERO, DIVISOR_NONZERO };

/* Of the instruction at which uc was interrupted by SIGFPE. */
enum divisor panic__divisor(const ucontext_t *uc);

#endif
