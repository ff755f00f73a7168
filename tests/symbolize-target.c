/* SPDX-License-Identifier: MIT */
/* symbolize-target.c - functions whose frames tests/symbolize.sh asks for; it
 * finds the places by their labels. */

/* Large enough for dwz to share it. */
struct shared {
	const struct shared *next, *former;
	const char *name, *value;
	long first, second, third;
};

static const struct shared shared;
const struct shared *volatile what = &shared;
static volatile int n;

#define PLACE(label) __asm__ volatile (#label ":\n\tnop")

#line 1 "place.c"
static inline __attribute__((always_inline)) void inner(void)
{
	n++; PLACE(in_inner);
	n++;
}

static inline __attribute__((always_inline)) void middle(void)
{
	n++;
	inner();
	n++;
}

__attribute__((noinline)) static void outer(void)
{
	n++;
	middle();
	n++;
}

__attribute__((noinline)) static void plain(void)
{
	n++; PLACE(in_plain);
	n++;
}

int main(void)
{
	outer();
	plain();
	return n == 0;
}
