# SPDX-License-Identifier: MIT
# The programs for those who use the library.

# It reads debug information, for the library and for people.
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

# Finds its rules beside itself, or in ../share/libpanic.
dist_bin_SCRIPTS = bin/panic-lint
dist_pkgdata_DATA = bin/panic-lint.cocci
