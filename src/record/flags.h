/* SPDX-License-Identifier: MIT */
#ifndef FLAGS_H
#define FLAGS_H
#include <stdbool.h>
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

/* Does a list of flags have this one? */
bool flags_has(const char *list, const char *name);

/* What --discard-flagged discards an invocation for: something disturbed it from end to end, as
 * against flags that say how it was measured. Not `switched`: one turn of a kernel thread raises
 * it, in every invocation on some kernels, and is one window of twenty to a median. Ends with
 * NULL. */
extern const char *const flags_disturbed[];

/* The first of them that a list has; NULL: none. */
const char *flags_find_disturbed(const char *list);

/* What is wrong with one metric of an invocation that ended well. */
struct flags flags_of_invocation(const struct invocation *i, unsigned metric,
				 const struct reduction *r);

/* Raise `frequency` for a clock of the chain that is off its reference; NAN is not. */
void flags_raise_frequency(struct flags *f, double chain_ratio);

/* What a clock read of this cost is of the time that it brackets: cost / (time per operation x
 * batch). `median` is a rate where rate is set. */
double clock_share(double cost_ns, double median, uint64_t batch, bool rate);

#endif
