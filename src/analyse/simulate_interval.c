/* SPDX-License-Identifier: MIT */
/* Intervals of one cell's median: for a fixed number of invocations, and under the stop rule. */
#include <math.h>
#include <string.h>
#include "analyse/quantile.h"
#include "analyse/simulate_study.h"

static bool covers(struct estimate e, double truth)
{
	return e.low <= truth && truth <= e.high;
}

int simulate_median(struct simulation *s, const struct median_study *m, struct why *w)
{
	struct random random = simulate_stream(s);
	double values[STUDY_VALUES_MAX], truth = synthetic_truth(&m->data), level = NAN;
	struct simulated row = { .study = m->name,
				 .what = "covers",
				 .data = m->data.name,
				 .n = m->n,
				 .trials = simulate_trials(s, 1),
				 .known = NAN };

	for (uint64_t i = 0; i < row.trials; i++) {
		synthetic_draw(&m->data, &random, values, m->n);
		quantile_sort(values, m->n);
		struct estimate e = m->estimate(values, m->n);

		level = e.level;
		row.hits += covers(interval_widen(e, m->resolution), truth);
	}
	row.low = level;
	row.high = m->resolution > 0 ? 1 : level;
	if (m->data.shape != SHAPE_ROUNDED)
		row.known = level;
	return simulate_add(s, &row, w);
}

static struct estimate order_statistics(const double *sorted, size_t n)
{
	return interval_median(sorted, n, interval_ranks(n, INTERVAL_CONFIDENCE));
}

int simulate_intervals(struct simulation *s, struct why *w)
{
	static const struct synthetic data[] = {
		{ "lognormal 2 %", SHAPE_LOGNORMAL, .spread = .02 },
		{ "lognormal 50 %", SHAPE_LOGNORMAL, .spread = .5 },
		{ "1 + 4 % exponential", SHAPE_EXPONENTIAL, .spread = .04 },
		{ "1 + exponential", SHAPE_EXPONENTIAL, .spread = 1 },
		{ "bimodal +10 %, .2", SHAPE_BIMODAL, .spread = .01, .step = .1, .share = .2 },
		{ "bimodal +10 %, .45", SHAPE_BIMODAL, .spread = .01, .step = .1, .share = .45 },
		{ "23.4 in whole ns", SHAPE_ROUNDED, .spread = .0128 },
	};
	static const size_t sizes[] = { 6, 8, 10, 15, 20, 30 };
	int err = 0;

	for (size_t d = 0; d < sizeof data / sizeof *data; d++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !err; i++)
			err = simulate_median(s,
					      &(struct median_study){
						      .name = "order statistics",
						      .data = data[d],
						      .n = sizes[i],
						      .resolution = data[d].shape == SHAPE_ROUNDED,
						      .estimate = order_statistics,
					      },
					      w);
	return err;
}

enum { LOOKS = 4 };
static const size_t look_at[LOOKS] = { 10, 15, 20, 30 };
static const double precision = .02;

/* What the interval of the first n values, in run order, is under the stop rule. */
static struct estimate look(const double *values, size_t n)
{
	double sorted[STUDY_VALUES_MAX];

	memcpy(sorted, values, n * sizeof *sorted);
	quantile_sort(sorted, n);
	return interval_median(sorted, n, interval_look_ranks(n));
}

struct look_study {
	struct synthetic data;
	double known;
};

struct looked {
	uint64_t covered, early, covered_early, covered_at_all;
};

static void run_until_stopped(const struct look_study *study, struct random *random,
			      struct looked *count)
{
	double values[STUDY_VALUES_MAX], truth = synthetic_truth(&study->data);
	bool stopped = false, everywhere = true;

	synthetic_draw(&study->data, random, values, look_at[LOOKS - 1]);
	for (int i = 0; i < LOOKS; i++) {
		struct estimate e = look(values, look_at[i]);
		bool met = (e.high - e.low) / 2 <= precision * e.value, last = i == LOOKS - 1;

		everywhere = everywhere && covers(e, truth);
		if (stopped || !(met || last))
			continue;
		stopped = true;
		count->covered += covers(e, truth);
		count->early += !last;
		count->covered_early += !last && covers(e, truth);
	}
	count->covered_at_all += everywhere;
}

/* Together the ranks cover with this, whatever made the run stop. */
static const double together = .95027;

static int look_rows(struct simulation *s, const struct look_study *study,
		     const struct looked *count, struct why *w)
{
	struct simulated row = { .study = "stop rule, 2 %",
				 .what = "covers",
				 .data = study->data.name,
				 .n = look_at[LOOKS - 1],
				 .trials = simulate_trials(s, 1),
				 .hits = count->covered,
				 .known = study->known,
				 .low = together,
				 .high = 1 };
	struct simulated all = row, early = row, there = row;

	all.what = "covers at all four looks";
	all.hits = count->covered_at_all;
	all.known = all.high = together;
	early.what = "stops before 30";
	early.hits = count->early;
	early.known = early.low = early.high = NAN;
	there = early;
	there.what = "covers, of those";
	there.hits = count->covered_early;
	there.trials = count->early;
	int err = simulate_add(s, &row, w);
	if (!err)
		err = simulate_add(s, &all, w);
	if (!err)
		err = simulate_add(s, &early, w);
	return err || !there.trials ? err : simulate_add(s, &there, w);
}

int simulate_looks(struct simulation *s, struct why *w)
{
	static const struct look_study studies[] = {
		{ { "lognormal 1 %", SHAPE_LOGNORMAL, .spread = .01 }, .998 },
		{ { "lognormal 2 %", SHAPE_LOGNORMAL, .spread = .02 }, .990 },
		{ { "lognormal 3 %", SHAPE_LOGNORMAL, .spread = .03 }, .971 },
		{ { "lognormal 4 %", SHAPE_LOGNORMAL, .spread = .04 }, .960 },
		{ { "lognormal 6 %", SHAPE_LOGNORMAL, .spread = .06 }, NAN },
		{ { "1 + 4 % exponential", SHAPE_EXPONENTIAL, .spread = .04 }, .972 },
		{ { "1 + exponential", SHAPE_EXPONENTIAL, .spread = 1 }, NAN },
		{ { "bimodal +10 %, .2", SHAPE_BIMODAL, .spread = .01, .step = .1, .share = .2 },
		  .980 },
		{ { "bimodal +10 %, .4", SHAPE_BIMODAL, .spread = .01, .step = .1, .share = .4 },
		  .962 },
		{ { "bimodal +10 %, .45", SHAPE_BIMODAL, .spread = .01, .step = .1, .share = .45 },
		  .957 },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof studies / sizeof *studies && !err; i++) {
		struct random random = simulate_stream(s);
		struct looked count = { 0 };

		for (uint64_t t = simulate_trials(s, 1); t > 0; t--)
			run_until_stopped(&studies[i], &random, &count);
		err = look_rows(s, &studies[i], &count, w);
	}
	return err;
}
