/* SPDX-License-Identifier: MIT */
#ifndef STANDING_H
#define STANDING_H
#include "analyse/stop.h"
#include "plan/plan.h"
#include "record/journal.h"

/*
 * How the run stands: the calm values of every headline so far, for patience (who is short of
 * them?) and for the stop rule (are they enough?). Parent only.
 */
struct standing_row {
	size_t cell;
	unsigned metric;
	char relation[16];
	double *v; /* calm values in run order, rates as times */
	size_t n, room;
	uint64_t batch; /* the smallest */
	size_t next;    /* another row of its cell; STANDING_NONE: none */
};

#define STANDING_NONE SIZE_MAX

struct standing {
	const struct plan *plan;
	struct standing_row *row;
	size_t n, room;
	size_t *of;              /* of each cell: its newest row; STANDING_NONE: none */
	struct journal *journal; /* what is added is noted there, too; NULL: nowhere */
};

/* -ENOMEM. */
int standing_open(struct standing *s, const struct plan *p, struct why *w);
void standing_close(struct standing *s);

/* The values of a cell's first headline, in the relation in which it has most; NULL: none yet. */
const struct standing_row *standing_of(const struct standing *s, size_t cell);

/* What an invocation said of one metric in one relation. NAN: it was not calm. Metrics that are no
 * headline, and counts, are passed over. */
struct standing_value {
	size_t cell;
	unsigned metric;
	const char *relation;
	double value;
	uint64_t batch;
};
int standing_add(struct standing *s, const struct standing_value *v, struct why *w);

/* What a JOURNAL_VALUE notes; of none that this plan has -EINVAL. */
int standing_restore(struct standing *s, const struct journal_record *r, struct why *w);

/* Has a headline of a cell of this group fewer calm values than wanted, in the relation in which it
 * has most? A cell that gave no value at all has nothing to wait for. */
bool standing_short(const struct standing *s, size_t group, unsigned wanted);

/* The stop rule at a look, over one row per headline: that of the relation with most values. */
struct standing_rule {
	struct stop_rule stop;
	double resolution_ns;
};
int standing_settled(const struct standing *s, const struct standing_rule *rule, bool *settled,
		     struct why *w);

#endif
