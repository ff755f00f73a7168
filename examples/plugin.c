/* SPDX-License-Identifier: MIT */
/* plugin.c - a plugin for plugin-host.c. */

#include "plugin.h"

#include <panic.h>

#include <stdio.h>
#include <string.h>

/* The type is the plugin's own: it is gone when that is closed. */
static const struct panic_type refused = { "plugin_refused", NULL, NULL };

static void clean_up(void *unused)
{
	(void)unused;
	puts("plugin cleans up");
}

void plugin_run(const char *argument)
{
	defer_frame();
	defer(clean_up, NULL);
	if (!strcmp(argument, "bad"))
		panic_valuef(&refused, NULL, "\"%s\" is refused", argument);
	printf("plugin has %s\n", argument);
}
