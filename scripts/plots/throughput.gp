# SPDX-License-Identifier: MIT
#
# How fast messages flow, by their size, as messages and as bytes; dashed: what copying in and out
# costs with no channel around it (bounds/copy of the same run).
# gnuplot -c scripts/plots/throughput.gp RUN_DIR [OUT [TERMINAL]]

NAME = "throughput"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

is_flow(x) = strcol("benchmark") eq "throughput" && !in_matrix(0) && find("rate bandwidth", strcol("metric"))
is_bound(x) = strcol("benchmark") eq "bounds" && strcol("metric") eq "copy"
wanted(x) = is_flow(0)
eval choose
eval survey("summary.csv")
varying = without("message_bytes", varying)

# A ring grows with its messages by default: a depth that the message size decides makes no series.
flows = ""; depths = ""
see_depth(x) = !drawable(0) || strcol("depth_bytes") eq "" ? 0 : \
	(flows = joined(flows, strcol("message_bytes")), \
	depths = joined(depths, strcol("message_bytes").":".strcol("depth_bytes")), 0)
set table $DEPTHS
plot "summary.csv" using (is_flow(0) ? see_depth(0) : 0) with table
unset table
left_out = 0; others = 0; contended = 0; drawn = 0
if (words(flows) == words(depths)) { varying = without("depth_bytes", varying) }

metric_number(x) = find("rate bandwidth", strcol("metric"))
sizes = ""
see_size(x) = kept == 0 ? NaN : (sizes = joined(sizes, strcol("message_bytes")), \
	column("message_bytes"))
rate_low = 1e300; rate_high = -1e300
seen(v) = kept == 0 ? NaN : strcol("metric") eq "bandwidth" ? span(v) : \
	(v < rate_low ? (rate_low = v) : 0, v > rate_high ? (rate_high = v) : 0, v)
set table $ROWS
plot "summary.csv" using (keep(0)):(see_size(0)):(seen(column("median"))): \
	(seen(end("ci_low", "median"))):(seen(end("ci_high", "median"))): \
	(metric_number(0)) with table if (kept)
unset table
if (series == 0) { eval say_nothing("no throughput row with a value") }
load PLOTS."sorted.gp"

# The bound may have been taken at one message size or at several.
wanted(x) = is_bound(0)
bounds = 0
flows_left_out = left_out_text(0)
see_rate(v) = v > rate_high ? (rate_high = v) : 0
see_bound(x) = drawable(0) ? (kept = 1, bounds = bounds + 1, \
	strcol("message_bytes") eq "" ? 0 : see_rate(column("median") / column("message_bytes")), \
	span(column("median"))) : (kept = 0)
set table $BOUNDS
plot "summary.csv" using (see_bound(0)):(strcol("message_bytes") eq "" ? 0 \
	: column("message_bytes")) with table if (kept)
unset table

eval numbers
note = flows_left_out
eval legend_room
eval open(960, 440, "Throughput by message size")
set multiplot
unset key
eval size_axis
set xtics rotate by -40
set xlabel "message size (bytes)"
of(m, c) = column(1) == n && column(6) == m ? column(c) : NaN
# A bound without a size holds at every size; of several at one size the largest counts.
bound_at(k, x) = real(word($BOUNDS[k], 2)) == 0 || real(word($BOUNDS[k], 2)) == x ? \
	real(word($BOUNDS[k], 1)) : 0
bound_from(k, x) = k > bounds ? 0 : larger(bound_at(k, x), bound_from(k + 1, x))
larger(a, b) = a > b ? a : b
bound(x) = bound_from(1, x) > 0 ? bound_from(1, x) : NaN
do for [m = 1:2] {
	eval panel(1, 1, m, 2)
	if (m == 1) {
		bytes_low = low; bytes_high = high; low = rate_low; high = rate_high
		eval log_axis("y", "/s")
		set ylabel "messages per second"
	} else {
		low = bytes_low; high = bytes_high
		eval log_axis("y", "B/s")
		set ylabel "bytes per second"
		eval legend
	}
	plot for [n = 1:series] $SORTED using 2:(of(m, 4)):(of(m, 5)) \
		with filledcurves linecolor rgb colour(name[n]), \
		for [n = 1:series] $SORTED using 2:(of(m, 3)) with linespoints @line_and_points \
		title shown(name[n]), \
		$SORTED using 2:(bound(column(2)) / (m == 1 ? column(2) : 1)) \
		with linespoints pointtype 2 linecolor rgb 0x666666 dashtype 2 linewidth 1.5 \
		title bounds ? "copy bound" : ""
	eval drop_texts
}
unset multiplot
unset key
