# SPDX-License-Identifier: MIT
# panic_unwinder.m4 - finds libunwind, known by its functions: nongnu.org's,
# LLVM's, or that of a C library (macOS).

# PANIC_TRY_UNWINDER(CFLAGS, LIBS, ACTION-IF-NOT): takes these for LIBUNWIND_CFLAGS
# and LIBUNWIND_LIBS, if what the library calls is there.
AC_DEFUN([PANIC_TRY_UNWINDER], [
	panic_save_CPPFLAGS=$CPPFLAGS CPPFLAGS="$CPPFLAGS $1"
	panic_save_LIBS=$LIBS LIBS="$2 $LIBS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[
		#define UNW_LOCAL_ONLY
		#include <libunwind.h>
	]], [[
		unw_context_t context;
		unw_cursor_t cursor;
		unw_proc_info_t info;
		unw_word_t word;

		return unw_getcontext(&context) +
			unw_init_local(&cursor, &context) +
			unw_get_reg(&cursor, UNW_REG_SP, &word) +
			unw_get_reg(&cursor, UNW_REG_IP, &word) +
			unw_is_signal_frame(&cursor) +
			unw_get_proc_info(&cursor, &info) + unw_step(&cursor);
	]])], [
		LIBUNWIND_CFLAGS="$1" LIBUNWIND_LIBS="$2"
		# A call that one of them alone has; see lib/crash/walk.c.
		AC_LINK_IFELSE([AC_LANG_PROGRAM([[
			#define UNW_LOCAL_ONLY
			#include <libunwind.h>
		]], [[
			void *pc[1];

			return unw_backtrace(pc, 1);
		]])], [panic_unw_backtrace=yes], [panic_unw_backtrace=no])
	], [$3])
	CPPFLAGS=$panic_save_CPPFLAGS LIBS=$panic_save_LIBS
])

# PANIC_SEARCH_UNWINDER: one that is no package of pkg-config's.  It may be
# the C library's, and LLVM's header may stand in a folder of its own.
AC_DEFUN([PANIC_SEARCH_UNWINDER], [
	panic_unwind=no
	# The folder is asked of the compiler, which may have a root of its own.
	panic_dir=`echo '#include <libunwind/libunwind.h>' |
		$CC -E $CPPFLAGS - 2>/dev/null |
		sed -n 's,^# 1 "\(.*\)/libunwind\.h".*,\1,p' | sed 1q`
	for panic_cflags in "" ${panic_dir:+"-I$panic_dir"}; do
		for panic_libs in "" -lunwind; do
			test "$panic_unwind" = no || break
			panic_unwind=found
			PANIC_TRY_UNWINDER([$panic_cflags], [$panic_libs],
				[panic_unwind=no])
		done
	done
])

# PANIC_CHECK_UNWINDER: sets LIBUNWIND_CFLAGS and LIBUNWIND_LIBS, and for
# libpanic.pc either LIBUNWIND_REQUIRES or LIBUNWIND_PRIVATE; panic_unwind is for
# the report.
AC_DEFUN([PANIC_CHECK_UNWINDER], [
	AS_IF([test -n "$LIBUNWIND_LIBS"], [panic_unwind=given],
		[PKG_CHECK_MODULES([LIBUNWIND], [libunwind >= 1.3],
			[panic_unwind=package], [panic_unwind=search])])
	AC_MSG_CHECKING([for libunwind's functions])
	AS_CASE([$panic_unwind],
		[search], [PANIC_SEARCH_UNWINDER],
		[PANIC_TRY_UNWINDER([$LIBUNWIND_CFLAGS], [$LIBUNWIND_LIBS],
			[panic_unwind=no])])
	AC_MSG_RESULT([$panic_unwind])
	AS_CASE([$panic_unwind], [no], [
		AC_MSG_ERROR([libunwind not found; install it, and pkg-config:
	Debian, Ubuntu:	apt-get install libunwind-dev pkg-config
	Fedora:		dnf install libunwind-devel pkgconf-pkg-config
or say where it is by LIBUNWIND_CFLAGS and LIBUNWIND_LIBS])
	], [package], [
		LIBUNWIND_REQUIRES=libunwind
		panic_unwind="libunwind `$PKG_CONFIG --modversion libunwind`"
	], [
		LIBUNWIND_PRIVATE=$LIBUNWIND_LIBS
		panic_unwind="libunwind, ${LIBUNWIND_LIBS:-the C library's}"
	])
	AS_IF([test $panic_unw_backtrace = yes],
		[AC_DEFINE([HAVE_UNW_BACKTRACE], [1],
			[Define if libunwind has unw_backtrace().])])
	AC_SUBST([LIBUNWIND_REQUIRES])
	AC_SUBST([LIBUNWIND_PRIVATE])
])
