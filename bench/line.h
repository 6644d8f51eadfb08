/* SPDX-License-Identifier: MIT */
#ifndef LINE_H
#define LINE_H
#include "bench.h"

/* One cache line from one CPU to the other and back, in windows: what bounds/line and matrix
 * measure. Recorded as ns for one way, half of a round trip. */
struct line_windows {
	int windows;
	uint64_t trips; /* round trips of a window */
	unsigned metric;
};

/* Both roles, which are on different CPUs. */
int line_work(struct task *t, int role, const struct line_windows *l);

#endif
