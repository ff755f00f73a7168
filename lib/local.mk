# SPDX-License-Identifier: MIT
# The library, its headers and its pkg-config file.

lib_LTLIBRARIES = lib/libpanic.la
# Bottom up: a file uses those above it only, and make lint looks.
lib_libpanic_la_SOURCES = \
	lib/runtime.h \
	lib/g.c \
	lib/value.c \
	lib/fault.c \
	lib/crash/crash.h \
	lib/crash/lock.c \
	lib/crash/settings.c \
	lib/crash/out.c \
	lib/crash/panics.c \
	lib/crash/walk.c \
	lib/crash/quick.c \
	lib/crash/elf.c \
	lib/crash/module.c \
	lib/crash/names.c \
	lib/crash/clone.c \
	lib/crash/symbolize.c \
	lib/crash/stacks.c \
	lib/crash/head.c \
	lib/crash/system.c \
	lib/crash/child.c \
	lib/crash/ask.c \
	lib/crash/threads.c \
	lib/crash/guard.c \
	lib/crash/watchdog.c \
	lib/crash/throw.c \
	lib/where.c \
	lib/sigstack.c \
	lib/chain.c \
	lib/call.c \
	lib/callersp.c \
	lib/cleanup.c \
	lib/stale.c \
	lib/unwind.c \
	lib/proc.c \
	lib/panic.c \
	lib/raise.c \
	lib/take.c \
	lib/defer.c \
	lib/try.c \
	lib/jump.c \
	lib/arch/cfa.h \
	lib/arch/context.h \
	lib/arch/aarch64.h \
	lib/arch/arm.h \
	lib/arch/i386.h \
	lib/arch/powerpc64.h \
	lib/arch/riscv64.h \
	lib/arch/s390x.h \
	lib/arch/x86_64.h
# Faults as panics, where lib/arch/context.h knows the processor.
if SIGNAL
lib_libpanic_la_SOURCES += \
	lib/foreign.c \
	lib/arch/sigpanic.c \
	lib/arch/sigtramp.S \
	lib/arch/divisor.h \
	lib/arch/divisor.c \
	lib/signal.c
else
lib_libpanic_la_SOURCES += lib/nosignal.c
endif
lib_libpanic_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/lib \
	$(LIBUNWIND_CFLAGS) -DPANIC_SYMBOLIZE='"$(bindir)/panic-symbolize"'
# -fexceptions: a foreign unwinder may pass, and cleanups in here must run.
lib_libpanic_la_CFLAGS = $(AM_CFLAGS) $(WARN_CFLAGS) -fexceptions \
	-fvisibility=hidden
lib_libpanic_la_LDFLAGS = -no-undefined -version-info $(PANIC_ABI) \
	$(NODELETE_LDFLAGS) $(NOW_LDFLAGS)
# The order counts: see libgcc_s in configure.ac.  Even --as-needed keeps
# libgcc_s, because the cleanups in panic.c call its _Unwind_Resume;
# tests/exports.sh looks.
lib_libpanic_la_LIBADD = $(GCC_S_LIBS) $(LIBUNWIND_LIBS) $(SYSTEM_LIBS)

EXTRA_DIST += lib/libpanic.map
# Parts of sigtramp.S.
EXTRA_DIST += lib/arch/aarch64.S lib/arch/arm.S lib/arch/i386.S \
	lib/arch/powerpc64.S lib/arch/riscv64.S lib/arch/s390x.S \
	lib/arch/x86_64.S
if HAVE_VSCRIPT
lib_libpanic_la_LDFLAGS += $(VSCRIPT_LDFLAGS),$(srcdir)/lib/libpanic.map
EXTRA_lib_libpanic_la_DEPENDENCIES = $(srcdir)/lib/libpanic.map
endif

include_HEADERS = include/panic.h
panicincludedir = $(includedir)/panic
panicinclude_HEADERS = \
	include/panic/defer.h \
	include/panic/frame.h \
	include/panic/jump.h \
	include/panic/landing.h \
	include/panic/machine.h \
	include/panic/record.h \
	include/panic/report.h \
	include/panic/signal.h \
	include/panic/try.h

pkgconfig_DATA = lib/libpanic.pc

# A static link needs GCC's unwinder before libunwind as well, but its name is
# -lgcc_s in a dynamic program and -lgcc_eh under -static.  So libpanic.pc
# says -lpanic_unwind, and of these two linker scripts the linker takes the one
# that fits, as it does with glibc's libm.
if UNWIND_SCRIPTS
unwinddir = $(libdir)
unwind_DATA = lib/libpanic_unwind.so lib/libpanic_unwind.a
CLEANFILES += $(unwind_DATA)
endif

lib/libpanic_unwind.so: Makefile
	$(AM_V_GEN)echo 'INPUT ( -lgcc_s )' > $@
lib/libpanic_unwind.a: Makefile
	$(AM_V_GEN)echo 'INPUT ( -lgcc_eh )' > $@

# gdb loads the script by itself when it stands where the library does, below
# its own folder, and has the library's full name.
EXTRA_DIST += gdb/libpanic-gdb.py
gdbdir = $(datadir)/gdb/auto-load$(libdir)

install-data-local:
	@$(MKDIR_P) '$(DESTDIR)$(gdbdir)'
	@for so in '$(DESTDIR)$(libdir)'/libpanic.so.*.*.*; do \
		test ! -f "$$so" || $(INSTALL_DATA) \
			'$(srcdir)/gdb/libpanic-gdb.py' \
			'$(DESTDIR)$(gdbdir)'/$$(basename "$$so")-gdb.py; \
	done

# The loader finds a library in a folder that it knows only after this.
install-exec-hook:
	@test -n '$(DESTDIR)' || test `id -u` -ne 0 || \
		PATH=$$PATH:/sbin:/usr/sbin ldconfig 2>/dev/null || :

uninstall-local:
	rm -f '$(DESTDIR)$(gdbdir)'/libpanic.so.*-gdb.py
