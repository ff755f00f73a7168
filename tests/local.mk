# SPDX-License-Identifier: MIT
# The tests.  A new one in C is a line in PANIC_TESTS.

PANIC_TESTS = \
	tests/test-backtrace \
	tests/test-callersp \
	tests/test-cancel \
	tests/test-cleanup \
	tests/test-chain \
	tests/test-crash \
	tests/test-descriptor \
	tests/test-current \
	tests/test-defer \
	tests/test-deferproc \
	tests/test-errno \
	tests/test-exit \
	tests/test-fatal \
	tests/test-fixed \
	tests/test-frame \
	tests/test-goexit \
	tests/test-jump \
	tests/test-must \
	tests/test-near \
	tests/test-on-panic \
	tests/test-outlast \
	tests/test-panic \
	tests/test-preinit \
	tests/test-recover \
	tests/test-report \
	tests/test-stack \
	tests/test-stale \
	tests/test-take \
	tests/test-text \
	tests/test-thread \
	tests/test-try \
	tests/test-typed \
	tests/test-unwind \
	tests/test-unwinding \
	tests/test-value \
	tests/test-ways

# Go's semantics, line by line (tests/CONFORMANCE.md), and Go's own tests.
CONFORMANCE_TESTS = \
	tests/conformance/s01-registering \
	tests/conformance/s02-deferreturn \
	tests/conformance/s03-results \
	tests/conformance/s04-panic \
	tests/conformance/s05-callers \
	tests/conformance/s05-recover \
	tests/conformance/s06-after-recover \
	tests/conformance/s07-nested \
	tests/conformance/s08-goexit \
	tests/conformance/s09-signals \
	tests/conformance/s10-fatal \
	tests/conformance/s11-uncaught \
	tests/conformance/s12-crash-text \
	tests/conformance/s13-foreign \
	tests/conformance/s14-threads \
	tests/conformance/s22-scale \
	tests/go/callers_test \
	tests/go/defer \
	tests/go/defer_test \
	tests/go/fixedbugs \
	tests/go/fixedbugs_results \
	tests/go/recover \
	tests/go/recover1 \
	tests/go/testprog

SHELL_TESTS = \
	tests/calcd.sh \
	tests/conformance.sh \
	tests/exports.sh \
	tests/gdb.sh \
	tests/kvd.sh \
	tests/man.sh \
	tests/mistakes.sh \
	tests/panic-lint.sh \
	tests/symbolize.sh \
	tests/ways.sh

# A sanitizer takes the faults for itself, and does not like to be loaded by
# programs that were built without it.
if !SANITIZER
PANIC_TESTS += tests/test-deadly tests/test-guest tests/test-handler \
	tests/test-mask tests/test-overflow tests/test-signal
SHELL_TESTS += tests/crash.sh tests/examples.sh tests/header.sh \
	tests/report.sh tests/tutorial.sh tests/unwind.sh tests/unwinder.sh \
	tests/valgrind.sh
else
NOT_SANITIZED = test-deadly test-dlclose test-guest test-handler test-mask \
	test-overflow test-signal storm crash.sh examples.sh header.sh \
	report.sh tutorial.sh unwind.sh unwinder.sh valgrind.sh
endif

check_PROGRAMS += tests/gdb-target
tests_gdb_target_LDADD = lib/libpanic.la $(SYSTEM_LIBS)

check_PROGRAMS += tests/kvd/broken tests/kvd/save-goto
tests_kvd_broken_LDADD =
tests_kvd_save_goto_SOURCES = tests/kvd/save-goto.c examples/kvd/save.c \
	examples/kvd/table.c
tests_kvd_save_goto_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/examples/kvd
tests_kvd_save_goto_LDADD = lib/libpanic.la $(SYSTEM_LIBS)

