# SPDX-License-Identifier: MIT
# The benchmarks: see bench/README.md.  Nothing here is built by default, and
# the peers that are not installed are left out.

EXTRA_DIST += \
	bench/README.md \
	bench/bars.tsv \
	bench/bench-cexceptions.c \
	bench/bench-cxx.cc \
	bench/bench-go/main.go \
	bench/bench-lua.c \
	bench/bench-panic.c \
	bench/bench-report.c \
	bench/bench-rust.rs \
	bench/bench-setjmp.c \
	bench/bench.h \
	bench/build \
	bench/check \
	bench/cleanup.svg \
	bench/depth.svg \
	bench/frame.svg \
	bench/instructions \
	bench/instructions.tsv \
	bench/plot \
	bench/plot.gp \
	bench/run \
	bench/size.c \
	bench/spawn.c

# Programs of other languages, and a library program that is no libtool
# wrapper: bench/build makes them all.
bench-programs: $(lib_LTLIBRARIES)
	$(AM_V_at)$(MKDIR_P) bench/programs
	$(AM_V_at)cd bench/programs && CC='$(CC)' \
		LIBUNWIND_CFLAGS='$(LIBUNWIND_CFLAGS)' \
		LIBUNWIND_LIBS='$(LIBUNWIND_LIBS)' \
		'$(abs_top_srcdir)/bench/build' ../../lib/.libs \
		'$(abs_top_srcdir)'

# One table: ns, and the ratio of each peer to the library.  BENCH_FLAGS=-r20
# for more rounds.
bench: bench-programs
	$(AM_V_at)'$(abs_top_srcdir)/bench/run' $(BENCH_FLAGS) \
		-o bench/results.tsv bench/programs

# Fails when a bar of bench/bars.tsv is not met.
bench-check: bench
	$(AM_V_at)'$(abs_top_srcdir)/bench/check' bench/results.tsv

# Fails when a work needs 3 % more instructions than bench/instructions.tsv
# says.
bench-instructions: bench-programs
	$(AM_V_at)CC='$(CC)' LIBRARY_CFLAGS='$(CFLAGS) $(INSTRUMENT_CFLAGS)' \
		'$(abs_top_srcdir)/bench/instructions' \
		bench/programs/bench-panic

# How long a report takes to its end, and a log of recovered panics.
bench-report: $(lib_LTLIBRARIES) $(bin_PROGRAMS)
	$(AM_V_at)$(MKDIR_P) bench/programs
	$(AM_V_at)$(CC) -g -O2 -pthread -funwind-tables \
		-I'$(top_srcdir)/include' \
		'$(top_srcdir)/bench/bench-report.c' \
		-o bench/programs/bench-report -Llib/.libs -lpanic \
		-Wl,-rpath,'$(abs_top_builddir)/lib/.libs'
	$(AM_V_at)PANIC_SYMBOLIZE='$(abs_top_builddir)/bin/panic-symbolize' \
		bench/programs/bench-report $(REPORT_RUNS)

# Draws bench/programs/*.svg; those kept in bench/ are copies.
bench-plots: bench-programs
	$(AM_V_at)'$(abs_top_srcdir)/bench/plot' bench/programs

clean-bench:
	rm -rf bench/programs bench/results.tsv

.PHONY: bench bench-programs bench-check bench-instructions bench-plots bench-report \
	clean-bench

CLEANFILES += bench/results.tsv bench/programs/*
