# SPDX-License-Identifier: MIT
#
# The common part of the figures of a time by message size: a panel for each metric, one scale for
# all times and a linear one for those of `metrics` that are `counts` too. The caller has set
# title_text, `metrics`, `counts`, `panel_texts` (a quoted word each), what to say without a row in
# `nothing_text`, and wanted() for its rows of summary.csv.

eval choose
eval survey("summary.csv")
varying = without("message_bytes", varying)

# A ring grows with its messages by default: a depth that the message size decides makes no series.
varying = without("depth_bytes", varying)

metric_number(x) = find(metrics, strcol("metric"))
sizes = ""
see_size(x) = kept == 0 ? NaN : (sizes = joined(sizes, strcol("message_bytes")), \
	column("message_bytes"))
is_count(metric) = find(counts, metric)
scale(x) = is_count(strcol("metric")) ? 1 : 1e-9
most = 0
seen(v) = !kept ? v : !is_count(strcol("metric")) ? span(v) : (v > most ? (most = v) : 0, v)
set table $ROWS
plot "summary.csv" using (keep(0)):(see_size(0)):(seen(scale(0) * column("median"))): \
	(seen(scale(0) * end("ci_low", "median"))):(seen(scale(0) * end("ci_high", "median"))): \
	(metric_number(0)) with table if (kept)
unset table
if (series == 0) { eval say_nothing(nothing_text) }
load PLOTS."sorted.gp"

eval numbers
note = left_out_text(0)
eval legend_room
panels = words(metrics)
# The legend may be longer than the panels are high: two of its lines are 30 pixels.
tall = 360 + (series > 14 ? 15 * (series - 14) : 0)
eval open(360 * panels + 240, tall, title_text)
set multiplot
unset key
eval size_axis
set xtics rotate by -40
set xlabel "message size (bytes)"
eval log_axis("y", "s")
of(m, c) = column(1) == n && column(6) == m ? column(c) : NaN
do for [m = 1:panels] {
	eval panel(1, 1, m, panels)
	set ylabel word(panel_texts, m)
	if (is_count(word(metrics, m))) {
		unset logscale y
		set yrange [0:most > 0 ? 1.1 * most : 1]
		set ytics autofreq
	}
	if (m == panels) { eval legend }
	plot for [n = 1:series] $SORTED using 2:(of(m, 4)):(of(m, 5)) \
		with filledcurves linecolor rgb colour(name[n]), \
		for [n = 1:series] $SORTED using 2:(of(m, 3)) with linespoints @line_and_points \
		title shown(name[n])
	eval drop_texts
}
unset multiplot
unset key
