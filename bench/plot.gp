# SPDX-License-Identifier: MIT
# plot.gp - draws plot.tsv, which bench/plot made.

set terminal svg size 720,480 font "sans-serif,13" background "white"
set datafile separator "\t"
set logscale xy
set linetype 1 linecolor "black"
set linetype 2 linecolor "#00a0c0"
set linetype 3 linecolor "#e00000"
set linetype 4 linecolor "#e08000"
set linetype 5 linecolor "#c0a000"
set linetype 6 linecolor "#2040e0"
set linetype 7 linecolor "#909090"
set linetype 8 linecolor "#70b070"
set linetype 9 linecolor "#b070c0"
set key outside right
set grid
set ylabel "ns"
set format y "10^{%T}"

# Lines of "work ns" of one peer; the work's number is x.
data(peer, work) = sprintf("< awk -F '\\t' '$2 == \"%s\" && $1 ~ /^%s[0-9]/ { sub(/^[a-z]*/, \"\", $1); print $1 \"\\t\" $3 }' plot.tsv", peer, work)

peers = "panic go cxx rust cexceptions lua setjmp builtin list"
names = "libpanic Go C++ Rust libcexceptions Lua setjmp builtin list"
has(peer, work) = system(sprintf("awk -F '\\t' '$2 == \"%s\" && $1 ~ /^%s[0-9]/' plot.tsv | wc -l", peer, work)) + 0

draw(i, work) = data(word(peers, i), work)
width(i) = i == 1 ? 3 : 1

set xlabel "plain frames between panic and recover"
set output "depth.svg"
plot for [i = 1:9] (has(word(peers, i), "value") ? draw(i, "value") : NaN) \
	with linespoints linetype i linewidth width(i) \
	title word(names, i)

set xlabel "frames between, each with a deferred call"
set output "cleanup.svg"
plot for [i = 1:9] (has(word(peers, i), "dvalue") ? draw(i, "dvalue") : NaN) \
	with linespoints linetype i linewidth width(i) \
	title word(names, i)

# Lua and the setjmp floors have no loop of deferred calls.
set xlabel "deferred calls of one frame, no panic (dots: written out)"
set output "frame.svg"
loops = "1 2 3 4 9"
plot for [i in loops] draw(int(i), "loop") with linespoints \
	linetype int(i) linewidth width(int(i)) title word(names, int(i)), \
	for [i = 1:9] (has(word(peers, i), "frame") ? draw(i, "frame") : NaN) \
	with points linetype i pointtype 7 \
	title (strstrt(loops, sprintf("%d", i)) ? "" : word(names, i))
