/* SPDX-License-Identifier: MIT */
#ifndef TALLY_H
#define TALLY_H
#include <jansson.h>
#include <stdbool.h>
#include "record/csv.h"
#include "record/flags.h"

/*
 * invocations.csv sorted by what summary.csv has rows for: the metrics of the cells of run.json's
 * plan, in the plan's order, and the relations seen of each. Numbers are those in the file, as
 * printed, so that the summary is the same whoever computes it and when.
 */

/* What a row of invocations.csv brings along. */
enum quantity {
	QUANTITY_MEDIAN,
	QUANTITY_MEDIAN_ALL,
	QUANTITY_MIN,
	QUANTITY_P10,
	QUANTITY_P25,
	QUANTITY_P75,
	QUANTITY_P90,
	QUANTITY_P99,
	QUANTITY_P999,
	QUANTITY_MAX,
	QUANTITY_MEAN,
	QUANTITY_VARIANCE,
	QUANTITY_SAMPLES,
	QUANTITY_BATCH,
	QUANTITY_MILD,
	QUANTITY_FAR,
	QUANTITY_BLOCK,
	QUANTITY_WINDOWS,
	QUANTITY_CALM,   /* windows; NAN: no reference was at hand */
	QUANTITY_BEFORE, /* windows whose first canaries passed */
	QUANTITY_AFTER,  /* whose second ones did; NAN: of a run before there was that column */
	QUANTITY_LINE,   /* ns of a cache line; NAN: not between two CPUs */
	QUANTITY_CPU,    /* of role 0, OS index; of role 1 the next; NAN: there is none */
	QUANTITY_CPU_1,
	QUANTITIES
};

/* The rows of one metric of one cell in one relation, in run order. */
struct entry {
	char *relation;
	double (*points)[QUANTITIES]; /* of rows that are ok; NAN where empty */
	size_t n, room;
	size_t skipped, failed; /* skipped: discarded ones too */
	char *reason;           /* the first sentence of a row that is not ok */
	struct flags flags;     /* of all rows */
	struct entry *next;     /* another relation */
};

/* One metric of one planned cell. cell and metric are run.json's. */
struct subject {
	char *key;
	const json_t *cell, *metric;
	struct entry *entries; /* NULL: the run ended before it */
	bool repeated;         /* the same cell stands in the plan before */
};

struct tally {
	json_t *run;              /* run.json */
	struct subject *subjects; /* in plan order */
	size_t n, room;
	size_t *first; /* of each cell: index of its first subject; one more at the end */
	struct subject **by_key;
	struct subject **nulls; /* those of `null`: few */
	size_t n_nulls;
	size_t blocks;      /* from 0 to the last with a row that is ok, discarded ones too */
	unsigned long torn; /* line of a last row that was cut short, else 0 */
};

/* Read DIR/run.json, and DIR/invocations.csv against its plan. A row of no planned cell is -EINVAL
 * with a sentence. */
int tally_open(struct tally *t, const char *dir, struct why *w);
void tally_close(struct tally *t);

/* The cell columns of a row, from run.json. */
void tally_cell_row(struct csv_row *row, const struct subject *s);

/* The same metric in this relation in the cell that a subject's ratios are relative to; NULL:
 * none. */
const struct entry *tally_base(const struct tally *t, const struct subject *s,
			       const char *relation);

/* The rows of a subject in this relation; NULL: none. */
const struct entry *tally_entry(const struct subject *s, const char *relation);

/* What `null` says with as many roles, at the same place and in the same relation; else in `all`.
 * NULL: the run has none. */
const struct entry *tally_null(const struct tally *t, const struct subject *s,
			       const char *relation);

#endif
