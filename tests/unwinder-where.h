/* SPDX-License-Identifier: MIT */
/* unwinder-where.h - what unwinder.sh asks of each program. */
#ifndef UNWINDER_WHERE_H
#define UNWINDER_WHERE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Prints the library in which each function of the unwinder is found. */
void where(void);
/* Cancels a thread that has three cleanup handlers; prints how many ran. */
void cancel(void);
/* Throws an exception of C++ through fn and catches it. */
int thrown_through(void (*fn)(void (*)(void)));

#ifdef __cplusplus
}
#endif

#endif
