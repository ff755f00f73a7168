# SPDX-License-Identifier: MIT
# panic_link_flag.m4 - a flag for the linker, if it knows it.

# PANIC_LINK_FLAG(VARIABLE, FLAG): substitutes FLAG for VARIABLE, or nothing if
# the linker refuses it.
AC_DEFUN([PANIC_LINK_FLAG], [
	AC_CACHE_CHECK([whether the linker knows $2], [panic_cv_$1], [
		panic_LDFLAGS=$LDFLAGS LDFLAGS="$LDFLAGS $2"
		AC_LINK_IFELSE([AC_LANG_PROGRAM], [panic_cv_$1=yes],
			[panic_cv_$1=no])
		LDFLAGS=$panic_LDFLAGS
	])
	AS_IF([test $panic_cv_$1 = yes], [$1="$2"])
	AC_SUBST([$1])
])
