# SPDX-License-Identifier: MIT
#
# How long a round trip takes, by message size, and the CPU time that each side spends in one.
# gnuplot -c scripts/plots/round-trip.gp RUN_DIR [OUT [TERMINAL]]

NAME = "round-trip"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

metrics = "rtt producer-busy consumer-busy"
counts = ""
panel_texts = '"round trip" "who asks: CPU time per trip" "who answers: CPU time per trip"'
wanted(x) = strcol("benchmark") eq "latency" && !in_matrix(0) && strcol("offered_rate") eq "" \
	&& find(metrics, strcol("metric"))
title_text = "Round trip by message size, and its CPU time"
nothing_text = "no round trip with a value"
load PLOTS."by-size.gp"
