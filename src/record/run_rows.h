/* SPDX-License-Identifier: MIT */
#ifndef RUN_ROWS_H
#define RUN_ROWS_H
#include <jansson.h>
#include <stdbool.h>
#include "base/lookup.h"
#include "record/schema.h"

/*
 * What one run measured, as a comparison needs it: a row per cell, metric and relation, with the
 * value of every invocation. It may be filled from several run directories, a block each: that is
 * how two programs are compared block by block. Parent only.
 */
struct run_value {
	double calm; /* over calm windows; NAN where the invocation has no such value */
	double all;  /* over all windows */
	unsigned block;
	double line_ns; /* what a cache line took; NAN: nothing passed between two CPUs */
};

struct run_row {
	char *key; /* what rows of two runs are joined on, but for the relation */
	char *relation;
	char *cell[CELL_COLUMNS]; /* "" where empty */
	bool headline, rate;      /* rate: more is better */
	bool of_events;           /* what a window is worth: see struct metric */
	const char *status;       /* "ok", "skip" or "fail" */
	char *reason;             /* NULL, or why there is no value, or not one of each block */
	struct run_value *value;  /* in run order */
	size_t n;
	size_t calm;   /* values that have a calm one */
	double cpu[2]; /* of each role, OS index; NAN: there is none */
};

struct run_rows {
	char *path;   /* of the first directory */
	json_t *json; /* its run.json */
	struct run_row *row;
	size_t n, room;
	struct lookup by_key; /* and relation */
	bool gated;           /* windows were told calm from not calm: calm values mean something */
	size_t blocks;        /* directories added, or the blocks of the only one */
};

/* Add what DIR measured. *r begins as { 0 }. A second directory's blocks follow the first's.
 * -EINVAL: an input file is not what it should be; the sentence names file, line and column. */
int run_rows_add(struct run_rows *r, const char *dir, struct why *w);
void run_rows_free(struct run_rows *r);

/* The first row that is not in by_key yet gets there. -ENOMEM. */
int run_rows_know(struct run_rows *r);

const struct run_row *run_rows_find(const struct run_rows *r, const char *key,
				    const char *relation);

const char *run_row_benchmark(const struct run_row *r);
const char *run_row_metric(const struct run_row *r);

/* The values: calm ones where `calm`, else all; those that there are. out has room for r->n. */
size_t run_row_values(const struct run_row *r, bool calm, double *out);

/* A class of relations of this run: its bounds in ns. False where run.json has none. */
bool run_rows_class(const struct run_rows *r, const char *relation, double *low, double *high);

/* What a mapping took beside calm windows of so many roles, in cycles: the level that they were held to, or, of a
 * run that was held to none, what it saw most; 0 where neither is recorded. */
double run_rows_mapping(const struct run_rows *r, int roles);

/* The clock that windows of so many roles were held to on a CPU (OS index), GHz; 0 where none is recorded. */
double run_rows_clock(const struct run_rows *r, int roles, double cpu);

/* Does it tell relations apart (r1, r2, ...), so that `all` is a mixture and no headline? */
bool run_rows_classed(const struct run_rows *r);

/* The standard deviation of a metric's ln median from run to run on that machine, as run.json
 * has it from a self-test; 0 where there is none. */
double run_rows_deviation(const struct run_rows *r, const char *benchmark, const char *metric);

#endif
