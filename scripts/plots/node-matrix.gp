# SPDX-License-Identifier: MIT
#
# What a message and a round trip take by the memory nodes of producer, consumer and memory:
# `--place node-pairs --node each`. A panel for each node that the memory was on, one where the kernel
# has it (pipes); rows are where the producer ran, columns where the consumer did. Every benchmark,
# mechanism and message size has panels and a colour scale of its own.
# gnuplot -c scripts/plots/node-matrix.gp RUN_DIR [OUT [TERMINAL]]

NAME = "node-matrix"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

# In a guest a pair has a row for each relation that it had, and one over all of them.
whole(r) = r eq "all" || !is_class(r)
headline(b) = b eq "throughput" ? "message" : "rtt"
is_cell(b) = strcol("benchmark") eq b && strcol("metric") eq headline(b) \
	&& strcol("status") eq "ok" && strcol("median_all") ne "" && whole(strcol("relation")) \
	&& in_matrix(0)
wanted(x) = is_cell(benchmark)

# By benchmark: what differs only between the two goes without saying.
differing = ""
do for [benchmark in "throughput latency"] {
	eval survey("summary.csv")
	do for [axis in varying] {
		if (!find("place node message_bytes depth_bytes", axis)) { differing = joined(differing, axis) }
	}
}
varying = differing
fixed = ""
series_name(x) = (strcol("benchmark") eq "latency" ? "Round trip of " : "Message of ") \
	.value_text("message_bytes").", ".placed(0).ending_from(1)

homes = ""
array scale_low[2000]
array scale_high[2000]
array memories[2000]
see_home(n) = (homes = joined(homes, n), find(homes, n))
see_memory(g, n) = (memories[g] = joined(memories[g], n), find(memories[g], n))
memory_name(x) = strcol("node") eq "" ? "-" : strcol("node")
see_scale(g, v) = (scale_low[g] = scale_low[g] > 0 && scale_low[g] < v ? scale_low[g] : v, \
	scale_high[g] = scale_high[g] > v ? scale_high[g] : v, v)
cost(x) = 1e-9 * (strcol("median") eq "" ? (mixture = 1, column("median_all")) : column("median"))
take(x) = (kept = is_cell("throughput") || is_cell("latency")) ? number(0) : NaN
do for [g = 1:|scale_low|] { scale_low[g] = 0; scale_high[g] = 0; memories[g] = "" }
set table $ROWS
plot "summary.csv" using (take(0)):(kept ? see_memory(number(0), memory_name(0)) : NaN): \
	(kept ? see_home(producer(strcol("place"))) : NaN): \
	(kept ? see_home(consumer(strcol("place"))) : NaN): \
	(kept ? see_scale(number(0), cost(0)) : NaN) with table if (kept)
unset table
if (series == 0) { eval say_nothing("no row of a matrix of memory nodes with a value") }

eval numbers
n_homes = words(homes)
most = 0
do for [g = 1:series] { if (words(memories[g]) > most) { most = words(memories[g]) } }
side = (n_homes < 5 ? 70 : n_homes < 9 ? 36 : 20) * n_homes
if (side < 140) { side = 140 }
numbered = TERM eq "dumb" || n_homes < 9
# As many panels in a line as there is room for.
margin_left = 80.0; margin_top = 110.0; margin_bottom = 70.0; gap_x = 66.0; gap_y = 112.0
legend_width = 120.0
across = int(1480 / (side + gap_x))
across = across < 1 ? 1 : across > most ? most : across
lines_of(g) = (words(memories[g]) + across - 1) / across
lines_before(g) = g < 2 ? 0 : lines_before(g - 1) + lines_of(g - 1)
all_lines = lines_before(series + 1)
least_width = 760.0
panels_width = side * across + gap_x * (across - 1)
if (margin_left + panels_width + legend_width < least_width) {
	legend_width = least_width - margin_left - panels_width
}
eval open(int(margin_left + panels_width + legend_width), \
	int(margin_top + margin_bottom + side * all_lines + gap_y * (all_lines - 1)), \
	"Producer, consumer and memory by node")
set multiplot
unset grid
set border 0
set tics scale 0
set palette defined (0 "#F7FBFF", 1 "#9ECAE1", 2 "#4292C6")
set style fill solid 1 border rgb "#FFFFFF"
set xrange [0.5:n_homes + 0.5]
set yrange [n_homes + 0.5:0.5]
home_ticks(i) = i > n_homes ? "" : (i > 1 ? ", " : "").'"'.word(homes, i).'" '.i.home_ticks(i + 1)
eval "set xtics (".home_ticks(1).")"
eval "set ytics (".home_ticks(1).")"
set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind \
	fillcolor rgb "#EEEEEE" fillstyle solid 1 noborder
at(c) = column(1) == g && column(2) == m ? column(c) : NaN
# All squares of a scale in one unit, which the heading has.
unit_of(g) = thousands(scale_low[g])
scaled(v) = v / 1000.0 ** unit_of(g)
text_of(v) = sprintf(scaled(v) < 99.5 ? "%.3g" : "%.0f", scaled(v))
do for [g = 1:series] {
	low = scale_low[g]; high = scale_high[g]
	eval log_axis("cb", "s")
	do for [m = 1:words(memories[g])] {
		line_ = lines_before(g) + (m - 1) / across + 1
		column_ = (m - 1) % across + 1
		eval panel(line_, all_lines, column_, across)
		top = margin_top + (line_ - 1) * (side + gap_y)
		if (m == 1) {
			set label 4 sprintf("%s, in %ss", name[g], prefix(unit_of(g))) \
				at screen from_left(14), from_top(top - 44) font ",12"
			set colorbox user origin screen from_left(margin_left + panels_width + 24), \
				screen from_top(top + side) size screen 14 / width, screen side / height
		} else {
			unset label 4
			unset colorbox
		}
		memory = word(memories[g], m)
		set title memory eq "-" ? "" : "memory on node ".memory offset 0, -0.6
		set xlabel "consumer on node" offset 0, 0.4
		set ylabel column_ == 1 ? "producer on node" : "" offset -0.6, 0
		plot $ROWS using 4:3:(0.5):(0.5):(at(5)) with boxxyerror fillcolor palette, \
			$ROWS using (at(4)):3:(numbered ? text_of(column(5)) : "") with labels \
			textcolor rgb "#111111" font small
		eval drop_texts
	}
}
unset multiplot
