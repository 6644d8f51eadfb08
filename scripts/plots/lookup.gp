# SPDX-License-Identifier: MIT
#
# What finding shared memory by its name costs, by how many other segments there are; shaded: the
# interval of the median. A panel for each call.
# gnuplot -c scripts/plots/lookup.gp RUN_DIR [OUT [TERMINAL]]

NAME = "lookup"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

calls = "find find-attach stat info"
wanted(x) = strcol("benchmark") eq "lookup" && find(calls, strcol("metric"))
eval survey("summary.csv")
varying = without("segments", varying)

# No other segment has a place of its own on a logarithmic axis.
least = 1e300; most = 0
at(n) = n < 1 ? 0.5 : n
see_segments(x) = kept == 0 ? NaN : (there = column("segments"), \
	there > most ? (most = there) : 0, at(there) < least ? (least = at(there)) : 0, \
	at(there))
metric_number(x) = find(calls, strcol("metric"))
set table $ROWS
plot "summary.csv" using (keep(0)):(see_segments(0)):(seen(1e-9 * column("median"))): \
	(seen(1e-9 * end("ci_low", "median"))):(seen(1e-9 * end("ci_high", "median"))): \
	(metric_number(0)) with table if (kept)
unset table
if (series == 0) { eval say_nothing("no lookup row with a value") }
load PLOTS."sorted.gp"

eval numbers
note = left_out_text(0)
eval legend_room
eval open(960, 660, "Finding shared memory by its name: time per call")
set multiplot
unset key
of(m, c) = column(1) == n && column(6) == m ? column(c) : NaN
do for [m = 1:4] {
	eval panel((m + 1) / 2, 2, 2 - m % 2, 2)
	set logscale x
	set xrange [least / 1.6:(most > 1 ? most : 1) * 1.6]
	set xtics ("0" 0.5, "1" 1, "10" 10, "100" 100, "1000" 1000, "4000" 4000, "10000" 10000)
	set xlabel "other segments"
	eval log_axis("y", "s")
	set title word(calls, m)
	if (m == 2) { eval legend } else { unset key }
	plot for [n = 1:series] $SORTED using 2:(of(m, 4)):(of(m, 5)) \
		with filledcurves linecolor rgb colour(name[n]), \
		for [n = 1:series] $SORTED using 2:(of(m, 3)) with linespoints @line_and_points \
		title shown(name[n])
	eval drop_texts
}
unset multiplot
