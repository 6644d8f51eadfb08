# SPDX-License-Identifier: MIT
#
# What it costs to bring a page in, by every way there is, and beside it what a write to it costs
# after that: a way that is cheap and leaves the faults for later has not populated.
# gnuplot -c scripts/plots/populate.gp RUN_DIR [OUT [TERMINAL]]

NAME = "populate"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

wanted(x) = strcol("benchmark") eq "populate" && find("populate after", strcol("metric"))
eval survey("summary.csv")

metric_number(x) = find("populate after", strcol("metric"))
scale(x) = 1e-9
left_low = 1e300; left_high = -1e300
see_left(v) = (v < left_low ? (left_low = v) : 0, v > left_high ? (left_high = v) : 0, v)
seen(v) = kept == 0 ? v : strcol("metric") eq "populate" ? span(v) : see_left(v)
set table $ROWS
plot "summary.csv" using (keep(0)):(seen(scale(0) * column("median"))): \
	(seen(scale(0) * end("ci_low", "median"))): \
	(seen(scale(0) * end("ci_high", "median"))):(metric_number(0)) \
	with table if (kept)
unset table
if (series == 0) { eval say_nothing("no populate row with a value") }

eval numbers
note = left_out_text(0)
eval measure_names
margin_left = 30 + names_width; legend_width = 40; gap_x = 30
eval open(960, 170 + 21 * series, "Populating: time per page, and what is left to do")
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
	set xtics rotate by -40
	if (m == 1) {
		eval log_axis("x", "s")
		set xlabel "time per page"
	} else {
		eval "set ytics (".blank_ticks(1).")"
		low = left_low; high = left_high * 1.6
		eval log_axis("x", "s")
		set xlabel "time per page of writing to all after it"
	}
	plot for [n = 1:series] $ROWS using (column(1) == n ? of(m, 2) : NaN):1:(of(m, 3)):(of(m, 4)) \
		with xerrorbars linecolor rgb colour(name[n]) pointtype point(name[n]) linewidth 1.5, \
		$ROWS using (of(m, 2)):1:(human(column(2), "s")) with labels left offset 0.8, 0 font small
	eval drop_texts
}
unset multiplot
