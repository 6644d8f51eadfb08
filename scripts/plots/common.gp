# SPDX-License-Identifier: MIT
#
# What all figures share: files, terminal, palette, and how rows of a CSV file become series.
# A figure sets NAME, RUN, OUT and TERM, loads this file, picks its rows with wanted(), and opens
# its output only when it knows that it has something to draw: no data, no file.
#
# After this file the current directory is the run directory, so that no path needs quoting.

usage = "usage: gnuplot -c scripts/plots/".NAME.".gp RUN_DIR [OUT [TERMINAL]]"
if (RUN eq "") { print usage; exit status 2 }
if (TERM eq "") { TERM = "svg" }
if (strstrt(" svg pngcairo pdfcairo dumb ", " ".TERM." ") == 0) {
	print "terminal ".TERM." is not one of svg, pngcairo, pdfcairo, dumb"
	exit status 2
}
here = GPVAL_PWD
absolute(path) = path[1:1] eq "/" ? path : here."/".path
PLOTS = absolute(PLOTS)
cd RUN

# OUT: a file, "-" for stdout, or nothing: stdout for dumb, else plots/NAME in the run directory.
made_here = OUT eq "" && TERM ne "dumb"
if (made_here) {
	OUT = "plots/".NAME.(TERM eq "svg" ? ".svg" : TERM eq "pngcairo" ? ".png" : ".pdf")
} else {
	if (OUT eq "-") { OUT = "" }
	if (OUT ne "") { OUT = absolute(OUT) }
}

set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile missing NaN

# A header alone is no data.
present(file) = int(system("head -n 2 ".file." 2>/dev/null | wc -l")) > 1
no_rows(file) = file." in ".RUN." is missing or has no rows"
say_nothing(reason) = 'print "'.NAME.': '.reason.'; nothing drawn"; exit gnuplot'

# --- lists: words in one string, those with blanks in them quoted -------------------------------

find_from(list, word_, i) = i > words(list) ? 0 : word(list, i) eq word_ ? i : \
	find_from(list, word_, i + 1)
find(list, word_) = find_from(list, word_, 1)
joined(list, word_) = find(list, word_) ? list : list.' "'.word_.'"'
without_from(word_, list, i) = i > words(list) ? "" : \
	(word(list, i) eq word_ ? "" : " ".word(list, i)).without_from(word_, list, i + 1)
without(word_, list) = without_from(word_, list, 1)

# --- text ---------------------------------------------------------------------------------------

exact(b, i) = b >= 1024 && b == 1024 * int(b / 1024) && i < 4 ? exact(b / 1024, i + 1) : \
	sprintf("%d%s", int(b), i ? "KMGT"[i:i] : "")
size_text(bytes) = exact(bytes, 0)
byte_text(bytes) = size_text(bytes).(bytes < 1024 ? "B" : "iB")
# The end of a path says more than its beginning.
tail(path) = strlen(path) <= 16 ? path : "..".path[strlen(path) - 13:]
# Three digits and the prefix of the unit: human(2.671e-6, "s") is "2.67 us". No unit, no prefix.
thousands(v) = v <= 0 ? 0 : int(floor(log10(v * 1.0005) / 3))
prefix(t) = t == 0 ? "" : t < 0 ? "munp"[-t:-t] : "kMGTP"[t:t]
human(v, unit) = unit eq "" ? sprintf("%.3g", v) \
	: sprintf("%.3g %s%s", v / 1000.0 ** thousands(v), prefix(thousands(v)), unit)
plural(n, one) = sprintf("%d %s%s", n, one, n == 1 ? "" : "s")

# --- the run: its name, and the directories of its file regions in the order given --------------

if (!present("summary.csv")) { eval say_nothing(no_rows("summary.csv")) }
run_id = ""
directories = ""
see_run(x) = (run_id = strcol("run_id"), \
	strcol("directory") eq "" ? 0 : (directories = joined(directories, strcol("directory")), 0))
set table $NOTHING
plot "summary.csv" using (see_run(0)) with table if (0)
unset table

# --- palette: one colour and one point type per mechanism, in every figure ----------------------
# Okabe and Ito's colours, which stay apart with every common kind of colour blindness; points
# differ in shape too, for print in grey.

mechanisms = "sysv posix memfd file anon pipe fifo unix-stream unix-seqpacket unix-dgram tcp " \
	."sysv-msg posix-mq process-vm vmsplice"
