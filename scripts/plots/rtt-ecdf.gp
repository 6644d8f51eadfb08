# SPDX-License-Identifier: MIT
#
# How the round trip of a message is distributed: every round trip is a sample.
# gnuplot -c scripts/plots/rtt-ecdf.gp RUN_DIR [OUT [TERMINAL]]

NAME = "rtt-ecdf"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

benchmark = "latency"; metric = "rtt-each"
title_text = "Round trip of a message: distribution of single round trips"
axis_text = "round trip"
load PLOTS."ecdf.gp"
