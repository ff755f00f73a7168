# SPDX-License-Identifier: MIT
# The library against a model of its specification, and both against Go.

check_PROGRAMS += tests/model/model
tests_model_model_SOURCES = \
	tests/model/prog.h \
	tests/model/compare.h \
	tests/model/trace.h \
	tests/model/main.c \
	tests/model/model.c \
	tests/model/interp.c \
	tests/model/gen.c \
	tests/model/enum.c \
	tests/model/go.c \
	tests/model/worker.c \
	tests/model/watch.c \
	tests/model/shrink.c \
	tests/model/report.c \
	tests/model/source.c \
	tests/model/gosource.c
tests_model_model_LDADD = lib/libpanic.la $(SYSTEM_LIBS)

EXTRA_DIST += \
	tests/model/go.sh \
	tests/model/interp.go \
	tests/model/replay.go \
	tests/model/replay.h \
	tests/model/trace.go

# Status 77, which is no failure, where there is no Go.
check-go: lib/libpanic.la tests/model/model
	@MODEL=tests/model/model CC='$(CC)' \
	PANIC_CPPFLAGS='$(AM_CPPFLAGS) $(CPPFLAGS)' \
	PANIC_LIBS='$(CHECK_GO_LIBS)' \
	$(SHELL) $(srcdir)/tests/model/go.sh || test $$? -eq 77
CHECK_GO_LIBS = lib/.libs/libpanic.so -Wl,-rpath,$(abs_builddir)/lib/.libs \
	-lpthread
.PHONY: check-go
