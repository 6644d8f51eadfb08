/* SPDX-License-Identifier: MIT */
#ifndef VIEW_H
#define VIEW_H
#include "record/calm.h"
#include "record/csv.h"
#include "record/flags.h"
#include "record/reduce.h"

/*
 * One row of invocations.csv in the making; for recorder.c and view.c only.
 */

/* One metric of an invocation that ended well, in one relation; `calm` has these
 * windows selected. */
struct view {
	const struct invocation *invocation;
	unsigned metric;
	const char *relation; /* as in the row */
	struct calm_count count;
	struct reduction reduction;
	double median; /* over calm windows; NAN: too few */
	struct flags flags;
};

struct view_tools {
	struct calm *calm;
	struct workspace *workspace;
	bool stolen; /* the flag `steal` of the block that the invocation is in */
};

/* invocation, metric and relation (NULL: over all windows) are set; the rest is made, and the windows
 * selected in t->calm. -ENOMEM. */
int view_make(struct view *v, const struct view_tools *t);

/* Every column that is measured; the row refers to v until it is written. Call it when nobody needs v->reduction.sorted any more: the
 * workspace that it is in is used again. */
void view_row(struct csv_row *row, const struct view *v, const struct view_tools *t);

#endif
