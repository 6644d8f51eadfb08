# SPDX-License-Identifier: MIT
#
# What a ring's ways of waiting cost: the round trip, and beside it the CPU time and the context
# switches that it takes from each side. Spinning buys the first with the second.
# gnuplot -c scripts/plots/wait-strategies.gp RUN_DIR [OUT [TERMINAL]]

NAME = "wait-strategies"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

metrics = "rtt producer-busy consumer-busy"
counts = "none producer-switches consumer-switches" # at the right edge of the panels
panel_texts = '"round trip" "who asks: CPU time per trip" "who answers: CPU time per trip"'
is_time(x) = find(metrics, strcol("metric"))
wanted(x) = strcol("benchmark") eq "latency" && !in_matrix(0) && strcol("wait") ne "" \
	&& strcol("offered_rate") eq "" && (is_time(0) || find(counts, strcol("metric")))
eval choose
eval survey("summary.csv")
if (!find(varying, "wait")) { eval say_nothing("fewer than two ways of waiting") }

scale(x) = is_time(0) ? 1e-9 : 1
seen(v) = kept && is_time(0) ? span(v) : v
set table $ROWS
plot "summary.csv" using (keep(0)):(seen(scale(0) * column("median"))): \
	(seen(scale(0) * end("ci_low", "median"))):(seen(scale(0) * end("ci_high", "median"))): \
	(find(metrics, strcol("metric"))):(find(counts, strcol("metric"))) with table if (kept)
unset table
if (series == 0) { eval say_nothing("no round trip with a value") }

eval numbers
note = left_out_text(0)
eval measure_names
margin_left = 30 + names_width; legend_width = 40; gap_x = 30; margin_bottom = 116
eval open(1100, 200 + 21 * series, "Ways of waiting: round trip and CPU time")
# Room for the number at the right of each point, and for the switches at the edge.
high = high * (high / low) ** 0.4 * 2.5
set multiplot
set yrange [series + 0.6:0.4]
row_ticks(n) = n > series ? "" : (n > 1 ? ", " : "").'"'.shown(name[n]).'" '.n.row_ticks(n + 1)
blank_ticks(n) = n > series ? "" : (n > 1 ? ", " : "").'"" '.n.blank_ticks(n + 1)
of(m, c) = column(5) == m ? column(c) : NaN
eval log_axis("x", "s")
set xtics rotate by -40
set xlabel offset 0, -0.6
do for [m = 1:3] {
	eval panel(1, 1, m, 3)
	eval "set ytics (".(m == 1 ? row_ticks(1) : blank_ticks(1)).")"
	set xlabel word(panel_texts, m).(m == 1 ? "" : "\nat the right: context switches")
	plot for [n = 1:series] $ROWS using (column(1) == n ? of(m, 2) : NaN):1:(of(m, 3)):(of(m, 4)) \
		with xerrorbars linecolor rgb colour(name[n]) pointtype point(name[n]) linewidth 1.5, \
		$ROWS using (of(m, 2)):1:(human(column(2), "s")) with labels left offset 0.8, 0 font small, \
		$ROWS using (column(6) == m ? high * 1.2 : NaN):1:(human(column(2), "")) \
		with labels right offset -0.3, 0 font small
	eval drop_texts
}
unset multiplot
