# SPDX-License-Identifier: MIT
#
# How the cost of a first touch is distributed: every touch is a sample.
# gnuplot -c scripts/plots/touch-ecdf.gp RUN_DIR [OUT [TERMINAL]]

NAME = "touch-ecdf"; RUN = ARG1; OUT = ARG2; TERM = ARG3
PLOTS = ARG0[1:strlen(ARG0) - strlen(NAME) - 3]; load PLOTS."common.gp"

benchmark = "touch-profile"; metric = "touch"
title_text = "First touch of a page: distribution of single touches"
axis_text = "time of a touch"
load PLOTS."ecdf.gp"
