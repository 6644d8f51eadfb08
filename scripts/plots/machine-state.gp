# SPDX-License-Identifier: MIT
#
# The state of the machine while it was measured. Above: the canaries of both roles, which fall when
# a sibling or another guest takes a share of the core. Below: the time of a cache line from one
# role to the other, which jumps when the two virtual CPUs are moved. Neither is what was measured.
# gnuplot -c scripts/plots/machine-state.gp RUN_DIR [OUT [TERMINAL]]

NAME = "machine-state"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

if (!present("windows.csv")) { eval say_nothing(no_rows("windows.csv")) }

# A window has one row per metric, all with the same canaries: the first one counts. Windows of an
# invocation that lie before one already seen are of a further metric.
latest = 0
window = 0
is_new(x) = column("started_ns") <= latest ? 0 : \
	(latest = column("started_ns"), window = window + 1, 1)
started = 0
see_start(x) = started == 0 ? (started = column("started_ns")) : 0
set table $NOTHING
plot "windows.csv" using (is_new(0)):(see_start(0)) with table if (0)
unset table
windows = window

# More points than this make files that browsers draw slowly. The step is prime to the number of
# windows of an invocation, so that not always the same ones are left out.
step = int((windows + 2999) / 3000)
step = step < 2 ? 1 : step % 2 == 0 ? step + 1 : step
step = step % 5 == 0 ? step + 2 : step
latest = 0
window = 0
canaries = 0
lines = 0
take(x) = (kept = is_new(0) && window % step == 0) == 0 ? NaN : \
	(column("started_ns") - started) * 1e-9
# Absent is -1 here: a row with an empty column would be dropped from the table.
see_canary(c) = kept == 0 || strcol(c) eq "" ? -1 : (canaries = canaries + 1, column(c))
see_line(c) = kept == 0 || strcol(c) eq "" ? -1 : (lines = lines + 1, span(1e-9 * column(c)))
set table $ROWS
plot "windows.csv" using (take(0)):(see_canary("role0_canary_before")): \
	(see_canary("role1_canary_before")):(see_line("cache_line_ns_before")) with table if (kept)
unset table
if (canaries + lines == 0) { eval say_nothing("windows.csv has no canary and no cache-line time") }

eval numbers
note = step == 1 ? plural(windows, "window") : \
	sprintf("%d windows, one in %d drawn", windows, step)
known(c) = column(c) < 0 ? NaN : column(c)
panels = (canaries > 0) + (lines > 0)
legend_width = 110
eval open(960, 150 + 230 * panels, "The machine's state over the run")
set multiplot
set pointsize 0.35
set xrange [0:*]
set xlabel "time since the first window (s)"
if (canaries > 0) {
	eval panel(1, panels, 1, 1)
	eval legend
	set ylabel "canary: adds per chain cycle"
	# A chain that was interrupted makes a reading of hundreds: it must not flatten the others.
	stats $ROWS using ($2 > 0 ? $2 : NaN) nooutput name "CANARY"
	set yrange [0:2 * CANARY_up_quartile]
	plot $ROWS using 1:(known(2)) with points pointtype 7 linecolor rgb 0x0072B2 title "role 0", \
		$ROWS using 1:(known(3)) with points pointtype 6 linecolor rgb 0xD55E00 title "role 1"
	eval drop_texts
}
if (lines > 0) {
	eval panel(panels, panels, 1, 1)
	unset key
	set ylabel "cache line, one way"
	eval log_axis("y", "s")
	plot $ROWS using 1:(known(4)) with points pointtype 7 linecolor rgb 0x009E73
}
unset multiplot