# Frames that pthread_cancel unwinds, and others that nothing may unwind.
tests_test_cancel_CFLAGS = $(AM_CFLAGS) -fexceptions
tests_test_try_CFLAGS = $(AM_CFLAGS) -fexceptions
tests_test_unwind_CFLAGS = $(AM_CFLAGS) -fexceptions
tests_test_unwinding_CFLAGS = $(AM_CFLAGS) -fexceptions
tests_test_cleanup_CFLAGS = $(AM_CFLAGS) -fno-exceptions
tests_test_stale_CFLAGS = $(AM_CFLAGS) -fno-exceptions

# At a fixed address the library's functions have other addresses.
tests_test_fixed_SOURCES = tests/test-typed.c
tests_test_fixed_CFLAGS = $(AM_CFLAGS) -O0 -fno-pie
tests_test_fixed_LDFLAGS = $(AM_LDFLAGS) -no-pie

# It asks libunwind as the library does.
tests_test_callersp_CPPFLAGS = $(AM_CPPFLAGS) $(LIBUNWIND_CFLAGS)
tests_test_callersp_LDADD = $(LDADD) $(GCC_S_LIBS) $(LIBUNWIND_LIBS)

# <fenv.h>
tests_test_errno_LDADD = $(LDADD) -lm
tests_test_handler_LDADD = $(LDADD) -lm

# This one puts its own malloc in the place of the static library's.
if STATIC
PANIC_TESTS += tests/test-early tests/test-memory
endif
tests_test_early_LDFLAGS = $(AM_LDFLAGS) -static -Wl,--wrap=malloc
tests_test_preinit_SOURCES = tests/test-early.c
tests_test_preinit_CPPFLAGS = $(AM_CPPFLAGS) -DPREINIT
tests_test_memory_LDFLAGS = $(AM_LDFLAGS) -static \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=free

EXTRA_DIST += \
	tests/CONFORMANCE.md \
	tests/mutate \
	tests/report-target.c \
	tests/symbolize-target.c \
	tests/mutate.txt \
	tests/unwind-lands.c \
	tests/unwind-program.cc \
	tests/unwinder-main.c \
	tests/unwinder-program.cc \
	tests/unwinder-throw.cc \
	tests/unwinder-where.c \
	tests/unwinder-where.h

noinst_HEADERS = \
	tests/check.h \
	tests/coroutine.h \
	tests/fault.h \
	tests/machine.h \
	tests/report.h \
	tests/sanitizer.h \
	tests/unwind.h \
	tests/conformance/anew.h \
	tests/conformance/conform.h \
	tests/conformance/dying.h \
	tests/conformance/layers.h \
	tests/conformance/stack.h

TESTS = $(SHELL_TESTS) tests/model/model
if !SANITIZER
check_PROGRAMS += tests/storm tests/test-dlclose
TESTS += tests/storm tests/test-dlclose
endif
tests_storm_LDADD = lib/libpanic.la $(SYSTEM_LIBS)
tests_test_dlclose_LDADD = $(SYSTEM_LIBS)
if HAVE_CHECK
check_PROGRAMS += $(PANIC_TESTS) $(CONFORMANCE_TESTS)
TESTS += $(PANIC_TESTS) $(CONFORMANCE_TESTS)
endif
AM_CPPFLAGS += $(CHECK_CFLAGS)
LDADD = lib/libpanic.la $(CHECK_LIBS) $(SYSTEM_LIBS)
# Real programs, not libtool's scripts around them: for gdb and valgrind, and
# so that a signal reaches the one that was started.
AM_LDFLAGS = -no-install

dist_check_SCRIPTS += $(SHELL_TESTS)
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = $(PANIC_ENVIRONMENT); \
	export top_srcdir top_builddir srcdir VERSION CC INSTRUMENT_CFLAGS \
	PANIC_SYMBOLIZE; \
	unset PANIC_EXIT PANIC_TRACEBACK;

EXTRA_DIST += tests/WAYS.md tests/README.md tests/valgrind.supp
EXTRA_DIST += tests/lint.sh .clang-format .editorconfig
EXTRA_DIST += tests/summary.sh tests/installcheck.sh tests/matrix.sh
EXTRA_DIST += tests/ports.sh tests/chroot.sh tests/debian.sh tests/musl.sh \
	tests/calcd-lib.sh tests/cxx-lib.sh tests/PORTS.md packaging
