/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include "report/pick.h"

static bool is(const char *wanted, const char *text)
{
	return !wanted || !strcmp(wanted, text);
}

uint64_t row_axis_number(const struct row *r, enum axis a)
{
	return strtoull(row_axis(r, a), NULL, 10);
}

bool row_picked(const struct row *r, const struct pick *p)
{
	return r->chosen && row_has_value(r) && is(p->benchmark, row_benchmark(r)) &&
	       is(p->metric, row_metric(r)) && is(p->region, row_axis(r, AXIS_REGION)) &&
	       is(p->channel, row_axis(r, AXIS_CHANNEL)) && is(p->state, row_axis(r, AXIS_STATE)) &&
	       is(p->access, row_axis(r, AXIS_ACCESS)) && is(p->order, row_axis(r, AXIS_ORDER)) &&
	       (!p->size || p->size == row_axis_number(r, AXIS_SIZE)) &&
	       (!p->message || p->message == row_axis_number(r, AXIS_MESSAGE));
}

const struct row *pick_first(const struct rows *r, const struct pick *p)
{
	for (size_t i = 0; i < r->n; i++)
		if (row_picked(&r->row[i], p))
			return &r->row[i];
	return NULL;
}

const struct row *pick_smallest(const struct rows *r, const struct pick *p, const struct row *like)
{
	const struct row *best = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];

		if (!row_picked(row, p) || !row_comparable(row, like))
			continue;
		n++;
		if (!best || row_number(row, SUMMARY_median) < row_number(best, SUMMARY_median))
			best = row;
	}
	return n > 1 ? best : NULL;
}

uint64_t pick_extreme(const struct rows *r, const struct pick *p, enum axis a, bool largest)
{
	uint64_t found = 0;

	for (size_t i = 0; i < r->n; i++) {
		uint64_t v = row_picked(&r->row[i], p) ? row_axis_number(&r->row[i], a) : 0;

		if (v && (!found || (largest ? v > found : v < found)))
			found = v;
	}
	return found;
}

struct pick pick_largest(const struct rows *r, const struct pick *p)
{
	struct pick largest = *p;

	largest.size = 0;
	largest.size = pick_extreme(r, &largest, AXIS_SIZE, true);
	return largest;
}
