/* SPDX-License-Identifier: MIT */
#ifndef PROFILE_LOAD_H
#define PROFILE_LOAD_H
#include "record/csv.h"
#include "record/profile.h"

/*
 * The rows of profile.csv by offered rate: what a message takes at that rate. The index is the rate
 * in messages/s, also of cells whose rate is a share of a peak: the peak is measured in every
 * invocation, and the index is the median over them of what was really offered.
 *
 * Quantiles are over all windows, per invocation; printed is their median over invocations.
 */
int profile_load_add(struct profile *p, const struct profile_source *from);

/* What a JOURNAL_LOAD notes. */
int profile_load_restore(struct profile *p, const struct journal_record *r, struct why *w);

/* profile.csv, and the row in the making. */
struct profile_sink {
	struct csv_writer out;
	struct csv_row row;
};

/* The rows of one cell, if it has any. */
int profile_load_write(const struct profile *p, size_t cell, struct profile_sink *to,
		       struct why *w);

void profile_load_close(struct profile *p);

#endif