colours = "#D55E00 #0072B2 #009E73 #CC79A7 #56B4E9 #222222 #666666 #8C6BB1 #B07AA1 #9D7660 " \
	."#4E79A7 #79706E #499894 #86BCB6 #D37295"
points = "7 5 9 11 13 4 6 8 10 12 14 1 2 3 15"
directory_colours = "#CC79A7 #E69F00 #7A5195 #A6761D"
directory_points = "11 15 10 14"

# A series is named "sysv", "file /dev/shm", "ring/sysv", "pipe", then what else tells it apart.
head(series) = word(series, 1)
region_of(series) = strstrt(head(series), "/") ? \
	head(series)[strstrt(head(series), "/") + 1:] : head(series)
directory_of(series) = region_of(series) eq "file" && words(series) > 1 ? \
	find(directories, word(series, 2)) : 0
fold(i, n) = (i - 1) % n + 1
style_from(series, own, per_directory) = directory_of(series) ? \
	word(per_directory, fold(directory_of(series), words(per_directory))) : \
	find(mechanisms, region_of(series)) ? \
	word(own, find(mechanisms, region_of(series))) : ""
colour(series) = style_from(series, colours, directory_colours) eq "" ? 0x999999 : \
	int("0x".style_from(series, colours, directory_colours)[2:])
point(series) = style_from(series, points, directory_points) eq "" ? 1 : \
	int(style_from(series, points, directory_points))

# --- rows to series -----------------------------------------------------------------------------
# Every figure defines wanted(x), true for its rows, and calls `eval survey(FILE)`, which finds the
# axes in which these rows differ. Only those go into the names of series; what all rows have in
# common goes into `fixed`, for the line below the title.

axes = "size_bytes message_bytes page access order state populate memory wait depth_bytes " \
	."publish consume place node processes threads segments offered_rate clock"
unsaid = "base none recycled local monotonic"

# "node:os:0.core:0.pu:0+node:os:1.core:0.pu:0": the number behind each "node:os:".
of_nodes(p) = p[1:8] eq "node:os:" && strstrt(p, "+node:os:") > 0
number_in(p) = p[9:strstrt(p, ".") - 1]
producer(p) = number_in(p)
consumer(p) = number_in(p[strstrt(p, "+") + 1:])
is_number(n) = strlen(n) && strstrt("0123456789", n[1:1]) > 0
# node-matrix.gp has all of these; in other figures they would be a crowd of series.
in_matrix(x) = of_nodes(strcol("place")) && (strcol("node") eq "" || is_number(strcol("node")))

value_text(axis) = axis eq "node" && is_number(strcol("node")) ? "memory on node ".strcol("node") : \
	axis eq "place" && of_nodes(strcol("place")) ? \
	sprintf("node %s to node %s", producer(strcol("place")), consumer(strcol("place"))) : \
	axis eq "size_bytes" ? size_text(column(axis)) : \
	axis eq "message_bytes" ? byte_text(column(axis)) : \
	axis eq "depth_bytes" ? "ring of ".byte_text(column(axis)) : \
	find("publish processes threads segments", axis) ? axis." ".strcol(axis) : \
	axis eq "offered_rate" ? strcol(axis)."/s" : strcol(axis)

# All axes in one pass over the file, which may have some ten thousand rows.
varying = ""
fixed = ""
array axis_name[words(axes)]
array first_value[words(axes)]
array differs[words(axes)]
do for [i = 1:words(axes)] { axis_name[i] = word(axes, i) }
compare(i, value) = first_value[i] eq "" ? (first_value[i] = value, 0) : \
	first_value[i] ne value ? (differs[i] = 1, 0) : 0
compare_from(i) = i > |axis_name| ? 0 : (strcol(axis_name[i]) eq "" ? 0 : \
	compare(i, value_text(axis_name[i])), compare_from(i + 1))
# What two CPUs were to each other decides more than what is compared does: a figure has rows of one
# relation. `eval choose` takes, of those that wanted() rows have in summary.csv, the one seen most:
# in most calm invocations, then in most. Off virtual machines a place has one relation only, one
# role has none, and without the choice all are drawn.
relation = ""
classes = ""
array class_calm[40]
array class_all[40]
is_class(r) = find("all new mixed", r) || (r[1:1] eq "r" && strstrt("123456789", r[2:2]) > 0)
count_class(i) = (i > |class_calm| ? 0 : \
	(class_calm[i] = (class_calm[i] == class_calm[i] ? class_calm[i] : 0) \
		+ (strcol("calm_invocations") eq "" ? 0 : column("calm_invocations")), \
	class_all[i] = class_all[i] + column("invocations")), 0)
