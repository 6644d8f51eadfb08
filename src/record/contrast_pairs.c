/* SPDX-License-Identifier: MIT */
#include <math.h>
#include "record/contrast_pairs.h"

static double value_of(const struct contrast_pairs *p, const struct run_value *v)
{
	return p->calm ? v->calm : v->all;
}

/* Blocks ascend in either row: rows stand in the order in which they ran. */
size_t contrast_pairs_make(const struct contrast_pairs *p, double *one, double *other)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < p->one->n && at < p->other->n; i++) {
		const struct run_value *v = &p->one->value[i];

		while (at < p->other->n && p->other->value[at].block < v->block)
			at++;
		if (at == p->other->n || p->other->value[at].block != v->block)
			continue;
		const struct run_value *match = &p->other->value[at++];
		if (isnan(value_of(p, v)) || isnan(value_of(p, match)))
			continue;
		one[n] = value_of(p, v);
		other[n++] = value_of(p, match);
	}
	return n;
}
