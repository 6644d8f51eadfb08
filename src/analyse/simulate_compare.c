/* SPDX-License-Identifier: MIT */
/* Two runs of one cell: intervals of the difference, the words given to it, and what a difference
 * between runs as a whole does to both. */
#include <math.h>
#include "analyse/bootstrap.h"
#include "analyse/compare.h"
#include "analyse/quantile.h"
#include "analyse/shift.h"
#include "analyse/simulate_study.h"
#include "analyse/verdict.h"

static void draw_logs(const struct synthetic *data, struct random *random, double *logs, size_t n)
{
	synthetic_draw(data, random, logs, n);
	for (size_t i = 0; i < n; i++)
		logs[i] = log(logs[i]);
	quantile_sort(logs, n);
}

int simulate_difference(struct simulation *s, const struct difference_study *d, struct why *w)
{
	struct random random = simulate_stream(s);
	double truth = log(synthetic_truth(&d->new)) - log(synthetic_truth(&d->base));
	struct simulated row = { .study = d->name,
				 .what = "covers",
				 .data = d->data,
				 .n = d->n,
				 .trials = simulate_trials(s, d->part),
				 .known = d->known,
				 .low = d->low,
				 .high = d->high };
	int err = 0;

	for (uint64_t i = 0; i < row.trials && !err; i++) {
		double base[STUDY_VALUES_MAX], new[STUDY_VALUES_MAX];
		struct estimate e = { NAN, NAN, NAN, NAN };

		draw_logs(&d->base, &random, base, d->n);
		draw_logs(&d->new, &random, new, d->n);
		err = d->estimate(&(struct side){ base, d->n }, &(struct side){ new, d->n }, &e, w);
		row.hits += e.low <= truth && truth <= e.high;
	}
	return err ? err : simulate_add(s, &row, w);
}

static int by_bootstrap(const struct side *base, const struct side *new, struct estimate *e,
			struct why *w)
{
	struct bootstrap b = { .difference = { NAN, NAN, NAN, NAN } };
	int err = bootstrap_medians(base, new, &b, w);

	*e = b.difference;
	return err;
}

#define NORMAL(x)                                                                                  \
	{                                                                                          \
		"lognormal", SHAPE_LOGNORMAL, .spread = x                                          \
	}
#define EXPONENTIAL(x)                                                                             \
	{                                                                                          \
		"exponential", SHAPE_EXPONENTIAL, .spread = x                                      \
	}
#define TWO_HEAPS                                                                                  \
	{                                                                                          \
		"bimodal", SHAPE_BIMODAL, .spread = .01, .step = .1, .share = .3                   \
	}

static int study_shift(struct simulation *s, struct why *w)
{
	static const struct {
		const char *text;
		struct synthetic data;
	} table[] = {
		{ "lognormal 2 %", NORMAL(.02) },
		{ "1 + 4 % exponential", EXPONENTIAL(.04) },
		{ "bimodal +10 %, .3", TWO_HEAPS },
	};
	static const size_t sizes[] = { 6, 8, 10, 15, 20 };
	static const double levels[] = { .95887, .95012, .95674, .95467, .95091 };
	int err = 0;

	for (size_t d = 0; d < sizeof table / sizeof *table; d++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !err; i++)
			err = simulate_difference(s,
						  &(struct difference_study){
							  .name = "Hodges-Lehmann",
							  .data = table[d].text,
							  .base = table[d].data,
							  .new = table[d].data,
							  .n = sizes[i],
							  .part = 4,
							  .known = levels[i],
							  .low = .94,
							  .high = .99,
							  .estimate = shift_estimate,
						  },
						  w);
	return err;
}

/* Where the spreads differ, which is where the program leaves Hodges-Lehmann. */
static int study_unequal(struct simulation *s, struct why *w)
{
	static const struct difference_study table[] = {
		{ .data = "lognormal 1 %, 2 %", NORMAL(.01), NORMAL(.02), 10, .known = .950 },
		{ .data = "lognormal 1 %, 3 %", NORMAL(.01), NORMAL(.03), 10, .known = .941 },
		{ .data = "lognormal 1 %, 5 %", NORMAL(.01), NORMAL(.05), 10, .known = .919 },
		{ .data = "lognormal 1 %, 3 %", NORMAL(.01), NORMAL(.03), 20, .known = NAN },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof table / sizeof *table && !err; i++) {
		struct difference_study d = table[i];

		d.name = "Hodges-Lehmann, spreads differ";
		d.part = 4;
		d.low = d.high = NAN;
		d.estimate = shift_estimate;
		err = simulate_difference(s, &d, w);
	}
	return err;
}

static int study_bootstrap(struct simulation *s, struct why *w)
{
	static const struct difference_study table[] = {
		{ .data = "lognormal 1 %, 1 %", NORMAL(.01), NORMAL(.01), 10 },
		{ .data = "lognormal 1 %, 3 %", NORMAL(.01), NORMAL(.03), 10 },
		{ .data = "exponential 2 %, 6 %", EXPONENTIAL(.02), EXPONENTIAL(.06), 10 },
		{ .data = "lognormal 1 %, 3 %", NORMAL(.01), NORMAL(.03), 20 },
		{ .data = "exponential 2 %, 6 %", EXPONENTIAL(.02), EXPONENTIAL(.06), 20 },
		{ .data = "lognormal 1 %, 3 %", NORMAL(.01), NORMAL(.03), 30 },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof table / sizeof *table && !err; i++) {
		struct difference_study d = table[i];

		d.name = "bootstrap of medians";
		d.part = 20;
		d.known = NAN;
		d.low = .93;
		d.high = .97;
		d.estimate = by_bootstrap;
		err = simulate_difference(s, &d, w);
	}
	return err;
}

int simulate_differences(struct simulation *s, struct why *w)
{
	int err = study_shift(s, w);

	if (!err)
		err = study_unequal(s, w);
	return err ? err : study_bootstrap(s, w);
}