see_class(x) = !wanted(0) || !usable(0) || !is_class(strcol("relation")) ? 0 : \
	(classes = joined(classes, strcol("relation")), \
	count_class(find(classes, strcol("relation"))))
choose = 'classes = ""; do for [i = 1:|class_calm|] { class_calm[i] = 0; class_all[i] = 0 }; ' \
	.'set table $NOTHING; plot "summary.csv" using (see_class(0)) with table if (0); ' \
	.'unset table; best = 0; do for [i = 1:words(classes)] { if (best == 0 ' \
	.'|| class_calm[i] > class_calm[best] || (class_calm[i] == class_calm[best] ' \
	.'&& class_all[i] > class_all[best])) { best = i } }; ' \
	.'relation = best ? word(classes, best) : ""; eval measure_line'
of_relation(x) = relation eq "" || !is_class(strcol("relation")) || strcol("relation") eq relation

# The middle half of its cache-line times, for the line below the title.
line_low = NaN
line_high = NaN
see_line(x) = strcol("relation") eq relation && strcol("cache_line_ns_before") ne "" ? \
	column("cache_line_ns_before") : NaN
measure_line = 'if (relation ne "" && present("windows.csv")) { ' \
	.'stats "windows.csv" using (see_line(0)) nooutput name "LINE"; ' \
	.'if (exists("LINE_records") && LINE_records > 0) { ' \
	.'line_low = LINE_lo_quartile; line_high = LINE_up_quartile } }'
line_format(x) = line_high < 9.5 ? "%.1f to %.1f ns a cache line" : "%.0f to %.0f ns a cache line"
relation_text(x) = relation eq "" || (relation eq "all" && line_low != line_low) ? "" : (fixed eq "" ? ": " : ", ")."between CPUs at " \
	.(line_low == line_low ? sprintf(line_format(0), line_low, line_high)." (".relation.")" \
	: relation)

survey(file) = 'gated_file = "'.file.'" eq "summary.csv"; varying = ""; fixed = ""; ' \
	.'do for [i = 1:|axis_name|] { first_value[i] = ""; differs[i] = 0 }; ' \
	.'set table $NOTHING; plot "'.file.'" ' \
	.'using (wanted(0) && of_relation(0) ? compare_from(1) : 0) with table if (0); unset table; ' \
	.'do for [i = 1:|axis_name|] { if (differs[i]) { varying = varying." ".axis_name[i] } else { ' \
	.'if (first_value[i] ne "" && !find(unsaid, first_value[i]) && !skipped(axis_name[i])) { ' \
	.'fixed = fixed.(fixed eq "" ? "" : ", ").first_value[i] } } }'
skipped(axis) = find("depth_bytes publish consume processes threads segments clock node", axis)

ending_from(i) = i > words(varying) ? "" : \
	(strcol(word(varying, i)) eq "" ? "" : " ".value_text(word(varying, i))).ending_from(i + 1)
mechanism(x) = strcol("channel") eq "" ? strcol("region") : \
	strcol("region") eq "" ? strcol("channel") : strcol("channel")."/".strcol("region")
placed(x) = mechanism(0).(strcol("directory") eq "" ? "" : " '".strcol("directory")."'")
series_name(x) = placed(0).ending_from(1)

# The number of this row's series; new ones are added to `series`, whose names contain quotes.
series = 0
array name[2000]
# By halves: functions that call themselves get no deeper than some 250 calls.
number_among(n, a, b) = a > b ? 0 : a == b ? (name[a] eq n ? a : 0) : \
	number_among(n, a, (a + b) / 2) + number_among(n, (a + b) / 2 + 1, b)
known_or_new(n, i) = i ? i : (series = series + 1, name[series] = n, series)
number(x) = number_of(series_name(0))
number_of(n) = known_or_new(n, number_among(n, 1, series))

