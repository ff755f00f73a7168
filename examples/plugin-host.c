/* SPDX-License-Identifier: MIT */
/* plugin-host.c - a host that outlives what its plugins do. */

/*
 * Host and plugins are linked with the shared library, so that there is one
 * chain of frames.  The host keeps the panic by panic_try(): that copy may be
 * read after dlclose(), when the plugin's code, texts and types are unmapped.
 */

#include <panic.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call {
	void (*run)(const char *argument);
	const char *argument;
};

static void run(void *arg)
{
	const struct call *call = arg;

	call->run(call->argument);
}

/* The address of a function, which is no object to ISO C. */
static void *symbol(void *plugin, const char *name)
{
	void *at = dlsym(plugin, name);

	if (!at)
		panic("%s", dlerror());
	return at;
}

/* Calls the plugin and closes it.  Returns its panic, or NULL. */
static struct panic *call_plugin(const char *path, const char *argument)
{
	void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL), *at;
	struct call call = { NULL, argument };

	if (!plugin)
		panic("%s", dlerror());
	defer_frame();
	defer(dlclose, plugin);
	at = symbol(plugin, "plugin_run");
	memcpy(&call.run, &at, sizeof at);
	return panic_try(run, &call);
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		struct panic *p = call_plugin(argv[1], argv[i]);

		if (p)
			printf("host: the plugin panicked: %s\n",
				panic_message(p));
		panic_free(p);
	}
	return 0;
}
