# SPDX-License-Identifier: MIT
# dash.sed - where dash raises its exceptions, and where it stops them.
s/longjmp(handler->loc, 1)/RAISE()/
s/#include <setjmp.h>/#include "dash-panic.h"/
/^struct jmploc {/,/^};/d

# evalbltin, evalfun, expandstr: from the setjmp() to the label it goes to.
/ = setjmp(jmploc.loc)))/,/^[a-z]*:/ {
	/goto/d
	/^	}$/d
	s/if (.*(\([a-z]*\) = setjmp.*/TRY(\1, caught);/
	s/^[a-z]*:/END_TRY(caught)/
}
# redirectsafe
/ = setjmp(jmploc.loc) \* 2))/,/^	}/ {
	s/if .*/TRY(err, caught);/
	s/^	}/END_TRY(caught) err *= 2;/
}
# exitshell
s/struct jmploc loc;/& int e;/
/if (setjmp(loc.loc))/,/^out:/ {
	/goto/d
	s/if .*setjmp.*/TRY(e, caught);/
	s/^out:/END_TRY(caught)/
}
/if (likely(!setjmp(loc.loc)))/ {
	s/.*/TRY(e, ended);/
	n
	s/$/ END_TRY(ended)/
}
# main: the frame is open again and empty when it comes here.
s/if (unlikely(setjmp(main_handler.loc))) {/recover_frame(goto landed); \
	defer(adopters_stop, NULL); if (0) { \
landed:	defer(adopters_stop, NULL);/
