# SPDX-License-Identifier: MIT
#
# Many at once: what all processes (or pairs) do together in a second. Dotted: what it would be if
# each did as much as one does alone.
# gnuplot -c scripts/plots/crowds.gp RUN_DIR [OUT [TERMINAL]]

NAME = "crowds"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

metrics = "attach-one-rate attach-own-rate touch-rate pair-rate"
panel_texts = '"attaches of one object" "attaches, each its own object" ' \
	.'"first touches of pages, each its part" "messages of pairs"'

# Parts differ in their axes: each has names and ranges of its own.
m = 1
wanted(x) = strcol("benchmark") eq "crowd" && strcol("metric") eq word(metrics, m)
usable(x) = strcol("status") eq "ok" && strcol("median") ne "" && column("median") > 0
crowds = ""; least = 1e300; most = 0
array lows[4]; array highs[4]; array said[4]; array here[4]
array alone[4 * |name|]
do for [i = 1:|alone|] { alone[i] = NaN }
see_processes(x) = kept == 0 ? NaN : (crowd = column("processes"), \
	crowds = joined(crowds, strcol("processes")), \
	crowd > most ? (most = crowd) : 0, crowd < least ? (least = crowd) : 0, crowd)
see_rate(v) = kept == 0 ? NaN : (here[m] = joined(here[m], sprintf("%d", number(0))), column("processes") == 1 ? (alone[4 * number(0) + m - 4] = v) : 0, \
	span(v))
do for [m = 1:words(metrics)] {
	low = 1e300; high = -1e300; here[m] = ""
	eval choose
	eval survey("summary.csv")
	varying = without("processes", varying)
	said[m] = fixed.relation_text(0)
	# Gnuplot complains of a table without rows.
	rows = 0
	set table $NOTHING
	plot "summary.csv" using (drawable(0) ? (rows = rows + 1) : 0) with table if (0)
	unset table
	if (rows == 0) { continue }
	set table $ROWS append
	plot "summary.csv" using (keep(0)):(see_processes(0)):(see_rate(column("median"))): \
		(seen(end("ci_low", "median"))):(seen(end("ci_high", "median"))):(m) with table if (kept)
	unset table
	lows[m] = low; highs[m] = high
}
if (series == 0) { eval say_nothing("no crowd row with a value") }
load PLOTS."sorted.gp"

eval numbers
fixed = ""; relation = ""
note = left_out_text(0)
eval legend_room
margin_bottom = 80
eval open(1060, 760, "Many at once: rates together")
set multiplot
first = 0
crowd_ticks(i) = i > words(crowds) ? "" : (i > 1 ? ", " : "").'"'.word(crowds, i).'" ' \
	.word(crowds, i).crowd_ticks(i + 1)
# A series is in the panels whose rows it has; its name is in the legend all the same.
elsewhere(m, n) = find(here[m], sprintf("%d", n)) ? "" : shown(name[n])
of(m, n, c) = column(1) == n && column(6) == m ? column(c) : NaN
of_series = "linecolor rgb colour(name[int(s)]) dashtype dash(int(s)) linewidth 1.5 " \
	."pointtype point(name[int(s)])"
of_elsewhere = "linecolor rgb colour(name[n]) dashtype dash(n) linewidth 1.5 pointtype point(name[n])"
ideal(m, n, x) = alone[4 * n + m - 4] * x
do for [m = 1:words(metrics)] {
	if (here[m] eq "") { continue }
	eval panel(m < 3 ? 1 : 2, 2, m % 2 ? 1 : 2, 2)
	set logscale x 2
	set xrange [least / 1.2:most * 1.2]
	eval "set xtics (".crowd_ticks(1).")"
	set xlabel m == 4 ? "pairs" : "processes"
	low = lows[m]; high = highs[m]
	# As far up as the ideal lines go.
	do for [s in here[m]] {
		if (ideal(m, int(s), most) > high) { high = ideal(m, int(s), most) }
	}
	eval log_axis("y", "/s")
	set title word(panel_texts, m).(said[m] eq "" ? "" : ": ".said[m])
	if (first == 0) { eval legend; first = m } else { unset key }
	plot for [s in here[m]] $SORTED using 2:(of(m, int(s), 4)):(of(m, int(s), 5)) \
		with filledcurves linecolor rgb colour(name[int(s)]), \
		for [s in here[m]] ideal(m, int(s), x) with lines \
		linecolor rgb colour(name[int(s)]) dashtype 3, \
		for [s in here[m]] $SORTED using 2:(of(m, int(s), 3)) with linespoints @of_series \
		title shown(name[int(s)]), \
		for [n = 1:series] keyentry with linespoints @of_elsewhere title elsewhere(m, n)
	eval drop_texts
}
unset multiplot
