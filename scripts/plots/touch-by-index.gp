# SPDX-License-Identifier: MIT
#
# What a first touch costs by the page's place: folded by 512 pages (one page-table page maps so
# many; its first touch also makes that page) and by 64 (the size of a batch of memcg charges).
# gnuplot -c scripts/plots/touch-by-index.gp RUN_DIR [OUT [TERMINAL]]

NAME = "touch-by-index"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

if (!present("profile.csv")) { eval say_nothing(no_rows("profile.csv")) }
folded(n) = strstrt(strcol("index_kind"), n) > 0
wanted(x) = strcol("benchmark") eq "touch-profile" && (folded("512") || folded("64"))
usable(x) = strcol("median") ne ""
eval survey("profile.csv")
set table $ROWS
plot "profile.csv" using (keep(0)):(column("index")):(seen(1e-9 * column("median"))): \
	(folded("512") ? 512 : 64) with table if (kept)
unset table
if (series == 0) { eval say_nothing("profile.csv has no row by page index") }

eval numbers
note = left_out_text(0)
eval legend_room
eval open(960, 640, "First touch of a page: median by the page's index")
set multiplot
eval log_axis("y", "s")
set ylabel "median of a touch"
do for [p = 1:2] {
	modulus = int(word("512 64", p))
	eval panel(p, 2, 1, 1)
	set xlabel sprintf("page index modulo %d", modulus)
	set xrange [-modulus / 64.0:modulus - 1 + modulus / 64.0]
	set xtics modulus / 8
	if (p == 1) { eval legend } else { unset key }
	plot for [n = 1:series] $ROWS using 2:(column(1) == n && column(4) == modulus ? \
		column(3) : NaN) with steps @line title shown(name[n])
	eval drop_texts
}
unset multiplot
