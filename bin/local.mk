# SPDX-License-Identifier: MIT
# The program that reads debug information, for the library and for people.

if HAVE_LIBDW
bin_PROGRAMS = bin/panic-symbolize
dist_man_MANS += man/panic-symbolize.1
endif
bin_panic_symbolize_SOURCES = \
	bin/symbolize.h \
	bin/panic-symbolize.c \
	bin/scan.c \
	bin/module.c \
	bin/dwarf.c
bin_panic_symbolize_CPPFLAGS = $(AM_CPPFLAGS) $(LIBDW_CFLAGS)
bin_panic_symbolize_LDADD = $(LIBDW_LIBS)
