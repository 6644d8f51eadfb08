# SPDX-License-Identifier: MIT
#
# How long a cache line takes one way between every two CPUs that were measured, by their OS
# indexes. A pair that was measured one way round is drawn on both sides of the diagonal.
# gnuplot -c scripts/plots/matrix.gp RUN_DIR [OUT [TERMINAL]]

NAME = "matrix"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

# In a guest a pair has a row for each relation that it had, and one over all of them.
whole(r) = r eq "all" || !is_class(r)
of_cpus(p) = p[1:6] eq "pu:os:" && strstrt(p, "+pu:os:") > 0
wanted(x) = strcol("benchmark") eq "matrix" && strcol("metric") eq "cache-line" \
	&& strcol("status") eq "ok" && strcol("median_all") ne "" && whole(strcol("relation")) \
	&& of_cpus(strcol("place"))
first(p) = real(p[7:strstrt(p, "+") - 1])
second(p) = real(p[strstrt(p, "+") + 7:])
rows = 0; lowest = 1e9; highest = -1; few = ""
pair(a, b) = sprintf("%d-%d", a, b)
# Looked up only where there is room for numbers.
see_pair(p) = rows > 200 ? 0 : (few = joined(few, pair(first(p), second(p))), 0)
see_cpu(c) = (c < lowest ? (lowest = c) : 0, c > highest ? (highest = c) : 0, c)
take(x) = (kept = wanted(0)) ? (rows = rows + 1, see_pair(strcol("place")), see_cpu(first(strcol("place")))) : NaN
set table $ROWS
plot "summary.csv" using (take(0)):(kept ? see_cpu(second(strcol("place"))) : NaN): \
	(kept ? span(1e-9 * column("median_all")) : NaN) with table if (kept)
unset table
if (rows == 0) { eval say_nothing("no row of the matrix with a value") }

eval numbers
mixture = 1
legend_width = 130
eval open(760, 720, "One way of a cache line between two CPUs")
set lmargin at screen from_left(70); set rmargin at screen from_left(width - legend_width)
set tmargin at screen from_top(margin_top); set bmargin at screen from_top(height - margin_bottom)
unset grid
set palette defined (0 "#440154", 1 "#3B528B", 2 "#21918C", 3 "#5EC962", 4 "#FDE725")
eval log_axis("cb", "s")
set xrange [lowest - 0.5:highest + 0.5]
set yrange [highest + 0.5:lowest - 0.5]
step = int((highest - lowest) / 16) + 1
set xtics step; set ytics step
set xlabel "CPU of the role that reads the clock"; set ylabel "CPU of the other"
# Where there is room for numbers, and where there are no colours.
numbered = TERM eq "dumb" || (highest - lowest < 12 && rows <= 200)
number_text(x) = sprintf("%.3g", 1e9 * column(3))
set style fill solid 1 noborder
# First the mirrored ones, so that what was measured both ways round is drawn as measured.
if (rows <= 3000 || TERM eq "dumb") {
	plot $ROWS using 2:1:(0.5):(0.5):3 with boxxyerror fillcolor palette, \
		$ROWS using 1:2:(0.5):(0.5):3 with boxxyerror fillcolor palette, \
		$ROWS using 1:2:(numbered ? number_text(0) : "") with labels textcolor rgb "#D55E00" font small, \
		$ROWS using 2:1:(numbered && !find(few, pair(column(2), column(1))) ? number_text(0) : "") \
		with labels textcolor rgb "#D55E00" font small
} else {
	# A box for each would be 10 MB of 192 CPUs: an image, of several dots a pair, since viewers blur it.
	# It needs a value everywhere; white boxes lie over what was not measured, first of all the diagonal.
	n = int(highest - lowest) + 1
	dots = 2
	least = 1e9
	array line[n * n]
	do for [i = 1:n * n] { line[i] = 0 }
	put(x, y) = (line[(y - lowest) * n + x - lowest + 1] = column(3), \
		least = column(3) < least ? column(3) : least, 0)
	set table $NOTHING
	plot $ROWS using (put(int(column(2)), int(column(1)))) with table if (0), \
		$ROWS using (put(int(column(1)), int(column(2)))) with table if (0)
	unset table
	set print $ABSENT
	do for [i = 1:n * n] {
		if (line[i] == 0) { print sprintf("%d %d", lowest + (i - 1) % n, lowest + (i - 1) / n); line[i] = least }
	}
	unset print
	at(x, y) = line[(int(y + 0.5) - lowest) * n + int(x + 0.5) - lowest + 1]
	set samples n * dots
	set isosamples n * dots
	edge = 0.5 - 0.5 / dots
	plot sample [u=lowest - edge:highest + edge] [v=lowest - edge:highest + edge] \
		"++" using 1:2:(at(column(1), column(2))) with image, \
		$ABSENT using 1:2:(0.5):(0.5) with boxxyerror fillcolor rgb "white"
}
