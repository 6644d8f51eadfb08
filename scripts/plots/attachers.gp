# SPDX-License-Identifier: MIT
#
# One segment and many processes that attach it: what all their page tables take, and what one
# process more pays to map the segment and to detach it. Dashed: the size of the segment itself.
# gnuplot -c scripts/plots/attachers.gp RUN_DIR [OUT [TERMINAL]]

NAME = "attachers"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

shown_metrics = "total-tables map detach"
wanted(x) = strcol("benchmark") eq "attachers" && find(shown_metrics, strcol("metric"))
usable(x) = strcol("status") eq "ok" && strcol("median") ne "" && column("median") > 0
eval survey("summary.csv")
varying = without("processes", varying)

crowds = ""; least = 1e300; most = 0; segment = 0
bytes_low = 1e300; bytes_high = -1e300
see_processes(x) = kept == 0 ? NaN : (crowd = column("processes"), \
	crowds = joined(crowds, strcol("processes")), segment = column("size_bytes"), \
	crowd > most ? (most = crowd) : 0, crowd < least ? (least = crowd) : 0, crowd)
see_bytes(v) = (v < bytes_low ? (bytes_low = v) : 0, v > bytes_high ? (bytes_high = v) : 0, v)
metric_number(x) = find(shown_metrics, strcol("metric"))
reading(v) = kept == 0 ? NaN : metric_number(0) == 1 ? see_bytes(v) : span(1e-9 * v)
set table $ROWS
plot "summary.csv" using (keep(0)):(see_processes(0)):(reading(column("median"))): \
	(reading(end("ci_low", "median"))):(reading(end("ci_high", "median"))): \
	(metric_number(0)) with table if (kept)
unset table
if (series == 0) { eval say_nothing("no attachers row with a value") }
load PLOTS."sorted.gp"

eval numbers
note = left_out_text(0)
eval legend_room
eval open(1180, 440, "One segment, many attachers")
set multiplot
unset key
time_low = low; time_high = high
crowd_ticks(i) = i > words(crowds) ? "" : (i > 1 ? ", " : "").'"'.word(crowds, i).'" ' \
	.word(crowds, i).crowd_ticks(i + 1)
of(m, c) = column(1) == n && column(6) == m ? column(c) : NaN
do for [m = 1:3] {
	eval panel(1, 1, m, 3)
	set logscale x
	set xrange [least / 1.6:most * 1.6]
	eval "set xtics (".crowd_ticks(1).")"
	set xlabel "processes that have it attached"
	if (m == 1) {
		low = bytes_low < segment ? bytes_low : segment
		high = bytes_high > segment ? bytes_high : segment
		eval log_axis("y", "B")
		set title "page tables of all"
	} else {
		low = time_low; high = time_high
		eval log_axis("y", "s")
		set title word(shown_metrics, m)." by one more"
	}
	if (m == 3) { eval legend } else { unset key }
	plot for [n = 1:series] $SORTED using 2:(of(m, 4)):(of(m, 5)) \
		with filledcurves linecolor rgb colour(name[n]), \
		for [n = 1:series] $SORTED using 2:(of(m, 3)) with linespoints @line_and_points \
		title shown(name[n]), \
		(m == 1 ? segment : NaN) with lines linecolor rgb 0x666666 dashtype 2
	eval drop_texts
}
unset multiplot
