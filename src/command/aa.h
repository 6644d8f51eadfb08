/* SPDX-License-Identifier: MIT */
#ifndef AA_H
#define AA_H
#include <stdbool.h>
#include <stddef.h>
#include "base/fail.h"

/*
 * The program against itself: what several runs of one small plan measured, and what comparing
 * them says although nothing was changed between them.
 */
enum { AA_BLOCKS = 16 };
#define AA_NO_BASE ((size_t)-1)

struct aa_row {
	char name[96];     /* benchmark/metric, as deviations are recorded */
	bool rate;         /* more is better */
	size_t cell, base; /* base: index of the row that its ratio is relative to */
	double *value;     /* of run r in block b at [r * AA_BLOCKS + b]; NAN: none */
	double *all; /* until aa_settle: the same over all windows, where value is over calm ones */
};

struct aa {
	size_t runs, rows;
	struct aa_row *row;
};

static inline double *aa_values(const struct aa *a, size_t row, size_t run)
{
	return a->row[row].value + run * AA_BLOCKS;
}

/* Make *a ready for so many runs; the rows come with the first one. */
void aa_open(struct aa *a, size_t runs);
void aa_close(struct aa *a);

/* Carry out run number `run` of the plan, in a process of its own, and add what it measured. */
int aa_run(struct aa *a, size_t run, struct why *w);

/*
 * When all runs are there: choose what is compared. A run that was not calm in a row has no verdict
 * and no part in the deviation there, as `compare` has it; but where fewer than AA_CALM_RUNS were calm,
 * values over all windows are taken from every run. Returns the rows that are over calm ones.
 */
enum { AA_CALM_RUNS = 6 };
size_t aa_settle(struct aa *a);

/* Of the row that has fewest: runs that have values in it. */
size_t aa_fewest_runs(const struct aa *a);

/* What comparisons that should find nothing said. */
struct aa_words {
	unsigned different, same, undecided;
};

struct aa_coverage {
	unsigned covered, widened, intervals; /* widened: by the deviation between runs */
};

struct aa_result {
	struct aa_words unpaired; /* each run with the next, by the threshold alone */
	struct aa_words raised;   /* the same, delta raised by the deviation between runs */
	struct aa_words paired;   /* neighbouring blocks of one run */
	struct aa_coverage median, ratio;
};

/* -ENOMEM. */
int aa_compare(const struct aa *a, struct aa_result *r, struct why *w);

/* The standard deviation of ln(median of a run) of all rows of this name together. */
double aa_deviation(const struct aa *a, const char *name);

#endif
