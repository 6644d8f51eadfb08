# SPDX-License-Identifier: MIT
#
# How much CPU time a message takes from each side when messages flow, by their size, and how many
# context switches of both. Who spins is busy all the time; who sleeps is not, and pays for going to
# sleep and for being woken.
# gnuplot -c scripts/plots/message-cpu.gp RUN_DIR [OUT [TERMINAL]]

NAME = "message-cpu"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

metrics = "producer-busy consumer-busy switches"
counts = "switches"
panel_texts = '"producer: CPU time per message" "consumer: CPU time per message" ' \
	.'"context switches per message"'
wanted(x) = strcol("benchmark") eq "throughput" && !in_matrix(0) && find(metrics, strcol("metric"))
title_text = "CPU time per message, by message size"
nothing_text = "no throughput row with a CPU time"
load PLOTS."by-size.gp"
