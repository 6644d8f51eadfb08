/* SPDX-License-Identifier: MIT */
#ifndef STOP_H
#define STOP_H
#include <stdbool.h>
#include <stddef.h>
#include "analyse/interval.h"
#include "base/fail.h"

/*
 * When has a run seen enough? Looked at after 10, 15, 20 and 30 invocations and at no other time:
 * the ranks of these looks cover together whatever the reason for stopping (interval.h), and the
 * interval that is compared with the precision is the one that is reported. Parent only.
 */

/* The next look after `after` invocations, 0: none. least and most bound what a user allows. */
struct looks {
	unsigned least, most;
};
unsigned stop_next(const struct looks *l, unsigned after);

/* One headline row: its calm values in run order (rates as times). */
struct stop_row {
	const double *v;
	size_t n;
	double resolution; /* of the clock, per operation */
};
struct stop_rows {
	const struct stop_row *row;
	size_t n;
	double *scratch; /* room for the longest row */
};

/* The estimate at a look: of the first `look` values; of all of fewer, with their 95 % ranks.
 * scratch has room for row->n. */
struct estimate stop_estimate(const struct stop_row *row, size_t look, double *scratch);

/* Half the width of an interval by its value; NAN without one. */
double stop_half_width(struct estimate e);

/* Is the look the last? When 95 % of the rows have their `look` values and a half-width within
 * `precision`, and none drifts (Mann and Kendall, p < .01 / rows). -ENOMEM. */
struct stop_rule {
	size_t look;
	double precision;
};
int stop_settled(const struct stop_rows *rows, const struct stop_rule *rule, bool *settled,
		 struct why *w);

#endif