EXTRA_DIST += tests/adopters.sh tests/adopters

# Automake's own rule, with one line for the whole suite at its end, passed or
# not: check-local comes too early, or after a failure not at all.
check-TESTS: $(check_PROGRAMS) $(dist_check_SCRIPTS)
	@rm -f $(RECHECK_LOGS) $(RECHECK_LOGS:.log=.trs) $(TEST_SUITE_LOG)
	@test -z "$(NOT_SANITIZED)" || \
	echo "not for a build with a sanitizer: $(NOT_SANITIZED)"
	@$(MAKE) $(AM_MAKEFLAGS) $(TEST_SUITE_LOG); status=$$?; \
	$(SHELL) $(srcdir)/tests/summary.sh $(TEST_LOGS); exit $$status

# The tests in C on Debian's other architectures: make check-ports
# PORTS="arm64 i386".  No part of check: it wants cross compilers, and the first
# time Debian's archive.
check-ports:
	@$(PANIC_ENVIRONMENT) PORTS='$(PORTS)' PORT_TESTS='$(PORT_TESTS)' \
	$(SHELL) $(srcdir)/tests/ports.sh
.PHONY: check-ports

# Both README commands in chroots of Debian's releases, from a clean clone.
check-debian:
	@$(PANIC_ENVIRONMENT) SUITES='$(SUITES)' $(SHELL) $(srcdir)/tests/debian.sh
.PHONY: check-debian

# The same with LLVM's libunwind.
check-unwinders:
	@$(PANIC_ENVIRONMENT) SUITES='bookworm+llvm trixie+llvm sid+llvm' \
	ROWS='demo check readme' $(SHELL) $(srcdir)/tests/debian.sh
.PHONY: check-unwinders

# The library and its tests with musl, static.
check-musl:
	@$(PANIC_ENVIRONMENT) SUITES=trixie+musl ROWS=musl \
	$(SHELL) $(srcdir)/tests/debian.sh
.PHONY: check-musl

# What a report tells, as a table: things asked by builds.
check-report: all
	@$(PANIC_ENVIRONMENT) $(SHELL) $(srcdir)/tests/report.sh
.PHONY: check-report

# Debian's Lua and dash on this library, beside the stock programs.
check-adopters: lib/libpanic.la
	@$(PANIC_ENVIRONMENT) $(SHELL) $(srcdir)/tests/adopters.sh
.PHONY: check-adopters

installcheck-local:
	@$(PANIC_ENVIRONMENT) DESTDIR='$(DESTDIR)' libdir='$(libdir)' \
	includedir='$(includedir)' pkgconfigdir='$(pkgconfigdir)' \
	PKG_CONFIG='$(PKG_CONFIG)' \
	LIBUNWIND_LIBS='$(LIBUNWIND_LIBS)' \
	$(SHELL) $(srcdir)/tests/installcheck.sh

# What no compiler looks at.
lint: lib/libpanic.la
	@$(PANIC_ENVIRONMENT) \
	OBJECTS='$(lib_libpanic_la_OBJECTS:.lo=.o)' \
	$(SHELL) $(srcdir)/tests/lint.sh

# Takes long: see the script.
check-matrix:
	@$(PANIC_ENVIRONMENT) $(SHELL) $(srcdir)/tests/matrix.sh

# After configure --enable-coverage: runs the tests and tells what they missed.
coverage:
	@find . -name '*.gcda' -exec rm -f {} +
	$(MAKE) $(AM_MAKEFLAGS) check
	gcovr --root $(top_srcdir) --filter $(top_srcdir)/lib/ --branches .
	gcovr --root $(top_srcdir) --filter $(top_srcdir)/lib/ .
.PHONY: lint check-matrix coverage

clean-local: clean-bench
	-find . -name '*.gcda' -o -name '*.gcno' | xargs rm -f
