# SPDX-License-Identifier: MIT
#
# The state of the machine while it was measured. Above: the canaries of both roles, which fall when
# a sibling or another guest takes a share of the core; in colour where the whole window was calm.
# Middle: how many windows were. Below: the time of a cache line from one role to the other, which
# jumps when the two virtual CPUs are moved; each class of these times is a relation. None of it is
# what was measured.
# gnuplot -c scripts/plots/machine-state.gp RUN_DIR [OUT [TERMINAL]]

NAME = "machine-state"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

if (!present("windows.csv")) { eval say_nothing(no_rows("windows.csv")) }

# A window has one row per metric, all with the same canaries: the first one counts. Windows of an
# invocation that lie before one already seen are of a further metric.
latest = 0
window = 0
is_new(x) = column("started_ns") <= latest ? 0 : \
	(latest = column("started_ns"), window = window + 1, 1)
started = 0
see_start(x) = started == 0 ? (started = column("started_ns")) : 0
relations = ""
judged = 0
see_relation(x) = (strcol("calm") eq "" ? 0 : (judged = judged + 1), \
	strcol("cache_line_ns_before") eq "" || strcol("relation") eq "" ? 0 : \
	(relations = joined(relations, strcol("relation")), 0))
set table $NOTHING
plot "windows.csv" using (is_new(0)):(see_start(0)):(see_relation(0)) with table if (0)
unset table
windows = window
seconds = (latest - started) * 1e-9

# r1 is r1 in every run: colours go by the number.
in_order = ""
do for [r in "smt l2 l3 package machine r1 r2 r3 r4 r5 r6 r7 r8 new mixed all"] {
	if (find(relations, r)) { in_order = joined(in_order, r) }
}
relations = in_order
number_colours = "#009E73 #CC79A7 #0072B2 #E69F00 #56B4E9 #D55E00 #8C6BB1 #A6761D"
relation_colour(r) = r eq "mixed" || r eq "all" ? 0x999999 : r eq "new" ? 0x222222 : \
	int("0x".word(number_colours, is_class(r) ? int(r[2:2]) : 1)[2:])

# More points than this make files that browsers draw slowly. The step is prime to the number of
# windows of an invocation, so that not always the same ones are left out.
step = int((windows + 2999) / 3000)
step = step < 2 ? 1 : step % 2 == 0 ? step + 1 : step
step = step % 5 == 0 ? step + 2 : step
latest = 0
window = 0
canaries = 0
lines = 0

# Shares of calm windows are over all of them, by slices of the run: one role, two roles.
slices = 60
array one[slices]; array one_calm[slices]; array two[slices]; array two_calm[slices]
do for [i = 1:slices] { one[i] = 0; one_calm[i] = 0; two[i] = 0; two_calm[i] = 0 }
slice(x) = seconds <= 0 ? 1 : \
	1 + int((column("started_ns") - started) * 1e-9 / seconds * slices * 0.999999)
is_calm(x) = strcol("calm") eq "1"
count(i) = strcol("relation") eq "" ? (one[i] = one[i] + 1, one_calm[i] = one_calm[i] + is_calm(0)) \
	: (two[i] = two[i] + 1, two_calm[i] = two_calm[i] + is_calm(0))
take(x) = !is_new(0) ? (kept = 0, NaN) : (count(slice(0)), kept = window % step == 0, \
	kept ? (column("started_ns") - started) * 1e-9 : NaN)
# Absent is -1 here: a row with an empty column would be dropped from the table.
see_canary(c) = kept == 0 || strcol(c) eq "" ? -1 : (canaries = canaries + 1, column(c))
see_time(c) = kept == 0 || strcol(c) eq "" ? -1 : (lines = lines + 1, span(1e-9 * column(c)))
set table $ROWS
plot "windows.csv" using (take(0)):(see_canary("role0_canary_before")): \
	(see_canary("role1_canary_before")):(see_time("cache_line_ns_before")): \
	(is_calm(0) || strcol("calm") eq ""):(find(relations, strcol("relation"))) \
	with table if (kept)
unset table
if (canaries + lines == 0) { eval say_nothing("windows.csv has no canary and no cache-line time") }

set print $SHARES
do for [i = 1:slices] {
	print (i - 0.5) / slices * seconds, one[i] > 0 ? 100.0 * one_calm[i] / one[i] : -1, \
		two[i] > 0 ? 100.0 * two_calm[i] / two[i] : -1
}
unset print

eval numbers
note = step == 1 ? plural(windows, "window") : \
	sprintf("%d windows, one in %d drawn; shares are over all", windows, step)
known(c) = column(c) < 0 ? NaN : column(c)
when(c, calm) = column(c) < 0 || column(5) != calm ? NaN : column(c)
panels = (canaries > 0) + (judged > 0) + (lines > 0)
at_panel = 1
legend_width = 150
eval open(960, 150 + 230 * panels, "The machine's state over the run")
legend_here = 'set key at screen from_left(width - legend_width + 16), screen ' \
	.'from_top(margin_top + (at_panel - 1) * (panel_height(panels) + gap_y)) ' \
	.'left top Left reverse samplen 1 font small'
set multiplot
set pointsize 0.35
set xrange [0:seconds > 0 ? seconds * 1.01 : 1]
set xlabel "time since the first window (s)"
if (canaries > 0) {
	eval panel(at_panel, panels, 1, 1)
	eval legend_here
	set ylabel "canary: adds per chain cycle"
	# A chain that was interrupted makes a reading of hundreds: it must not flatten the others.
	stats $ROWS using ($2 > 0 ? $2 : NaN) nooutput name "CANARY"
	set yrange [0:2 * CANARY_up_quartile]
	plot $ROWS using 1:(when(2, 0)) with points pointtype 7 linecolor rgb 0xBBBBBB \
		title judged > 0 ? "role 0, not calm" : "", \
		$ROWS using 1:(when(3, 0)) with points pointtype 6 linecolor rgb 0x999999 \
		title judged > 0 ? "role 1, not calm" : "", \
		$ROWS using 1:(when(2, 1)) with points pointtype 7 linecolor rgb 0x0072B2 \
		title judged > 0 ? "role 0, calm" : "role 0", \
		$ROWS using 1:(when(3, 1)) with points pointtype 6 linecolor rgb 0xD55E00 \
		title judged > 0 ? "role 1, calm" : "role 1"
	eval drop_texts
	at_panel = at_panel + 1
}
if (judged > 0) {
	eval panel(at_panel, panels, 1, 1)
	eval legend_here
	set ylabel "windows that were calm (%)"
	set yrange [-3:103]
	set pointsize 0.7
	plot $SHARES using 1:(known(2)) with points pointtype 7 linecolor rgb 0x0072B2 \
		title "one role", \
		$SHARES using 1:(known(3)) with points pointtype 6 linecolor rgb 0xD55E00 \
		title "two roles"
	eval drop_texts
	set pointsize 0.35
	at_panel = at_panel + 1
}
if (lines > 0) {
	eval panel(at_panel, panels, 1, 1)
	eval legend_here
	set ylabel "cache line, one way"
	eval log_axis("y", "s")
	plot for [k = 1:words(relations)] $ROWS using 1:(column(6) == k ? known(4) : NaN) \
		with points pointtype 7 linecolor rgb relation_colour(word(relations, k)), \
		for [k = 1:words(relations)] keyentry with points pointtype 7 \
		linecolor rgb relation_colour(word(relations, k)) title word(relations, k)
	eval drop_texts
}
unset multiplot