# A series as the legend shows it: long paths are cut at the front.
shown(s) = directory_of(s) ? head(s)." ".tail(word(s, 2)).rest(s, 3) : s
rest(s, i) = i > words(s) ? "" : " ".word(s, i).rest(s, i + 1)
# Width of the longest name in pixels, about.
character = TERM eq "dumb" ? 9 : 7
measure_names = 'names_width = 0; do for [n = 1:series] { ' \
	.'if (character * strlen(shown(name[n])) > names_width) { ' \
	.'names_width = character * strlen(shown(name[n])) } }'
# Series of one colour get different dashes.
dash_from(i, n) = i >= n ? 1 : (colour(name[i]) == colour(name[n])) + dash_from(i + 1, n)
dash(n) = dash_from(1, n)

# Rows that say nothing are counted: `left_out` goes into the note at the foot.
left_out = 0
usable(x) = strcol("status") eq "ok" && strcol("median") ne ""
drawable(x) = wanted(0) && (!of_relation(0) ? pass_over(0) : \
	usable(0) ? (see_contended(0), 1) : (left_out = left_out + 1, 0))
others = 0
pass_over(x) = usable(0) ? (others = others + 1, 0) : 0
# With fewer than 6 calm invocations a median is over all windows, busy ones too.
contended = 0
drawn = 0
gated_file = 0 # summary.csv has the column
see_contended(x) = (drawn = drawn + 1, \
	gated_file && strcol("calm_invocations") ne "" && strcol("kind") ne "count" \
	&& column("calm_invocations") < 6 ? (contended = contended + 1) : 0)
# First column of a table of rows: `plot FILE using (keep(0)):... with table if (kept)`. Columns are
# evaluated for every row, before `if`: whatever has a side effect must look at `kept` itself.
# More series than these nobody tells apart, and functions that call themselves for each of them get
# no deeper than some 250 calls.
most_series = 100
crowded = 0
has_room(x) = series < most_series || number_among(series_name(0), 1, series) ? 1 : \
	(crowded = crowded + 1, 0)
kept = 0
keep(x) = (kept = drawable(0) && has_room(0)) ? number(0) : NaN
seen(v) = kept ? span(v) : NaN
# The end of an interval; without one (below 6 invocations) the estimate itself: rows in which a
# column is empty would be dropped from the table.
end(column_, estimate) = strcol(column_) eq "" ? column(estimate) : column(column_)
note = ""
and(a, b) = a eq "" ? b : b eq "" ? a : a."; ".b
left_out_text(x) = and(and(and( \
	left_out == 0 ? "" : plural(left_out, "row")." without a value left out", \
	others == 0 ? "" : plural(others, "row")." of other relations left out"), \
	crowded == 0 ? "" : sprintf("%s of series after the first %d left out", \
	plural(crowded, "row"), most_series)), \
	contended == 0 ? "" : sprintf("%d of %s contended: fewer than 6 calm invocations", \
	contended, plural(drawn, "row")))

# --- output -------------------------------------------------------------------------------------

set border 3 linecolor rgb "#444444"
set tics nomirror textcolor rgb "#222222"
if (TERM ne "dumb") { set grid linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6 }
set style fill transparent solid 0.18 noborder
set key noautotitle
set pointsize 0.8
set ylabel offset 1, 0
line = "linecolor rgb colour(name[n]) dashtype dash(n) linewidth 1.5"
line_and_points = line." pointtype point(name[n])"
small = TERM eq "dumb" ? "" : ",10"

terminal(w, h) = TERM eq "svg" ? \
	sprintf('svg noenhanced size %d,%d font "sans-serif,12" background "white"', w, h) : \
	TERM eq "pngcairo" ? \
	sprintf('pngcairo noenhanced size %d,%d font "Sans,9" background "white"', w, h) : \
	TERM eq "pdfcairo" ? \
	sprintf('pdfcairo noenhanced size %g,%g font "Sans,9"', w / 96.0, h / 96.0) : \
	sprintf('dumb noenhanced size %d,%d', w / 8, h / 14)
from_top(pixels) = 1 - pixels / height
from_left(pixels) = pixels / width
open(w, h, title) = 'width = '.w.'.0; height = '.h.'.0; ' \
	.(made_here ? 'made = system("mkdir -p plots"); ' : '') \
	.'set terminal '.terminal(w, h).'; ' \
	.(OUT eq "" ? 'set output; ' : 'set output OUT; ') \
	.'set label 1 "'.title.'" at screen from_left(14), from_top(18) font ",14"; ' \
	.'set label 2 subtitle(0) at screen from_left(14), from_top(40) textcolor rgb "#555555" ' \
	.'font small; ' \
	.'set label 3 note at screen from_left(14), screen 12 / height textcolor rgb "#555555" ' \
	.'font small'
