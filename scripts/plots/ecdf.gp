# SPDX-License-Identifier: MIT
#
# The common part of the two distribution figures: left, the share of samples that took at most so
# long; right, the share that took longer, on a logarithmic scale, where the tail can be seen.
# The caller has set title_text, and benchmark and metric: what to draw of distribution.csv.

if (!present("distribution.csv")) { eval say_nothing(no_rows("distribution.csv")) }

# The relation that the tables begin with: it is chosen over all metrics of the benchmark. Earlier
# versions have a distribution over all windows only.
wanted(x) = strcol("benchmark") eq benchmark && !in_matrix(0)
eval choose
wanted(x) = strcol("benchmark") eq benchmark && strcol("metric") eq metric && !in_matrix(0)
has_relation = 0
see_relation(x) = wanted(0) && strcol("relation") eq relation ? (has_relation = 1) : 0
set table $NOTHING
plot "distribution.csv" using (see_relation(0)) with table if (0)
unset table
if (relation ne "" && !has_relation) { relation = "all" }
usable(x) = strcol("value") ne ""
eval survey("distribution.csv")
rarest = 1
above(x) = 1 - column("quantile")
see_mixture(x) = kept && strcol("relation") eq "all" ? (mixture = 1) : 0
see_rarest(x) = kept && above(0) > 0 && above(0) < rarest ? (rarest = above(0)) : 0
set table $ROWS
plot "distribution.csv" using (keep(0)):(seen(1e-9 * column("value"))):(column("quantile")): \
	(see_rarest(0) + see_mixture(0)) with table if (kept)
unset table
if (series == 0) { eval say_nothing("distribution.csv has no row for it") }

eval numbers
others = 0 # a line is some 60 rows
note = left_out_text(0)
eval legend_room
eval open(960, 420, title_text.(relation eq "" || mixture ? "" : ", relation ".relation))
set multiplot
set xlabel axis_text
of(c) = column(1) == n ? column(c) : NaN
eval log_axis("x", "s")
set xtics rotate by -40

eval panel(1, 1, 1, 2)
set ylabel "share of samples at or below"
set yrange [0:1]
plot for [n = 1:series] $ROWS using (of(2)):3 with lines @line
eval drop_texts

eval panel(1, 1, 2, 2)
eval legend
set ylabel "share of samples above"
set logscale y
set yrange [rarest / 2:1]
set format y "%g"
plot for [n = 1:series] $ROWS using (of(2)):(column(3) < 1 ? 1 - column(3) : NaN) \
	with lines @line title shown(name[n])
unset multiplot
