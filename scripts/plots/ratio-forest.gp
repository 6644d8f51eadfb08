# SPDX-License-Identifier: MIT
#
# Every headline row as a ratio to the base of its group, with its interval: left of the line it
# takes less than the base, right of it more. An interval that crosses the line shows no difference.
# gnuplot -c scripts/plots/ratio-forest.gp RUN_DIR [OUT [TERMINAL]]

NAME = "ratio-forest"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

# Of more rows than can be read those are drawn whose ratios are furthest from 1.
metrics = "attach detach sweep message rtt"
most = 100
has_ratio(x) = strcol("status") eq "ok" && strcol("ratio") ne "" && strcol("median") ne ""
wanted(x) = find(metrics, strcol("metric")) && has_ratio(0)
eval choose
# Earlier versions had ratios over pairs of all relations: those have more pairs than invocations.
is_own(x) = !is_class(strcol("relation")) || strcol("calm_invocations") eq "" \
	|| column("calm_invocations") >= 6 || column("pairs") <= column("invocations")
candidate(x) = wanted(0) && of_relation(0) && is_own(0)
# Whole: tables have six digits.
far(x) = floor(1e4 * abs(log(column("ratio"))))
present_metrics = ""
candidates = 0
furthest = 0
see_far(v) = (candidates = candidates + 1, furthest = v > furthest ? v : furthest, v)
see(x) = candidate(0) ? (present_metrics = joined(present_metrics, strcol("metric")), \
	see_far(far(0))) : NaN
set table $FAR
plot "summary.csv" using (see(0)) with table if (candidate(0))
unset table
if (candidates == 0) { eval say_nothing("no row has a ratio to a base") }

# By halves: how far is the last that there is room for? Rows that are as far may be too many.
enough = 0
above = 0
count_above(v) = v >= middle ? (above = above + 1, 0) : 0
if (candidates > most) {
	unset datafile columnheaders
	too_low = 0.0
	enough = furthest
	do for [i = 1:30] {
		middle = (too_low + enough) / 2
		above = 0
		set table $NOTHING
		plot $FAR using (count_above(column(1))) with table if (0)
		unset table
		if (above > most) { too_low = middle } else { enough = middle }
	}
	set datafile columnheaders
}

# One benchmark after the other, so that a row is named by what varies inside its benchmark. Slots
# are lines of the figure, those of headings included.
slot = 0
array slot_text[2 * most]
array slot_series[2 * most]
array slot_value[2 * most]
wanted(x) = strcol("metric") eq metric && has_ratio(0) && of_relation(0) && is_own(0) \
	&& far(0) >= enough
base = ""
heading(x) = base eq strcol("base") ? 0 : (base = strcol("base"), slot = slot + 1, \
	slot_series[slot] = "", \
	slot_text[slot] = metric.(metric eq strcol("benchmark") ? "" : " of ".strcol("benchmark")) \
	.", relative to ".base, slot_value[slot] = "", 0)
digits(v) = sprintf(v < 99.95 ? "%#.3g" : "%.0f", v)
interval(x) = strcol("ratio_low") eq "" ? "" : \
	" [".digits(column("ratio_low")).", ".digits(column("ratio_high"))."]"
estimate(x) = digits(column("ratio")).interval(0)
take(x) = (kept = drawable(0) && drawn <= most) == 0 ? NaN \
	: (heading(0), slot = slot + 1, slot_text[slot] = shown(series_name(0)), \
	slot_series[slot] = placed(0), slot_value[slot] = estimate(0), \
	span(end("ratio_low", "ratio")), span(end("ratio_high", "ratio")), slot)
one = span(1)
do for [metric in metrics] {
	if (!find(present_metrics, metric)) { continue }
	eval survey("summary.csv")
	base = ""
	set table $ROWS append
	plot "summary.csv" using (take(0)):(seen(column("ratio"))):(end("ratio_low", "ratio")): \
		(end("ratio_high", "ratio")) with table if (kept)
	unset table
}

eval numbers
fixed = ""
note = and(candidates <= most ? "" : \
	sprintf("the %d of %d rows that are furthest from 1: all are in summary.csv", \
	drawn < most ? drawn : most, candidates), left_out_text(0))
longest = 0
do for [i = 1:slot] {
	if (slot_series[i] ne "" && strlen(slot_text[i]) > longest) { longest = strlen(slot_text[i]) }
}
margin_left = 34 + character * longest; legend_width = 150
eval open(960, 170 + 18 * slot, "Ratio to the base: median and interval of the pairs")
eval panel(1, 1, 1, 1)
set yrange [slot + 0.6:0.4]
row_ticks(i) = i > slot ? "" : \
	'"'.(slot_series[i] eq "" ? "" : slot_text[i]).'" '.i.", ".row_ticks(i + 1)
eval "set ytics (".row_ticks(1).'"" 0)'
value_ticks(i) = i > slot ? "" : '"'.slot_value[i].'" '.i.", ".value_ticks(i + 1)
eval "set y2tics (".value_ticks(1).'"" 0) scale 0'
set y2range [slot + 0.6:0.4]
do for [i = 1:slot] {
	if (slot_series[i] eq "") {
		set label 10 + i slot_text[i] at graph 0.01, first i left
	}
}
eval log_axis("x", "")
set xlabel "ratio (below 1: less time than the base)"
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb 0x222222 linewidth 1.2
plot $ROWS using 2:1:3:4:(colour(slot_series[int(column(1))])) with xerrorbars \
	linecolor rgb variable pointtype 7 linewidth 1.5
