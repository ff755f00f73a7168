# SPDX-License-Identifier: MIT
# The daemon, the program that drives it, and `make demo`.

noinst_PROGRAMS += examples/calcd examples/calcload
examples_calcd_SOURCES = \
	examples/calc.h \
	examples/daemon.h \
	examples/protocol.h \
	examples/alloc.c \
	examples/calcd.c \
	examples/conn.c \
	examples/crash.c \
	examples/error.c \
	examples/parse.c \
	examples/request.c \
	examples/server.c \
	examples/stats.c \
	examples/vars.c \
	examples/worker.c
examples_calcd_LDADD = lib/libpanic.la $(SYSTEM_LIBS)
examples_calcload_SOURCES = \
	examples/load.h \
	examples/protocol.h \
	examples/ask.c \
	examples/calcload.c \
	examples/faults.c \
	examples/generate.c \
	examples/load.c \
	examples/report.c \
	examples/rude.c \
	examples/socket.c
examples_calcload_LDADD = lib/libpanic.la $(SYSTEM_LIBS)

noinst_PROGRAMS += examples/hook-syslog examples/hook-json \
	examples/log-recovered
examples_hook_syslog_LDADD = lib/libpanic.la $(SYSTEM_LIBS)
examples_hook_json_LDADD = lib/libpanic.la $(SYSTEM_LIBS)
examples_log_recovered_LDADD = lib/libpanic.la $(SYSTEM_LIBS)

noinst_PROGRAMS += examples/kvd/kvd
examples_kvd_kvd_SOURCES = \
	examples/kvd/kvd.h \
	examples/kvd/buf.c \
	examples/kvd/command.c \
	examples/kvd/kvd.c \
	examples/kvd/resp.c \
	examples/kvd/save.c \
	examples/kvd/table.c
examples_kvd_kvd_LDADD = lib/libpanic.la $(SYSTEM_LIBS)

# Built by who reads them, and by tests/examples.sh.
EXTRA_DIST += examples/demo.sh \
	examples/boundary.c \
	examples/cleanup-glib.c \
	examples/decode-png.c \
	examples/loop-glib.c \
	examples/loop-libevent.c \
	examples/mainloop.c \
	examples/plugin-host.c \
	examples/plugin.c \
	examples/plugin.h \
	examples/pool.c

demo: all
	@$(PANIC_ENVIRONMENT) $(SHELL) $(srcdir)/examples/demo.sh
.PHONY: demo
