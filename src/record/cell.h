/* SPDX-License-Identifier: MIT */
#ifndef CELL_H
#define CELL_H
#include "plan/plan.h"
#include "record/csv.h"

/*
 * Which row this is: the cell columns, and the relation, in every table that has them.
 */

/* Fill the cell columns of a row. The texts are the plan's, which outlives the row. */
void cell_row(struct csv_row *r, const struct planned *p, const struct metric *m);

/* "" with one role, "same" where both roles have one CPU, else "all". Known before anything has
 * run, so that skipped rows have the same key as measured ones. */
const char *cell_relation(const struct planned *p);

#endif
