/* SPDX-License-Identifier: MIT */
#ifndef FLAGS_H
#define FLAGS_H
#include <stddef.h>
#include "measure/measure.h"
#include "record/reduce.h"

/*
 * Reasons to distrust a number: names separated by ';', each at most once, in the order raised.
 */
#define FLAGS_MAX 200

struct flags {
	char text[FLAGS_MAX];
};

void flags_raise(struct flags *f, const char *name);

/* Raise every name of a list such as flags.text. */
void flags_merge(struct flags *f, const char *list);

/* What is wrong with one metric of an invocation that ended well. */
struct flags flags_of_invocation(const struct invocation *i, unsigned metric,
				 const struct reduction *r);

/* Raise `frequency` for a clock of the chain that is off its reference; NAN is not. */
void flags_raise_frequency(struct flags *f, double chain_ratio);

/* What a clock read of this cost is of the time that it brackets: cost / (time per operation x
 * batch). `median` is a rate where rate is set. */
double clock_share(double cost_ns, double median, uint64_t batch, bool rate);

#endif
