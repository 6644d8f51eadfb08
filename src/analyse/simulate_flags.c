/* SPDX-License-Identifier: MIT */
/* The flags of a row: how often chance raises them, and how often what they are for does. */
#include <math.h>
#include "analyse/quantile.h"
#include "analyse/simulate_study.h"
#include "analyse/trend.h"

struct flag_study {
	const char *name;
	int (*raised)(double *values, size_t n, bool *raised, struct why *w);
	struct synthetic data;
	size_t n;
	double exact; /* how often chance raises it, exactly; NAN: not known */
};

static int drift(double *values, size_t n, bool *raised, struct why *w)
{
	double p = 1;
	int err = trend_p(values, n, &p, w);

	*raised = p < .01;
	return err;
}

static int bimodal(double *values, size_t n, bool *raised, struct why *w)
{
	double scratch[STUDY_VALUES_MAX];

	(void)w;
	quantile_sort(values, n);
	*raised = trend_bimodal(values, n, scratch);
	return 0;
}

static int study_flag(struct simulation *s, const struct flag_study *f, struct why *w)
{
	struct random random = simulate_stream(s);
	struct simulated row = { .study = f->name,
				 .what = "raised",
				 .data = f->data.name,
				 .n = f->n,
				 .trials = simulate_trials(s, 4),
				 .known = f->exact,
				 .low = f->exact,
				 .high = f->exact };
	int err = 0;

	for (uint64_t i = 0; i < row.trials && !err; i++) {
		double values[STUDY_VALUES_MAX];
		bool raised = false;

		synthetic_draw(&f->data, &random, values, f->n);
		err = f->raised(values, f->n, &raised, w);
		row.hits += raised;
	}
	return err ? err : simulate_add(s, &row, w);
}

static int study_drift(struct simulation *s, struct why *w)
{
	static const struct synthetic data[] = {
		{ "independent, 2 %", SHAPE_LOGNORMAL, .spread = .02 },
		{ "trend of 2 %, spread 2 %", SHAPE_TREND, .spread = .02, .step = .02 },
		{ "trend of 6 %, spread 2 %", SHAPE_TREND, .spread = .02, .step = .06 },
		{ "rho .3", SHAPE_AR1, .spread = .02, .rho = .3 },
		{ "rho .6", SHAPE_AR1, .spread = .02, .rho = .6 },
		{ "rho .9", SHAPE_AR1, .spread = .02, .rho = .9 },
	};
	/* The levels that the exact test attains below .01; above J = 10 there is no table. */
	static const size_t sizes[] = { 6, 8, 10, 20 };
	static const double attained[] = { .0028, .0055, .0091, NAN };
	int err = 0;

	for (size_t d = 0; d < sizeof data / sizeof *data; d++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !err; i++)
			err = study_flag(s,
					 &(struct flag_study){ "drift flag", drift, data[d],
							       sizes[i], d ? NAN : attained[i] },
					 w);
	return err;
}

static int study_bimodal(struct simulation *s, struct why *w)
{
	static const struct synthetic data[] = {
		{ "lognormal 2 %", SHAPE_LOGNORMAL, .spread = .02 },
		{ "lognormal 10 %", SHAPE_LOGNORMAL, .spread = .1 },
		{ "lognormal 30 %", SHAPE_LOGNORMAL, .spread = .3 },
		{ "1 + exponential", SHAPE_EXPONENTIAL, .spread = 1 },
		{ "bimodal +10 %, .4", SHAPE_BIMODAL, .spread = .01, .step = .1, .share = .4 },
		{ "bimodal +20 %, .4", SHAPE_BIMODAL, .spread = .01, .step = .2, .share = .4 },
		{ "bimodal +50 %, .4", SHAPE_BIMODAL, .spread = .02, .step = .5, .share = .4 },
		{ "bimodal +50 %, .2", SHAPE_BIMODAL, .spread = .02, .step = .5, .share = .2 },
	};
	static const size_t sizes[] = { 8, 10, 20, 30 };
	int err = 0;

	for (size_t d = 0; d < sizeof data / sizeof *data; d++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !err; i++)
			err = study_flag(s,
					 &(struct flag_study){ "bimodal flag", bimodal, data[d],
							       sizes[i], NAN },
					 w);
	return err;
}

int simulate_flags(struct simulation *s, struct why *w)
{
	int err = study_drift(s, w);

	return err ? err : study_bimodal(s, w);
}
