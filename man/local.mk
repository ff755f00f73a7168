# SPDX-License-Identifier: MIT
# The manual pages: panic.7, a page for each family of calls, and for each other
# name in it a page of one line, `.so man3/PAGE.3`; and those of the programs.

dist_man_MANS = \
	man/panic-lint.1 \
	man/panic.7 \
	man/defer.3 \
	man/defer_frame.3 \
	man/defer_on_panic.3 \
	man/deferproc.3 \
	man/deferreturn.3 \
	man/goexit.3 \
	man/panic.3 \
	man/panic_at.3 \
	man/panic_backtrace.3 \
	man/panic_critical_begin.3 \
	man/panic_critical_end.3 \
	man/panic_current.3 \
	man/panic_data.3 \
	man/panic_errno.3 \
	man/panic_errno_at.3 \
	man/panic_errnum.3 \
	man/panic_fatal.3 \
	man/panic_file.3 \
	man/panic_format_stack.3 \
	man/panic_free.3 \
	man/panic_function.3 \
	man/panic_g_free.3 \
	man/panic_g_new.3 \
	man/panic_g_on_goexit.3 \
	man/panic_g_switch.3 \
	man/panic_here.3 \
	man/panic_line.3 \
	man/panic_longjmp.3 \
	man/panic_message.3 \
	man/panic_must.3 \
	man/panic_on_fault.3 \
	man/panic_print_stack.3 \
	man/panic_set_crash_fd.3 \
	man/panic_set_exit.3 \
	man/panic_set_hook.3 \
	man/panic_set_overflow_stack.3 \
	man/panic_set_traceback.3 \
	man/panic_set_version.3 \
	man/panic_setjmp.3 \
	man/panic_signals.3 \
	man/panic_symbolize_stack.3 \
	man/panic_take.3 \
	man/panic_thread_create.3 \
	man/panic_thread_init.3 \
	man/panic_thread_join.3 \
	man/panic_try.3 \
	man/panic_typeof.3 \
	man/panic_under.3 \
	man/panic_unwind.3 \
	man/panic_value.3 \
	man/panic_valuef.3 \
	man/panic_version.3 \
	man/recover.3 \
	man/recover_frame.3 \
	man/recover_if.3 \
	man/repanic.3
