/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "analyse/spread.h"
#include "record/reduce.h"

static const double second_ns = 1e9;

void workspace_close(struct workspace *s)
{
	free(s->samples);
	free(s->spare);
	free(s->values);
	*s = (struct workspace){ 0 };
}

static int workspace_room(struct workspace *s, size_t n)
{
	if (n <= s->cap)
		return 0;
	workspace_close(s);
	s->samples = malloc(n * sizeof *s->samples);
	s->spare = malloc(n * sizeof *s->spare);
	s->values = malloc(n * sizeof *s->values);
	if (!s->samples || !s->spare || !s->values) {
		workspace_close(s);
		return -ENOMEM;
	}
	s->cap = n;
	return 0;
}

static bool is_rate(enum kind k)
{
	return k == KIND_RATE || k == KIND_BOUND_RATE;
}

/* A rate over no time is no number. */
static bool measured(const struct portion *p, enum kind k)
{
	return p->operations && (p->amount || !is_rate(k));
}

/* Everything that was timed one by one, kept as a sample or not. */
static uint64_t timings(const struct outcome *out, unsigned metric)
{
	return out->series[metric].len + out->series[metric].lost;
}

/* The longest of windows that hold one event each; only then is a window's length an event's. */
static uint64_t longest_event(const struct outcome *out, unsigned metric, uint64_t windows)
{
	uint64_t longest = 0;

	for (uint64_t i = 0; i < out->windows; i++) {
		const struct portion *p = &out->window[i].portion[metric];
		bool single =
			p->samples == 1 || p->operations == 1 || timings(out, metric) == windows;

		if (single && p->amount > longest)
			longest = p->amount;
	}
	return longest;
}

static void sum_windows(const struct outcome *out, enum kind k, unsigned metric,
			struct reduction *r)
{
	for (uint64_t i = 0; i < out->windows; i++) {
		const struct portion *p = &out->window[i].portion[metric];

		if (!measured(p, k))
			continue;
		r->windows++;
		r->operations += p->operations;
		r->elapsed_ns += k == KIND_COUNT ? out->window[i].elapsed_ns : p->amount;
	}
}

/* Every sample is the time of as many operations as the data say; where they differ from sample
 * to sample, what the benchmark says. */
static uint64_t batch_of(const struct outcome *out, unsigned metric, const struct reduction *r)
{
	uint64_t timed = timings(out, metric);

	if (!timed)
		return r->operations / r->windows;
	if (r->operations % timed == 0)
		return r->operations / timed;
	return out->batch > 1 ? out->batch : 1;
}

/* Window values, always as amount / operations, ascending. */
static void window_values(const struct outcome *out, enum kind k, unsigned metric, double *values)
{
	size_t n = 0;

	for (uint64_t i = 0; i < out->windows; i++) {
		const struct portion *p = &out->window[i].portion[metric];

		if (measured(p, k))
			values[n++] = (double)p->amount / (double)p->operations;
	}
	quantile_sort(values, n);
}

static void sample_values(const struct outcome *out, unsigned metric, uint64_t batch,
			  struct workspace *s)
{
	size_t n = out->series[metric].len;

	memcpy(s->samples, outcome_samples(out, metric), n * sizeof *s->samples);
	quantile_sort_samples(s->samples, s->spare, n);
	for (size_t i = 0; i < n; i++)
		s->values[i] = s->samples[i] / (double)batch;
}

/* Ascending times become ascending rates. */
static void invert(double *values, size_t n)
{
	for (size_t i = 0, j = n; i < j; i++) {
		double low = values[i];

		values[i] = second_ns / values[--j];
		values[j] = second_ns / low;
	}
}

/* The values that the quantiles are over, and what is not a quantile of them. */
static void describe(struct reduction *r, enum kind k, struct workspace *s)
{
	r->mean = spread_mean(s->values, r->n);
	r->variance = is_rate(k) ? NAN : spread_variance(s->values, r->n);
	if (is_rate(k)) {
		r->mean = second_ns / r->mean;
		invert(s->values, r->n);
	}
	struct outliers o = spread_outliers(s->values, r->n);
	r->mild = o.mild;
	r->far = o.far;
	r->sorted = s->values;
}

int reduce_metric(const struct outcome *out, const struct part *part, unsigned metric,
		  struct workspace *s, struct reduction *r)
{
	enum kind k = part->metrics[metric].kind;
	size_t samples = out->series[metric].len;

	*r = (struct reduction){ .median = NAN, .rate = NAN, .mean = NAN, .variance = NAN };
	sum_windows(out, k, metric, r);
	if (!r->windows)
		return 0;
	if (workspace_room(s, samples > out->windows ? samples : out->windows))
		return -ENOMEM;
	r->batch = batch_of(out, metric, r);
	if (k != KIND_COUNT)
		r->longest_event_ns = longest_event(out, metric, r->windows);
	r->lost = part->metrics[metric].samples ? out->series[metric].lost : 0;
	window_values(out, k, metric, s->values);
	r->median = quantile_median(s->values, r->windows);
	if (is_rate(k))
		r->median = second_ns / r->median;
	if (k != KIND_COUNT && r->elapsed_ns)
		r->rate = (double)r->operations * second_ns / (double)r->elapsed_ns;
	r->sampled = samples > 0;
	r->n = r->sampled ? samples : r->windows;
	if (r->sampled)
		sample_values(out, metric, r->batch, s);
	describe(r, k, s);
	return 0;
}

double reduce_window(const struct outcome *out, unsigned metric, const struct window *win,
		     const struct reduction *r, struct workspace *s)
{
	const struct portion *p = &win->portion[metric];

	if (!p->samples)
		return (double)p->amount / (double)p->operations;
	memcpy(s->samples, outcome_samples(out, metric) + p->first,
	       p->samples * sizeof *s->samples);
	quantile_sort_samples(s->samples, s->spare, p->samples);
	return quantile_median_of_samples(s->samples, p->samples) / (double)r->batch;
}

/* The median of what is a number among n readings. */
static double median_of_readings(double *values, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			values[kept++] = values[i];
	quantile_sort(values, kept);
	return quantile_median(values, kept);
}

double reduce_chain_ghz(const struct outcome *out, int roles, struct workspace *s)
{
	size_t n = 0;

	if (workspace_room(s, out->windows * 2 * ROLES_MAX))
		return NAN;
	for (uint64_t i = 0; i < out->windows; i++)
		for (int role = 0; role < roles; role++) {
			s->values[n++] = out->window[i].before[role].chain_ghz;
			s->values[n++] = out->window[i].after[role].chain_ghz;
		}
	return median_of_readings(s->values, n);
}

double reduce_cache_line(const struct outcome *out, struct workspace *s)
{
	if (workspace_room(s, out->windows * 2))
		return NAN;
	for (uint64_t i = 0; i < out->windows; i++) {
		s->values[2 * i] = out->window[i].line_before;
		s->values[2 * i + 1] = out->window[i].line_after;
	}
	return median_of_readings(s->values, out->windows * 2);
}
