/* SPDX-License-Identifier: MIT */
#ifndef DRAW_H
#define DRAW_H
#include "base/random.h"

/* Random data for tests, from a seed that the test fixes. */
double draw_uniform(struct random *r); /* [0, 1) */
double draw_normal(struct random *r);

/* v[0..n): times around 1000, each exp(spread * a normal one). */
void draw_times(struct random *r, double spread, double *v, size_t n);

#endif
