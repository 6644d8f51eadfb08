/* SPDX-License-Identifier: MIT */
#ifndef STANDSTILL_H
#define STANDSTILL_H
#include "record/journal.h"

/* Where a run directory was left: the last milestone whose rows are all in the files. */
struct standstill {
	struct journal journal;
	struct journal_point point;
	uint64_t whole; /* bytes of the journal up to it */
};

/* Find it; nothing is changed yet, but the journal is locked from here on. -EINVAL with a sentence. */
int standstill_find(struct standstill *s, const char *dir, struct why *w);

/* Which groups of the block begun are over: `over` has room for all, and is all false. */
int standstill_over(const struct standstill *s, size_t groups, bool *over, struct why *w);

/* Call it when nothing became of it; not after recorder_resume(), whose journal it then is. */
void standstill_close(struct standstill *s);

#endif
