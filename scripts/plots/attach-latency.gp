# SPDX-License-Identifier: MIT
#
# What attaching and detaching cost, by size and region; shaded: the interval of the median.
# A column of panels for fresh objects, and one for those whose pages exist.
# gnuplot -c scripts/plots/attach-latency.gp RUN_DIR [OUT [TERMINAL]]

NAME = "attach-latency"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

wanted(x) = strcol("benchmark") eq "attach" && find("attach detach", strcol("metric"))
eval survey("summary.csv")
# Size is the x axis, state the panel; neither belongs into a series' name.
varying = without("state", without("size_bytes", varying))

# A panel for every metric and state that there is.
metrics = ""
states = ""
sizes = ""
metric_number(x) = kept == 0 ? NaN : \
	(metrics = joined(metrics, strcol("metric")), find(metrics, strcol("metric")))
state_number(x) = kept == 0 ? NaN : \
	(states = joined(states, strcol("state")), find(states, strcol("state")))
see_size(x) = kept == 0 ? NaN : (sizes = joined(sizes, strcol("size_bytes")), column("size_bytes"))
set table $ROWS
plot "summary.csv" using (keep(0)):(see_size(0)):(seen(1e-9 * column("median"))): \
	(seen(1e-9 * end("ci_low", "median"))):(seen(1e-9 * end("ci_high", "median"))): \
	(metric_number(0)):(state_number(0)) with table if (kept)
unset table
if (series == 0) { eval say_nothing("no attach or detach row with a value") }
load PLOTS."sorted.gp"

eval numbers
note = left_out_text(0)
eval legend_room
eval open(960, 130 + 275 * words(metrics), "Attach and detach: time per call")
set multiplot
eval size_axis
set xlabel "size of the region (bytes)"
set ylabel "time per call"
eval log_axis("y", "s")
do for [m = 1:words(metrics)] {
	do for [s = 1:words(states)] {
		eval panel(m, words(metrics), s, words(states))
		set title word(metrics, m).", ".word(states, s)
		if (m == 1 && s == 1) { eval legend } else { unset key }
		of(n, c) = column(1) == n && column(6) == m && column(7) == s ? column(c) : NaN
		plot for [n = 1:series] $SORTED using 2:(of(n, 4)):(of(n, 5)) \
			with filledcurves linecolor rgb colour(name[n]), \
			for [n = 1:series] $SORTED using 2:(of(n, 3)) with linespoints @line_and_points, \
			for [n = 1:series] keyentry with linespoints @line_and_points \
			title shown(name[n])
		eval drop_texts
	}
}
unset multiplot