mixture = 0
subtitle(x) = "run ".run_id.(fixed eq "" ? "" : ": ".fixed).relation_text(0) \
	.(mixture ? "; all windows, calm or not, whatever the CPUs were to each other" \
	: NAME[strlen(NAME) - 3:] eq "ecdf" && relation ne "" ? "; all windows of it, calm or not" : "")
# In a multiplot the texts belong to the first panel only.
drop_texts = 'unset label 1; unset label 2; unset label 3'


# --- panels and axes ----------------------------------------------------------------------------
# Margins are pixels of the SVG; the legend has a column of its own at the right.

margin_left = 96.0; margin_top = 84.0; margin_bottom = 70.0; gap_x = 100.0; gap_y = 92.0
legend_width = 190.0 # of a figure with a legend: by its names, see legend_room
panel_width(columns) = (width - margin_left - legend_width - gap_x * (columns - 1)) / columns
panel_height(rows) = (height - margin_top - margin_bottom - gap_y * (rows - 1)) / rows
panel(row, rows, column_, columns) = sprintf( \
	'set lmargin at screen %g; set rmargin at screen %g; ' \
	.'set tmargin at screen %g; set bmargin at screen %g', \
	from_left(margin_left + (column_ - 1) * (panel_width(columns) + gap_x)), \
	from_left(margin_left + (column_ - 1) * (panel_width(columns) + gap_x) \
		+ panel_width(columns)), \
	from_top(margin_top + (row - 1) * (panel_height(rows) + gap_y)), \
	from_top(margin_top + (row - 1) * (panel_height(rows) + gap_y) + panel_height(rows)))
legend_room = measure_names.'; legend_width = 70 + names_width'
legend = 'set key at screen from_left(width - legend_width + 16), screen from_top(margin_top) ' \
	.'left top Left reverse samplen 2 font small'

# Ticks of an axis of sizes: one per size that occurs, named as people write it.
size_ticks_from(list, i) = i > words(list) ? "" : (i > 1 ? ", " : "") \
	.'"'.size_text(real(word(list, i))).'" '.word(list, i).size_ticks_from(list, i + 1)
size_ticks(list) = '('.size_ticks_from(list, 1).')'
# A logarithmic x axis of the sizes in `sizes`, wide enough for one of them alone.
size_axis = 'smallest = 1e300; largest = 0; do for [i = 1:words(sizes)] { ' \
	.'if (real(word(sizes, i)) < smallest) { smallest = real(word(sizes, i)) }; ' \
	.'if (real(word(sizes, i)) > largest) { largest = real(word(sizes, i)) } }; ' \
	.'set logscale x 2; set xrange [smallest / 1.6:largest * 1.6]; ' \
	.'eval "set xtics ".size_ticks(sizes)'

# The range of a logarithmic axis is what span() has seen and a margin; how many ticks a
# decade gets depends on how many decades there are.
low = 1e300
high = -1e300
span(v) = (v > 0 && v < low ? (low = v, 0) : 0, v > high ? (high = v, 0) : 0, v)
tick_steps(x) = high < low * 6 ? "1 1.2 1.5 2 2.5 3 4 5 6 8" : high < low * 2000 ? "1 2 5" : "1"
tick_from(unit, e, i) = i > words(tick_steps(0)) ? "" \
	: '"'.human(word(tick_steps(0), i) * 10.0 ** e, unit).'" ' \
	.sprintf("%.9g", word(tick_steps(0), i) * 10.0 ** e).", ".tick_from(unit, e, i + 1)
ticks_from(unit, e) = e > log10(high) + 1 ? "" : tick_from(unit, e, 1).ticks_from(unit, e + 1)
log_axis(axis, unit) = low > high ? '' \
	: sprintf('set logscale %s; set %srange [%.9g:%.9g]; set %stics (', \
	axis, axis, low / 1.25, high * 1.25, axis) \
	.ticks_from(unit, floor(log10(low))).'"" '.sprintf("%.9g", low * 1e-9).')'

# From here on $ROWS and $SORTED are read: numbers between blanks, no header.
numbers = 'set datafile separator whitespace; unset datafile columnheaders'
