#!/bin/sh
# SPDX-License-Identifier: MIT
# mandoc finds no fault in the manual pages.  It calls every .so page fragile,
# so those are left to man.

command -v mandoc >/dev/null || exit 77
exec mandoc -T lint -W warning "$top_srcdir/man/panic.3" \
	"$top_srcdir/man/panic.7" "$top_srcdir"/man/*.1
