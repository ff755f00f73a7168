/* SPDX-License-Identifier: MIT */
/* replay.h - runs the programs that model -source has written out.
 *
 * The file that includes it has defined programs[] and FIRST, its number.
 */
#include <pthread.h>

static void *replay(void *arg)
{
	trace_reset();
	outermost(*(void (*const *)(void *))arg, NULL);
	event('E', -1);
	return arg;
}

int main(void)
{
	int n = (int)(sizeof programs / sizeof programs[0]);

	for (int i = 0; i < n; i++) {
		pthread_t t;
		void *ended = NULL;

		if (pthread_create(&t, NULL, replay, (void *)&programs[i]) ||
			pthread_join(t, &ended))
			return 2;
		if (!ended)
			event('G', -1);
		printf("%d: %s\n", FIRST + i, trace_text);
	}
	return 0;
}
