# SPDX-License-Identifier: MIT
#
# What the first touch of a page costs, and beside it how many page faults it took: the second
# explains the first. A mechanism with fault-around maps several pages in one fault.
# gnuplot -c scripts/plots/first-touch.gp RUN_DIR [OUT [TERMINAL]]

NAME = "first-touch"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

wanted(x) = strcol("benchmark") eq "first-touch" && find("sweep faults", strcol("metric"))
eval survey("summary.csv")

metric_number(x) = find("sweep faults", strcol("metric"))
scale(x) = strcol("metric") eq "sweep" ? 1e-9 : 1
seen(v) = kept && strcol("metric") eq "sweep" ? span(v) : v
set table $ROWS
plot "summary.csv" using (keep(0)):(seen(scale(0) * column("median"))): \
	(seen(scale(0) * end("ci_low", "median"))): \
	(seen(scale(0) * end("ci_high", "median"))):(metric_number(0)) \
	with table if (kept)
unset table
if (series == 0) { eval say_nothing("no first-touch row with a value") }

eval numbers
note = left_out_text(0)
eval measure_names
margin_left = 30 + names_width; legend_width = 40; gap_x = 30
eval open(960, 170 + 21 * series, "First touch: time and faults per page")
# Room for the number at the right of each point.
high = high * 1.6
set multiplot
set yrange [series + 0.6:0.4]
row_ticks(n) = n > series ? "" : (n > 1 ? ", " : "").'"'.shown(name[n]).'" '.n.row_ticks(n + 1)
eval "set ytics (".row_ticks(1).")"
blank_ticks(n) = n > series ? "" : (n > 1 ? ", " : "").'"" '.n.blank_ticks(n + 1)
of(m, c) = column(5) == m ? column(c) : NaN
do for [m = 1:2] {
	eval panel(1, 1, m, 2)
	if (m == 1) {
		eval log_axis("x", "s")
		set xlabel "time per page"
	} else {
		eval "set ytics (".blank_ticks(1).")"
		unset logscale x
		set xrange [0:*]
		set xtics autofreq
		set xlabel "minor faults per page"
		set offsets 0, graph 0.25, 0, 0
	}
	plot for [n = 1:series] $ROWS using (column(1) == n ? of(m, 2) : NaN):1:(of(m, 3)):(of(m, 4)) \
		with xerrorbars linecolor rgb colour(name[n]) pointtype point(name[n]) linewidth 1.5, \
		$ROWS using (of(m, 2)):1:(m == 1 ? human(column(2), "s") \
		: human(column(2), "")) with labels left offset 0.8, 0 font small
	eval drop_texts
}
unset multiplot
