/* SPDX-License-Identifier: MIT */
#ifndef PROFILE_WORKER_H
#define PROFILE_WORKER_H
#include "record/csv.h"
#include "record/profile.h"
#include "record/profile_load.h"

/*
 * The rows of profile.csv by worker: of processes that do the same at once, each by itself (of pairs
 * each pair). The index is its number, which is that of its CPU in the plan. What it took on the
 * average of one window is one value; the quantiles are over all windows of all invocations.
 */
int profile_worker_add(struct profile *p, const struct profile_source *from);

/* What a JOURNAL_WORKERS notes; -EINVAL where this plan has no such cell. */
int profile_worker_restore(struct profile *p, const struct journal_record *r, struct why *w);

/* The rows of one cell, if it has any. */
int profile_worker_write(const struct profile *p, size_t cell, struct profile_sink *to,
			 struct why *w);

void profile_worker_close(struct profile *p);

#endif
