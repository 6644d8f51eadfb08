/* SPDX-License-Identifier: MIT */
/* Draws from distributions whose median is known. */
#include <math.h>
#include "analyse/synthetic.h"

static const double rounded_truth = 23.4;

double synthetic_uniform(struct random *r)
{
	/* The half keeps it off 0, whose logarithm nobody wants. */
	return ((double)(random_next(r) >> 11) + .5) * 0x1p-53;
}

double synthetic_normal(struct random *r)
{
	double radius = sqrt(-2 * log(synthetic_uniform(r)));

	return radius * cos(2 * M_PI * synthetic_uniform(r));
}

double synthetic_exponential(struct random *r)
{
	return -log(synthetic_uniform(r));
}

/* Stationary from the first value on: the chain begins in its own distribution. */
static void draw_ar1(const struct synthetic *s, struct random *r, double *values, size_t n)
{
	double state = synthetic_normal(r), fresh = sqrt(1 - s->rho * s->rho);

	for (size_t i = 0; i < n; i++) {
		double noise = s->white > 0 ? sqrt(s->white) * synthetic_normal(r) : 0;

		values[i] = exp(s->spread * (sqrt(1 - s->white) * state + noise));
		state = s->rho * state + fresh * synthetic_normal(r);
	}
}

static void draw_trend(const struct synthetic *s, struct random *r, double *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double place = n > 1 ? (double)i / (double)(n - 1) - .5 : 0;

		values[i] = exp(s->step * place + s->spread * synthetic_normal(r));
	}
}

static double draw_one(const struct synthetic *s, struct random *r)
{
	if (s->shape == SHAPE_EXPONENTIAL)
		return 1 + s->spread * synthetic_exponential(r);
	double value = exp(s->spread * synthetic_normal(r));
	if (s->shape == SHAPE_ROUNDED)
		return round(rounded_truth * value);
	if (s->shape == SHAPE_BIMODAL && synthetic_uniform(r) < s->share)
		value *= 1 + s->step;
	return value;
}

void synthetic_draw(const struct synthetic *s, struct random *r, double *values, size_t n)
{
	if (s->shape == SHAPE_AR1) {
		draw_ar1(s, r, values, n);
	} else if (s->shape == SHAPE_TREND) {
		draw_trend(s, r, values, n);
	} else {
		for (size_t i = 0; i < n; i++)
			values[i] = draw_one(s, r);
	}
}

static double normal_below(double x)
{
	return erfc(-x / M_SQRT2) / 2;
}

/* By halving: between the modes the distribution is flat, and Newton's steps would leave it. */
static double bimodal_median(const struct synthetic *s)
{
	double low = -8 * s->spread, high = log1p(s->step) + 8 * s->spread;

	for (int i = 0; i < 100; i++) {
		double x = (low + high) / 2;
		double below = (1 - s->share) * normal_below(x / s->spread) +
			       s->share * normal_below((x - log1p(s->step)) / s->spread);

		*(below < .5 ? &low : &high) = x;
	}
	return exp(low);
}

double synthetic_truth(const struct synthetic *s)
{
	switch (s->shape) {
	case SHAPE_EXPONENTIAL:
		return 1 + s->spread * M_LN2;
	case SHAPE_BIMODAL:
		return bimodal_median(s);
	case SHAPE_ROUNDED:
		return rounded_truth;
	default:
		return 1;
	}
}
