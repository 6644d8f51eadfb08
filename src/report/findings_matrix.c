/* SPDX-License-Identifier: MIT */
/* Of a cache line between every two CPUs: a table of thousands of pairs in a sentence. */
#include <errno.h>
#include <stdlib.h>
#include "analyse/quantile.h"
#include "report/findings.h"
#include "report/pick.h"

/* The pairs, and the two ends of what they take. */
struct pairs {
	const struct row *nearest, *furthest;
	double *value;
	size_t n;
	bool contended;
};

static void add(struct pairs *p, const struct row *row)
{
	double v = row_number(row, SUMMARY_median);

	if (!p->n || v < row_number(p->nearest, SUMMARY_median))
		p->nearest = row;
	if (!p->n || v > row_number(p->furthest, SUMMARY_median))
		p->furthest = row;
	p->value[p->n++] = v;
	p->contended |= row_contended(row);
}

static int say(struct findings *f, struct pairs *p, struct why *w)
{
	char near[40], far[40], half[40], times[32];
	double low = row_number(p->nearest, SUMMARY_median);
	double high = row_number(p->furthest, SUMMARY_median);

	quantile_sort(p->value, p->n);
	return findings_say(
		f, w,
		"Of %zu pairs of CPUs the nearest is %s, a cache line one way in %s, and the "
		"furthest %s, in %s, %s times as long; half of them take %s or less%s.",
		p->n, row_axis(p->nearest, AXIS_PLACE), value_text(low, "ns", near, sizeof near),
		row_axis(p->furthest, AXIS_PLACE), value_text(high, "ns", far, sizeof far),
		digits_text(high / low, times, sizeof times),
		value_text(quantile_median(p->value, p->n), "ns", half, sizeof half),
		p->contended ? " (some contended)" : "");
}

int findings_matrix(struct findings *f, const struct rows *r, struct why *w)
{
	const struct pick pick = { .benchmark = "matrix", .metric = "cache-line" };
	const struct row *first = pick_first(r, &pick);
	struct pairs p = { .n = 0 };
	int err = 0;

	if (!first)
		return 0;
	p.value = calloc(r->n, sizeof *p.value);
	if (!p.value)
		return fail(w, ENOMEM, "a report's sentences");
	for (const struct row *row = first; row; row = row->with[SHARED_METRIC].next)
		if (row_picked(row, &pick))
			add(&p, row);
	if (p.n > 1)
		err = say(f, &p, w);
	free(p.value);
	return err;
}
