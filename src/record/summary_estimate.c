/* SPDX-License-Identifier: MIT */
/*
 * The unit is the invocation: every estimate is a median over invocations, every interval is
 * between two of them. Rates are turned into times first and back at the end, which exchanges the
 * ends of the intervals.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyse/quantile.h"
#include "analyse/spread.h"
#include "analyse/stop.h"
#include "analyse/trend.h"
#include "record/summary_row.h"

static const double second_ns = 1e9;
static const double drift_p = .01; /* method.md, flags */

size_t summary_gather(const struct summary *s, enum quantity q, double *out)
{
	/* At a look a row uses its first calm invocations, so many as the look says. */
	size_t most = s->precise && q == QUANTITY_MEDIAN ? s->look : SIZE_MAX;
	size_t n = 0;

	for (size_t i = 0; i < s->entry->n && n < most; i++) {
		double x = s->entry->points[i][q];

		if (!isnan(x))
			out[n++] = s->rate ? second_ns / x : x;
	}
	return n;
}

/* The same of what is no value of the metric: counts of samples, of outliers. */
static double sum_of(const struct entry *e, enum quantity q)
{
	double sum = 0;

	for (size_t i = 0; i < e->n; i++)
		sum += isnan(e->points[i][q]) ? 0 : e->points[i][q];
	return sum;
}

static double smallest_of(const struct entry *e, enum quantity q)
{
	double least = NAN;

	for (size_t i = 0; i < e->n; i++)
		least = fmin(least, e->points[i][q]);
	return least;
}

static double largest_of(const struct entry *e, enum quantity q)
{
	double most = NAN;

	for (size_t i = 0; i < e->n; i++)
		most = fmax(most, e->points[i][q]);
	return most;
}

/* The ranks of a look, where the rule was that looks are taken; a row that had not enough for the
 * look that ended the run has those of what it has. */
static struct ranks ranks_of(const struct summary *s, size_t n)
{
	if (s->precision > 0 && !(s->precise && n < s->look))
		return interval_look_ranks(n);
	return interval_ranks(n, INTERVAL_CONFIDENCE);
}

/* Of times, even where the metric is a rate. */
static struct estimate estimate_time(const struct summary *s, enum quantity q)
{
	size_t n = summary_gather(s, q, s->value);

	quantile_sort(s->value, n);
	struct estimate e = interval_median(s->value, n, ranks_of(s, n));
	return s->count ? e : interval_widen(e, s->resolution / s->batch);
}

struct estimate summary_estimate(const struct summary *s, enum quantity q)
{
	struct estimate e = estimate_time(s, q);

	if (!s->rate)
		return e;
	/* A time that the clock cannot tell from none bounds no rate. */
	if (e.low <= 0)
		e.low = NAN;
	return interval_inverse(e, second_ns);
}

bool summary_precise(const struct summary *s)
{
	struct estimate e = estimate_time(s, s->over);
	bool calm = !s->gated || s->over == QUANTITY_MEDIAN || s->count;

	return calm && summary_gather(s, s->over, s->value) >= s->look &&
	       ((s->count && e.low == e.high) || stop_half_width(e) <= s->precision);
}

static void put_medians(const struct summary *s)
{
	struct estimate best = summary_estimate(s, s->over);
	struct estimate all = summary_estimate(s, QUANTITY_MEDIAN_ALL);

	if (!s->whole) {
		csv_row_number(s->row, SUMMARY_median, best.value);
		csv_row_number(s->row, SUMMARY_ci_low, best.low);
		csv_row_number(s->row, SUMMARY_ci_high, best.high);
		csv_row_number(s->row, SUMMARY_ci_level, best.level);
	}
	csv_row_number(s->row, SUMMARY_median_all, all.value);
	csv_row_number(s->row, SUMMARY_ci_low_all, all.low);
	csv_row_number(s->row, SUMMARY_ci_high_all, all.high);
	if (!s->count)
		csv_row_number(s->row, SUMMARY_clock_share,
			       clock_share(s->clock_cost, best.value, (uint64_t)s->batch, s->rate));
	if (s->precision > 0 && !s->whole)
		csv_row_integer(s->row, SUMMARY_precision_met, summary_precise(s));
}

