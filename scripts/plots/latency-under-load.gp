# SPDX-License-Identifier: MIT
#
# What a message takes at the rate at which messages are offered: lines with points from when it was
# due (response), dotted from when it was really sent (service). Where the two part, messages wait
# for others that are late.
# gnuplot -c scripts/plots/latency-under-load.gp RUN_DIR [OUT [TERMINAL]]

NAME = "latency-under-load"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

if (!present("profile.csv")) { eval say_nothing(no_rows("profile.csv")) }
# Looked at first: a file from before there were such rows does not have all columns either.
if (int(system("grep -cE ',offered_rate,[0-9]' profile.csv")) == 0) {
	eval say_nothing("profile.csv has no row by offered rate")
}
wanted(x) = strcol("index_kind") eq "offered_rate" && find("response service", strcol("metric"))
usable(x) = strcol("median") ne ""
eval survey("profile.csv")
varying = without("offered_rate", varying)

rate_low = 1e300; rate_high = -1e300
see_rate(v) = kept == 0 ? NaN : \
	(v < rate_low ? (rate_low = v) : 0, v > rate_high ? (rate_high = v) : 0, v)
set table $ROWS
plot "profile.csv" using (keep(0)):(see_rate(column("index"))):(seen(1e-9 * column("median"))): \
	(seen(1e-9 * end("p99", "median"))):(find("response service", strcol("metric"))) \
	with table if (kept)
unset table
if (series == 0) { eval say_nothing("profile.csv has no row by offered rate") }
load PLOTS."sorted.gp"

eval numbers
note = left_out_text(0)
eval legend_room
eval open(960, 440, "Latency under load: response (points) and service (dotted)")
set multiplot
unset key
time_low = low; time_high = high
of(m, c) = column(1) == n && column(5) == m ? column(c) : NaN
do for [p = 1:2] {
	eval panel(1, 1, p, 2)
	low = rate_low; high = rate_high
	eval log_axis("x", "/s")
	set xtics rotate by -40
	set xlabel "messages offered per second"
	low = time_low; high = time_high
	eval log_axis("y", "s")
	set ylabel word("median p99", p)." of a message, one way"
	if (p == 2) { eval legend }
	plot for [n = 1:series] $SORTED using 2:(of(1, p + 2)) with linespoints @line_and_points \
		title shown(name[n]), \
		for [n = 1:series] $SORTED using 2:(of(2, p + 2)) with lines \
		linecolor rgb colour(name[n]) dashtype 3 linewidth 1.5
	eval drop_texts
}
unset multiplot
