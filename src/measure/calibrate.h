/* SPDX-License-Identifier: MIT */
#ifndef CALIBRATE_H
#define CALIBRATE_H
#include "measure/measure.h"

/* Canary readings before the first block, taken in a worker that is bound like the roles of a
 * cell (bench/calibrate.c): this process measures nothing. */
struct station {
	const struct planned *like; /* the cell whose CPUs these are */
	int roles;                  /* that are active at once */
};

/* What there is to read of a worker that ended well; valid only inside. */
typedef int calibrate_sink(void *arg, const struct outcome *out, struct why *w);

/* One worker: 20 windows within about 0.1 s. -EINTR when a signal came (measure_signal() says
 * which), -EIO when the worker failed. r needs ledger, signals and seed. */
int calibrate(struct measurement *r, const struct station *s, calibrate_sink *sink, void *arg,
	      struct why *w);

#endif
