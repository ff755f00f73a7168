# SPDX-License-Identifier: MIT
# panic_exit.m4 - what pthread_exit() does to the frames of the thread.

# PANIC_EXIT_KEEPS_FRAMES: whether the destructors of keys run on top of the
# frames that a thread ends in (musl, macOS), which then are whole.  glibc has
# left them by then, and unwound those that have something to clean up.
AC_DEFUN([PANIC_EXIT_KEEPS_FRAMES], [
	AC_CACHE_CHECK([whether pthread_exit keeps the frames],
		[panic_cv_exit_keeps_frames], [
		AC_RUN_IFELSE([AC_LANG_PROGRAM([[
			#include <pthread.h>
			#include <stdint.h>

			static pthread_key_t key;
			static char *volatile frame;
			static volatile int below;

			static void end(void *unused)
			{
				char mine;

				(void)unused;
				below = (uintptr_t)&mine < (uintptr_t)frame;
			}

			static void *start(void *unused)
			{
				volatile char room[4096];

				frame = (char *)room;
				pthread_setspecific(key, &key);
				pthread_exit(unused);
			}
		]], [[
			pthread_t t;

			return pthread_key_create(&key, end) ||
				pthread_create(&t, NULL, start, NULL) ||
				pthread_join(t, NULL) || !below;
		]])], [panic_cv_exit_keeps_frames=yes],
			[panic_cv_exit_keeps_frames=no], [
			# What glibc unwinds with.
			AC_LINK_IFELSE([AC_LANG_CALL([],
				[__pthread_unwind_next])],
				[panic_cv_exit_keeps_frames=no],
				[panic_cv_exit_keeps_frames=yes])
		])
	])
	AS_IF([test $panic_cv_exit_keeps_frames = yes],
		[AC_DEFINE([EXIT_KEEPS_FRAMES], [1],
			[Define if keys' destructors run on top of the frames
			that pthread_exit() was called in.])])
])
