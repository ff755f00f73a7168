/* SPDX-License-Identifier: MIT */
/* test-dlclose.c - a program that has the library only by its plugins. */

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Standing alone, without Check: the library must come by dlopen(), and go.
 * Returns NULL if it did. */
static void *use(void *path)
{
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	int (*prepare)(void) = NULL;

	if (lib)
		*(void **)&prepare = dlsym(lib, "panic_thread_init");
	if (!prepare) {
		printf("%s\n", dlerror());
		return path;
	}
	prepare();
	dlclose(lib);
	return NULL;	/* the thread ends, and its keys' destructors run */
}

int main(void)
{
	const char *top = getenv("top_builddir");
	char path[4096];
	pthread_t thread;
	void *failed;

	snprintf(path, sizeof path, "%s/lib/.libs/libpanic.so",
		top ? top : ".");
	if (access(path, R_OK))
		return 77;	/* there is a static one only */
	if (pthread_create(&thread, NULL, use, path) ||
	    pthread_join(thread, &failed))
		return 2;
	return failed != NULL;
}
