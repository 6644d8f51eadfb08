/* SPDX-License-Identifier: MIT */
/* Uniform and normal numbers (Box and Muller). */
#include <math.h>
#include "draw.h"

double draw_uniform(struct random *r)
{
	return (double)(random_next(r) >> 11) * 0x1p-53;
}

double draw_normal(struct random *r)
{
	double u = draw_uniform(r), v = draw_uniform(r);

	return sqrt(-2 * log1p(-u)) * cos(2 * M_PI * v);
}

void draw_times(struct random *r, double spread, double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = 1000 * exp(spread * draw_normal(r));
}