static void put_quantiles(const struct summary *s)
{
	static const struct {
		enum quantity q;
		unsigned to, low, high; /* low 0: no interval */
	} quantiles[] = {
		{ QUANTITY_P10, SUMMARY_p10, 0, 0 },
		{ QUANTITY_P25, SUMMARY_p25, 0, 0 },
		{ QUANTITY_P75, SUMMARY_p75, 0, 0 },
		{ QUANTITY_P90, SUMMARY_p90, SUMMARY_p90_low, SUMMARY_p90_high },
		{ QUANTITY_P99, SUMMARY_p99, SUMMARY_p99_low, SUMMARY_p99_high },
		{ QUANTITY_P999, SUMMARY_p999, SUMMARY_p999_low, SUMMARY_p999_high },
	};

	for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
		struct estimate e = summary_estimate(s, quantiles[i].q);

		csv_row_number(s->row, quantiles[i].to, e.value);
		if (!quantiles[i].low)
			continue;
		csv_row_number(s->row, quantiles[i].low, e.low);
		csv_row_number(s->row, quantiles[i].high, e.high);
	}
	csv_row_number(s->row, SUMMARY_min, smallest_of(s->entry, QUANTITY_MIN));
	csv_row_number(s->row, SUMMARY_max, largest_of(s->entry, QUANTITY_MAX));
}

/* Of means; shown, and never used for a verdict. */
static int put_means(const struct summary *s, struct why *w)
{
	size_t n = summary_gather(s, QUANTITY_MEAN, s->value);
	double mean = spread_mean(s->value, n);
	struct within *within = calloc(s->entry->n + 1, sizeof *within);

	if (!within)
		return fail(w, ENOMEM, "the variance of %zu invocations", s->entry->n);
	for (size_t i = 0; i < s->entry->n; i++) {
		const double *point = s->entry->points[i];

		within[i] = (struct within){ .mean = point[QUANTITY_MEAN],
					     .variance = point[QUANTITY_VARIANCE],
					     .samples = point[QUANTITY_SAMPLES] > 0
								? (size_t)point[QUANTITY_SAMPLES]
								: 0 };
	}
	csv_row_number(s->row, SUMMARY_mean, s->rate ? second_ns / mean : mean);
	if (!s->rate)
		csv_row_number(s->row, SUMMARY_between_share,
			       spread_between_share(within, s->entry->n));
	free(within);
	return 0;
}

static void put_counts(const struct summary *s)
{
	const struct entry *e = s->entry;

	csv_row_integer(s->row, SUMMARY_invocations, summary_gather(s, s->over, s->value));
	csv_row_integer(s->row, SUMMARY_samples, (uint64_t)sum_of(e, QUANTITY_SAMPLES));
	csv_row_integer(s->row, SUMMARY_batch, (uint64_t)s->batch);
	csv_row_integer(s->row, SUMMARY_outliers_mild, (uint64_t)sum_of(e, QUANTITY_MILD));
	csv_row_integer(s->row, SUMMARY_outliers_far, (uint64_t)sum_of(e, QUANTITY_FAR));
}

static int raise_flags(struct summary *s, struct why *w)
{
	double p;
	size_t n = summary_gather(s, s->over, s->value);
	int err = trend_p(s->value, n, &p, w);

	if (err)
		return err;
	quantile_sort(s->value, n);
	if (s->count && !s->varies && n && s->value[0] < s->value[n - 1])
		flags_raise(&s->flags, "not_deterministic");
	if (!s->count && p < drift_p)
		flags_raise(&s->flags, "drift");
	if (!s->count && trend_bimodal(s->value, n, s->scratch))
		flags_raise(&s->flags, "bimodal");
	return 0;
}

int summary_estimates(struct summary *s, struct why *w)
{
	s->batch = smallest_of(s->entry, QUANTITY_BATCH);
	if (!(s->batch >= 1))
		s->batch = 1;
	s->flags = s->entry->flags;
	summary_gate(s);
	put_counts(s);
	put_medians(s);
	put_quantiles(s);
	int err = put_means(s, w);
	summary_ratio(s);
	if (!err)
		err = raise_flags(s, w);
	csv_row_text(s->row, SUMMARY_flags, s->flags.text);
	return err;
}
