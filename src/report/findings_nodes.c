/* SPDX-License-Identifier: MIT */
/* Of the matrix of producer, consumer and memory on each node: what distance costs, by where the memory
 * is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "base/units.h"
#include "plan/pairs.h"
#include "report/findings.h"
#include "report/pick.h"

/* Where the memory of a ring is, seen from the two CPUs. */
enum side { NEAR, FAR, PRODUCERS, CONSUMERS, THIRD, SIDES };

static const char *const where[SIDES] = {
	[FAR] = "on one node with the memory on another",
	[PRODUCERS] = "on two with the memory on the producer's",
	[CONSUMERS] = "on two with the memory on the consumer's",
	[THIRD] = "on two with the memory on a third",
};

/* SIDES for what is no cell of the matrix. */
static enum side side_of(const struct row *r)
{
	const char *text = row_axis(r, AXIS_NODE);
	unsigned of[2];
	char *end;
	unsigned long memory = strtoul(text, &end, 10);

	if (!*text || *end || !pairs_nodes(row_axis(r, AXIS_PLACE), of))
		return SIDES;
	if (of[0] == of[1])
		return memory == of[0] ? NEAR : FAR;
	return memory == of[0] ? PRODUCERS : memory == of[1] ? CONSUMERS : THIRD;
}

/* Cells that differ in nothing but where everything is. */
static bool same_but_nodes(const struct row *a, const struct row *b)
{
	return row_same_but(a, b, AXIS(PLACE) | AXIS(NODE));
}

/* The cells of one side. */
struct cells {
	double *value;
	size_t n;
	bool contended;
};

static bool is_cell(const struct row *r)
{
	return r->chosen && row_has_value(r) && side_of(r) != SIDES;
}

/* Of all rows like `first`; room for as many as there are rows in each. */
static void collect(const struct row *first, struct cells side[SIDES])
{
	for (const struct row *row = first; row; row = row->with[SHARED_METRIC].next) {
		if (!is_cell(row) || !same_but_nodes(row, first))
			continue;
		struct cells *c = &side[side_of(row)];
		c->value[c->n++] = row_number(row, SUMMARY_median);
		c->contended |= row_contended(row);
	}
	for (int s = 0; s < SIDES; s++)
		quantile_sort(side[s].value, side[s].n);
}

/* "291 ns to 297 ns (contended)" */
static const char *range(const struct cells *c, char *buf, size_t len)
{
	char low[40], high[40];

	value_text(c->value[0], "ns", low, sizeof low);
	value_text(c->value[c->n - 1], "ns", high, sizeof high);
	snprintf(buf, len, "%s%s%s%s", low, strcmp(low, high) ? " to " : "",
		 strcmp(low, high) ? high : "", c->contended ? " (contended)" : "");
	return buf;
}

static int say(struct findings *f, const struct row *first, const struct cells side[SIDES],
	       struct why *w)
{
	char text[420] = "", values[100], times[32], message[32], mechanism[200];
	double near = quantile_median(side[NEAR].value, side[NEAR].n);
	size_t used = 0;

	for (int s = FAR; s < SIDES && used < sizeof text; s++)
		if (side[s].n)
			used += (size_t)snprintf(
				text + used, sizeof text - used, "; %s %s, %s times as long",
				where[s], range(&side[s], values, sizeof values),
				digits_text(quantile_median(side[s].value, side[s].n) / near, times,
					    sizeof times));
	units_size_text(row_axis_number(first, AXIS_MESSAGE), message, sizeof message);
	return findings_say(f, w,
			    "%s of %s bytes over %s, both CPUs and the memory on one node: %s%s.",
			    strcmp(row_benchmark(first), "latency") ? "A message" : "A round trip",
			    message, row_mechanism(first, mechanism, sizeof mechanism),
			    range(&side[NEAR], values, sizeof values), text);
}

static int matrix(struct findings *f, size_t rows, const struct row *first, struct why *w)
{
	struct cells side[SIDES] = { 0 };
	double *values = calloc(SIDES * rows, sizeof *values);

	if (!values)
		return fail(w, ENOMEM, "a report's sentences");
	for (size_t s = 0; s < SIDES; s++)
		side[s].value = values + s * rows;
	collect(first, side);
	bool distant = side[FAR].n || side[PRODUCERS].n || side[CONSUMERS].n || side[THIRD].n;
	int err = side[NEAR].n && distant ? say(f, first, side, w) : 0;
	free(values);
	return err;
}

/* Is no earlier row of the same matrix? */
static bool is_first(const struct row *r)
{
	const struct row *row = r->with[SHARED_METRIC].first;

	while (row != r && !(is_cell(row) && same_but_nodes(row, r)))
		row = row->with[SHARED_METRIC].next;
	return row == r;
}

static int matrices(struct findings *f, const struct rows *r, const struct pick *p, struct why *w)
{
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++)
		if (row_picked(&r->row[i], p) && is_cell(&r->row[i]) && is_first(&r->row[i]))
			err = matrix(f, r->n, &r->row[i], w);
	return err;
}

int findings_nodes(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick message = { .benchmark = "throughput", .metric = "message" };
	struct pick trip = { .benchmark = "latency", .metric = "rtt" };
	int err = matrices(f, r, &message, w);

	return err ? err : matrices(f, r, &trip, w);
}
