# SPDX-License-Identifier: MIT
#
# What larger pages change: the first touch of as many bytes, the faults that it takes, and attaching
# and detaching. Of a mechanism only what was measured with several kinds of page, the rest alike.
# gnuplot -c scripts/plots/page-kinds.gp RUN_DIR [OUT [TERMINAL]]

NAME = "page-kinds"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

kinds = "base thp 2m 1g"
metrics = "sweep faults attach detach"
is_touch(x) = strcol("benchmark") eq "first-touch" && find("sweep faults", strcol("metric"))
is_attach(x) = strcol("benchmark") eq "attach" && find("attach detach", strcol("metric"))
wanted(x) = find(kinds, strcol("page")) && (is_touch(0) || is_attach(0))
eval survey("summary.csv")
if (!find(varying, "page")) { eval say_nothing("fewer than two kinds of page") }
varying = without("page", varying)

# How large base pages are depends on the machine.
array bytes[4] = [4096, 2097152, 2097152, 1073741824]
see_bytes(x) = wanted(0) && strcol("page_bytes") ne "" && strcol("status") eq "ok" ? \
	(bytes[find(kinds, strcol("page"))] = column("page_bytes")) : 0
if (present("invocations.csv")) {
	set table $NOTHING
	plot "invocations.csv" using (see_bytes(0)) with table if (0)
	unset table
}

# A series is drawn where it has a value for two kinds in one of the metrics.
array kinds_of[8000]
do for [i = 1:|kinds_of|] { kinds_of[i] = "" }
slot(n) = 4 * (n - 1) + find(metrics, strcol("metric"))
see_kind(n) = (kinds_of[slot(n)] = joined(kinds_of[slot(n)], strcol("page")))
set table $NOTHING
plot "summary.csv" using (drawable(0) ? (see_kind(number(0)), 0) : 0) with table if (0)
unset table
several(n) = words(kinds_of[slot(n)]) > 1
array counted[2000]
do for [n = 1:series] { counted[n] = 0 }
compared = 0
left_out = 0; contended = 0; drawn = 0
take(x) = drawable(0) && several(number(0)) ? (kept = 1, counted[number(0)] = 1, compared = 1, number(0)) \
	: (kept = 0, NaN)
page_size(x) = bytes[find(kinds, strcol("page"))]
# Of first touch the time of 4 KiB and the faults of 1 MiB, whatever the page.
scale(x) = strcol("metric") eq "sweep" ? 1e-9 * 4096 / page_size(0) \
	: strcol("metric") eq "faults" ? 1048576.0 / page_size(0) : 1e-9
set table $ROWS
plot "summary.csv" using (take(0)):(kept ? find(kinds, strcol("page")) : NaN): \
	(scale(0) * column("median")):(scale(0) * end("ci_low", "median")): \
	(scale(0) * end("ci_high", "median")):(find(metrics, strcol("metric"))) with table if (kept)
unset table
if (!compared) { eval say_nothing("nothing was measured with two kinds of page") }
load PLOTS."sorted.gp"

eval numbers
note = left_out_text(0)
eval legend_room
eval open(1000, 640, "Kinds of page")
# Times in panels 1, 4 and 5; the second panel is the first one as a rate.
panel_texts = '"first touch: time per 4 KiB" "first touch: bytes per second" ' \
	.'"first touch: faults per MiB" "attach" "detach"'
panel_metrics = "1 1 2 3 4"
panel_units = "s B/s none s s"
unit_of(p) = word(panel_units, p) eq "none" ? "" : word(panel_units, p)
as_rate(p, v) = p == 2 ? 4096 / v : v
of(p, c) = column(1) == n && column(6) == int(word(panel_metrics, p)) ? as_rate(p, column(c)) : NaN
set multiplot
unset key
set xrange [0.6:4.4]
set xtics ("base" 1, "thp" 2, "2m" 3, "1g" 4)
legend_at = 1
do for [p = 1:5] {
	low = 1e300; high = -1e300
	do for [i = 1:|$SORTED|] {
		if (int(word($SORTED[i], 6)) == int(word(panel_metrics, p))) {
			do for [c = 3:5] { reached = span(as_rate(p, real(pointed(word($SORTED[i], c))))) }
		}
	}
	# Benchmarks that were not run have no panel.
	if (low <= high) {
		eval panel(p < 4 ? 1 : 2, 2, p < 4 ? p : p - 3, 3)
		eval log_axis("y", unit_of(p))
		set title word(panel_texts, p)
		if (legend_at) { eval legend } else { unset key }
		plot for [n = 1:series] $SORTED using 2:(of(p, 4)):(of(p, 5)) \
			with filledcurves linecolor rgb colour(name[n]), \
			for [n = 1:series] $SORTED using 2:(of(p, 3)) with linespoints @line_and_points, \
			for [n = 1:series] keyentry with linespoints @line_and_points \
			title counted[n] ? shown(name[n]) : ""
		legend_at = 0
		eval drop_texts
	}
}
unset multiplot
