/* SPDX-License-Identifier: MIT */
/* plugin.h - what the plugins of plugin-host.c have. */
#ifndef EXAMPLES_PLUGIN_H
#define EXAMPLES_PLUGIN_H

/* Each defines this.  It may panic. */
void plugin_run(const char *argument);

#endif
