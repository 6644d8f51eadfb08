/* SPDX-License-Identifier: MIT */
#ifndef RUN_CALM_H
#define RUN_CALM_H
#include <stdbool.h>
#include "record/calm_now.h"

/* `run --require-calm`: what `doctor` shows of the CPUs, of those of a plan, and what follows. */
struct calm_wait {
	const struct plan *plan;
	struct reference *reference; /* its readings grow */
	struct measurement *measurement;
	uint64_t patience_ns; /* to look again for, while it is not calm */
	bool quiet;
};

/* Look for 2 s, and again as long as patience lasts. 0: every CPU and pair gave windows of which
 * GATE_MOSTLY were calm, or none that could be judged. -EAGAIN with a sentence: not calm;
 * -EINTR: a signal. */
int run_wait_for_calm(const struct calm_wait *c, struct why *w);

#endif
