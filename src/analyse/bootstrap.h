/* SPDX-License-Identifier: MIT */
#ifndef BOOTSTRAP_H
#define BOOTSTRAP_H
#include <stdbool.h>
#include "analyse/interval.h"
#include "analyse/ranksum.h"

/*
 * The difference of two medians where the spreads of the two sides differ, so that one is not the
 * other shifted: percentile bootstrap over whole invocations.
 *
 * The same data give the same answer, and swapping the sides negates it exactly: the stream of
 * random numbers and the order of the sides in it belong to the data. Scaling all times changes
 * nothing either. Parent only.
 */
#define BOOTSTRAP_RESAMPLES 10000

struct bootstrap {
	struct estimate difference; /* new - base; of logarithms: ln of the ratio of medians */
	double p;       /* two-sided, of the resamples; never below 2 / (resamples + 1) */
	bool collapsed; /* over half of a side is one and the same value: its median hardly
				 * moves when resampled, and the interval is too narrow */
};

/* Both sides have values. -ENOMEM. */
int bootstrap_medians(const struct side *base, const struct side *new, struct bootstrap *b,
		      struct why *w);

#endif
