/* SPDX-License-Identifier: MIT */
#ifndef TABLES_H
#define TABLES_H
#include "report/relations.h"
#include "report/rows.h"
#include "report/sheet.h"

/*
 * The tables of a report: one per metric, a line per cell, cells that may be compared together; in
 * the relation that was seen most, and then one for each other relation.
 */

/* Is the row's metric one that verdicts use? As the benchmark declares it. */
bool tables_headline(const struct row *r);

/* Called with every table in turn, which is gone after the call. */
typedef void table_sink(void *arg, const struct sheet *s);

struct table_wish {
	const struct relations *relations;
	bool brief; /* only metrics that verdicts use, the bounds, and bandwidth */
	table_sink *sink;
	void *arg;
};

int tables_make(const struct rows *r, const struct table_wish *wish, struct why *w);

/* What could not be measured and why: one line per reason. status is "skip" or "fail". The caller
 * frees the sheet. */
struct tables_absent {
	struct sheet sheet;
	size_t rows; /* of summary.csv that have this status */
};
int tables_absent(const struct rows *r, const char *status, struct tables_absent *a, struct why *w);

#endif
