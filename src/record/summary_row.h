/* SPDX-License-Identifier: MIT */
#ifndef SUMMARY_ROW_H
#define SUMMARY_ROW_H
#include "analyse/gate.h"
#include "analyse/interval.h"
#include "record/tally.h"

/*
 * One row of summary.csv in the making; for summary*.c only. Which values its estimate is over is
 * settled once, by summary_gate(), and everything that says `over` goes by it.
 */
struct summary {
	const struct tally *tally;
	const struct subject *subject;
	const struct entry *entry;
	struct csv_row *row;
	struct flags flags;
	bool rate, count, varies;
	double resolution, clock_cost; /* ns; of the cell's clock */
	double batch;
	double *value, *other, *scratch; /* room for every row of the entry each */

	/* The stop rule of the run. */
	double precision; /* 0: there was none */
	size_t look;      /* the last one; 0: none */
	bool precise;     /* it ended the run */

	/* The gate. */
	bool gated;         /* a reference was at hand */
	bool whole;         /* relation `all` beside others: no estimate of its own */
	bool biased;        /* see gate_biased() */
	size_t calm;        /* invocations with a calm value */
	enum quantity over; /* what the estimate is over: calm values or all */
};

/* What there is of one quantity, in run order; rates as times. */
size_t summary_gather(const struct summary *s, enum quantity q, double *out);

/* The median over invocations with its interval; inverted again for rates. */
struct estimate summary_estimate(const struct summary *s, enum quantity q);

/* Is the interval of the estimate within --precision? */
bool summary_precise(const struct summary *s);

/* All columns of a row that has values, by means of the functions below. -ENOMEM. */
int summary_estimates(struct summary *s, struct why *w);

/* Settle what the estimate is over; write the gate's columns and raise its flags. */
void summary_gate(struct summary *s);

/* The paired ratio to the base. */
void summary_ratio(struct summary *s);

#endif
