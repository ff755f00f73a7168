# SPDX-License-Identifier: MIT
# errors.sh - what raises an exception in dash, and what stops one.

say() {
	echo "$? $*"
}
sub() {
	( eval "$1" )
	say "$1"
}

# that end a shell which is not interactive
sub 'readonly r=1; r=2; echo not here'
sub 'unset_me=; : ${unset_me:?is empty}; echo not here'
sub 'set -u; echo $no_such_variable; echo not here'
sub '. /nonexistent/file; echo not here'
sub 'set -o nonsense; echo not here'
sub 'shift 99; echo not here'
sub 'export 1x; echo not here'
sub 'trap nothing NOSUCHSIGNAL; echo here'
sub 'eval "if"; echo not here'
sub 'eval "case x in"; echo not here'
sub 'echo $((1 / 0)); echo not here'
sub 'echo $((1 +)); echo not here'
sub 'echo ${x!}; echo not here'
sub 'break 0; echo here'
sub 'return 4; echo not here'
sub 'exit 5; echo not here'
sub 'exec /nonexistent/program; echo not here'
sub 'set -e; false; echo not here'
sub 'set -e; false || true; echo here'
sub ': >/nonexistent/file; echo not here'
sub 'exec 9</nonexistent/file; echo not here'

# that do not
sub 'command readonly r=1; command : ${r=2}; echo here'
sub 'command . /nonexistent/file; echo here'
sub 'command exec 9</nonexistent/file; echo here'
sub 'command shift 99; echo here'
sub 'command eval "if"; echo here'
sub 'cd /nonexistent; echo here'
sub 'echo x >/nonexistent/file; echo here'
sub '{ echo x; } >/nonexistent/file; echo here'
sub 'while :; do echo in; break; done </nonexistent/file; echo here'
sub 'nonexistent_command; echo here'
sub 'read x y </dev/null; echo here'
sub 'printf "%d\n" abc; echo here'
sub 'test 1 -eq a; echo here'
sub 'kill -0 nonsense; echo here'
sub 'getopts; echo here'
sub 'wait nonsense; echo here'
sub 'umask 9; echo here'
sub 'alias nosuchalias; unalias nosuchalias; echo here'
sub 'hash nosuchcommand; echo here'
sub 'ulimit -n nonsense; echo here'

# through functions and traps
f() {
	if [ "$1" -eq 0 ]; then
		: "${nothing:?at the bottom}"
	fi
	f $(($1 - 1))
	echo not here
}
sub 'f 0'
sub 'f 50'
sub 'g() { local x=inner; readonly x; x=2; }; x=outer; g; echo not here'
sub 'trap "echo at exit \$?" EXIT; f 3'
sub 'trap "echo at exit; exit 7" EXIT; exit 3'
sub 'trap "f 1; echo not here" EXIT; exit 3'
sub 'trap "echo got usr1" USR1; kill -USR1 $(exec sh -c "echo \$PPID"); echo after'
sub 'h() { return 9; echo not here; }; h; echo $?'
sub 'h() { eval "return 8"; }; h; echo $?'
sub 'h() { (exit 6); }; h; echo $?'
sub 'for i in 1 2 3; do eval "continue"; echo not here; done; echo end'
sub 'for i in 1 2; do for j in 1 2; do eval "break 2"; done; done; echo end'

# in substitutions and pipes
sub 'echo "$(f 2)" and so on'
sub 'x=$(set -u; echo $no_such_variable); echo "$? $x"'
sub 'f 1 | cat; echo here'
sub 'echo one | { read x; : ${nothing:?in a pipe}; echo not here; }'
sub 'cat <<EOF
${nothing:?in a document}
EOF
echo here'
sub 'echo `: ${nothing:?in old quotes}`; echo here'
sub 'f 2 & wait $!; echo $?'

# many
i=0
while [ $i -lt 300 ]; do
	command eval ': ${nothing:?}' 2>/dev/null
	command . /nonexistent/file 2>/dev/null
	i=$((i + 1))
done
echo $i
: "${nothing:?the last one}"
echo not here
