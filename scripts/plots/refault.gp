# SPDX-License-Identifier: MIT
#
# What it costs to touch again what exists and is not mapped here: in a child after fork, after
# MADV_DONTNEED, and by a write after a read; beside each the faults per page that it took.
# gnuplot -c scripts/plots/refault.gp RUN_DIR [OUT [TERMINAL]]

NAME = "refault"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

times = "fork refault upgrade"
counts = "fork-faults refault-faults upgrade-faults"
panel_texts = '"touched by a child after fork" "after MADV_DONTNEED" "written after a read"'
is_time(x) = find(times, strcol("metric"))
wanted(x) = strcol("benchmark") eq "refault" && (is_time(0) || find(counts, strcol("metric")))
# A write after a read is no read: those rows are absent, not left out.
upgrade_of_read(x) = strcol("access") eq "read" && strcol("metric")[1:7] eq "upgrade"
eval survey("summary.csv")
wanted(x) = strcol("benchmark") eq "refault" && !upgrade_of_read(0) \
	&& (is_time(0) || find(counts, strcol("metric")))

scale(x) = is_time(0) ? 1e-9 : 1
seen(v) = kept && is_time(0) ? span(v) : v
set table $ROWS
plot "summary.csv" using (keep(0)):(seen(scale(0) * column("median"))): \
	(seen(scale(0) * end("ci_low", "median"))):(seen(scale(0) * end("ci_high", "median"))): \
	(find(times, strcol("metric"))):(find(counts, strcol("metric"))) with table if (kept)
unset table
if (series == 0) { eval say_nothing("no refault row with a value") }

eval numbers
note = left_out_text(0)
eval measure_names
margin_left = 30 + names_width; legend_width = 40; gap_x = 30; margin_bottom = 100
eval open(1100, 200 + 21 * series, "Touching again: time and faults per page")
# Room for the number at the right of each point, and for the faults at the edge.
high = high * (high / low) ** 0.55 * 1.5
set multiplot
set yrange [series + 0.6:0.4]
row_ticks(n) = n > series ? "" : (n > 1 ? ", " : "").'"'.shown(name[n]).'" '.n.row_ticks(n + 1)
blank_ticks(n) = n > series ? "" : (n > 1 ? ", " : "").'"" '.n.blank_ticks(n + 1)
of(m, c) = column(5) == m ? column(c) : NaN
eval log_axis("x", "s")
set xtics rotate by -40
set xlabel "time per page; at the right: faults per page" offset 0, -0.6
do for [m = 1:3] {
	eval panel(1, 1, m, 3)
	eval "set ytics (".(m == 1 ? row_ticks(1) : blank_ticks(1)).")"
	set title word(panel_texts, m)
	plot for [n = 1:series] $ROWS using (column(1) == n ? of(m, 2) : NaN):1:(of(m, 3)):(of(m, 4)) \
		with xerrorbars linecolor rgb colour(name[n]) pointtype point(name[n]) linewidth 1.5, \
		$ROWS using (of(m, 2)):1:(human(column(2), "s")) with labels left offset 0.8, 0 font small, \
		$ROWS using (column(6) == m ? high * 1.2 : NaN):1:(human(column(2), "")) \
		with labels right offset -0.3, 0 font small
	eval drop_texts
}
unset multiplot
