# SPDX-License-Identifier: MIT
# times.sh WORK - what is timed of dash.

f() { return 0; }

case $1 in
builtin)	# returns
	i=0
	while [ $i -lt 250000 ]; do
		i=$((i + 1))
	done ;;
function)	# returns
	i=0
	while [ $i -lt 120000 ]; do
		f; f; f
		i=$((i + 1))
	done ;;
error)		# is raised and stopped
	i=0
	while [ $i -lt 60000 ]; do
		command shift 99
		i=$((i + 1))
	done 2>/dev/null ;;
redirect)	# is tried and given up
	i=0
	while [ $i -lt 40000 ]; do
		: >/dev/null
		# shellcheck disable=SC2217
		echo </dev/null/none
		i=$((i + 1))
	done 2>/dev/null ;;
esac
