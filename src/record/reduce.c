/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
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

static bool selected(struct selection of, uint64_t window)
{
	return !of.in || of.in[window];
}

bool reduce_measured(const struct outcome *out, const struct part *part, unsigned metric,
		     uint64_t window)
{
	return measured(&out->window[window].portion[metric], part->metrics[metric].kind);
}

const char *reduce_absent(const struct outcome *out, const struct part *part, unsigned metric,
			  struct why *w)
{
	const struct metric *m = &part->metrics[metric];
	const char *per = is_rate(m->kind) ? NULL : strchr(m->unit, '/');
	uint64_t idle = 0;

	for (uint64_t i = 0; i < out->windows; i++) {
		const struct portion *p = &out->window[i].portion[metric];

		idle += p->amount && !p->operations;
	}
	if (!idle) {
		snprintf(w->text, sizeof w->text, "no window measured this metric");
		return "fail";
	}
	snprintf(w->text, sizeof w->text,
		 "no %s in any of %ju windows: there is nothing to divide what they took by",
		 per ? per + 1 : "operation", (uintmax_t)idle);
	return "skip";
}

static bool counts(const struct reduce_source *f, uint64_t window)
{
	return selected(f->of, window) && reduce_measured(f->out, f->part, f->metric, window);
}

/* Everything that was timed one by one, kept as a sample or not. */
static uint64_t timings(const struct outcome *out, unsigned metric)
{
	return out->series[metric].len + out->series[metric].lost;
}

/* The longest of windows that hold one event each; only then is a window's length an event's. */
static uint64_t longest_event(const struct reduce_source *f, uint64_t windows)
{
	uint64_t longest = 0;

	for (uint64_t i = 0; i < f->out->windows; i++) {
		const struct portion *p = &f->out->window[i].portion[f->metric];
		bool single = p->samples == 1 || p->operations == 1 ||
			      timings(f->out, f->metric) == windows;

		if (counts(f, i) && single && p->amount > longest)
			longest = p->amount;
	}
	return longest;
}

/* Returns how many samples the windows have. */
static size_t sum_windows(const struct reduce_source *f, struct reduction *r)
{
	bool count = f->part->metrics[f->metric].kind == KIND_COUNT;
	size_t samples = 0;

	for (uint64_t i = 0; i < f->out->windows; i++) {
		const struct portion *p = &f->out->window[i].portion[f->metric];

		if (!counts(f, i))
			continue;
		r->windows++;
		r->operations += p->operations;
		r->elapsed_ns += count ? f->out->window[i].elapsed_ns : p->amount;
		samples += p->samples;
	}
	return samples;
}

/* Every sample is the time of as many operations as the data say; where they differ from sample
 * to sample, what the benchmark says. Of the whole invocation: a batch is its property. */
static uint64_t batch_of(const struct reduce_source *f)
{
	struct reduce_source whole = *f;
	struct reduction r = { 0 };
	uint64_t timed = timings(f->out, f->metric);

	whole.of.in = NULL;
	sum_windows(&whole, &r);
	if (!timed)
		return r.operations / r.windows;
	if (r.operations % timed == 0)
		return r.operations / timed;
	return f->out->batch > 1 ? f->out->batch : 1;
}

/* s has room for the window's samples. */
static double median_of_samples(const struct reduce_source *f, const struct portion *p,
				uint64_t batch, struct workspace *s)
{
	memcpy(s->samples, outcome_samples(f->out, f->metric) + p->first,
	       p->samples * sizeof *s->samples);
	quantile_sort_samples(s->samples, s->spare, p->samples);
	return quantile_median_of_samples(s->samples, p->samples) / (double)batch;
}

/* A window whose samples found no room has a time all the same. */
static double value_of(const struct reduce_source *f, const struct portion *p, uint64_t batch,
		       struct workspace *s)
{
	if (f->part->metrics[f->metric].of_events && p->samples)
		return median_of_samples(f, p, batch, s);
	return (double)p->amount / (double)p->operations;
}

/* Into s->values, ascending, rates as times. */
static size_t window_values(const struct reduce_source *f, uint64_t batch, struct workspace *s)
{
	size_t n = 0;

	for (uint64_t i = 0; i < f->out->windows; i++)
		if (counts(f, i))
			s->values[n++] =
				value_of(f, &f->out->window[i].portion[f->metric], batch, s);
	quantile_sort(s->values, n);
	return n;
}

static void sample_values(const struct reduce_source *f, uint64_t batch, struct workspace *s)
{
	size_t n = 0;

	for (uint64_t i = 0; i < f->out->windows; i++) {
		const struct portion *p = &f->out->window[i].portion[f->metric];

		if (!counts(f, i))
			continue;
		memcpy(s->samples + n, outcome_samples(f->out, f->metric) + p->first,
		       p->samples * sizeof *s->samples);
		n += p->samples;
	}
	quantile_sort_samples(s->samples, s->spare, n);
	for (size_t i = 0; i < n; i++)
		s->values[i] = s->samples[i] / (double)batch;
}

/* For a value of each window, and for these samples. */
static size_t room_for(const struct reduce_source *f, size_t samples)
{
	return samples > f->out->windows ? samples : f->out->windows;
}

static double median_of(const struct reduce_source *f, const double *values, size_t n)
{
	double median = quantile_median(values, n);

	return is_rate(f->part->metrics[f->metric].kind) ? second_ns / median : median;
}

int reduce_median(const struct reduce_source *from, double *median)
{
	struct workspace own = { 0 };
	struct reduction r = { 0 };
	size_t samples = sum_windows(from, &r);

	*median = NAN;
	if (!r.windows)
		return 0;
	if (workspace_room(&own, room_for(from, samples)))
		return -ENOMEM;
	*median = median_of(from, own.values, window_values(from, batch_of(from), &own));
	workspace_close(&own);
	return 0;
}

double reduce_value(const struct reduce_source *from, const struct window *win, uint64_t batch,
		    struct workspace *s)
{
	return value_of(from, &win->portion[from->metric], batch, s);
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

int reduce_metric(const struct reduce_source *from, struct workspace *s, struct reduction *r)
{
	const struct metric *m = &from->part->metrics[from->metric];
	enum kind k = m->kind;

	*r = (struct reduction){ .median = NAN, .rate = NAN, .mean = NAN, .variance = NAN };
	size_t samples = sum_windows(from, r);
	if (!r->windows)
		return 0;
	if (workspace_room(s, room_for(from, samples)))
		return -ENOMEM;
	r->batch = batch_of(from);
	if (k != KIND_COUNT)
		r->longest_event_ns = longest_event(from, r->windows);
	r->lost = m->samples ? from->out->series[from->metric].lost : 0;
	r->median = median_of(from, s->values, window_values(from, r->batch, s));
	if (k != KIND_COUNT && r->elapsed_ns)
		r->rate = (double)r->operations * second_ns / (double)r->elapsed_ns;
	r->sampled = samples > 0;
	r->n = r->sampled ? samples : r->windows;
	if (r->sampled)
		sample_values(from, r->batch, s);
	describe(r, k, s);
	return 0;
}

double reduce_window(const struct reduce_source *from, const struct window *win, uint64_t batch,
		     struct workspace *s)
{
	const struct portion *p = &win->portion[from->metric];

	if (from->part->metrics[from->metric].kind == KIND_COUNT)
		return NAN;
	if (!p->samples)
		return (double)p->amount / (double)p->operations;
	return median_of_samples(from, p, batch, s);
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

double reduce_chain_ghz(const struct outcome *out, int roles, struct selection of,
			struct workspace *s)
{
	size_t n = 0;

	if (workspace_room(s, out->windows * 2 * ROLES_MAX))
		return NAN;
	for (uint64_t i = 0; i < out->windows; i++)
		for (int role = 0; role < roles && selected(of, i); role++) {
			s->values[n++] = out->window[i].before[role].chain_ghz;
			s->values[n++] = out->window[i].after[role].chain_ghz;
		}
	return median_of_readings(s->values, n);
}

double reduce_cache_line(const struct outcome *out, struct selection of, struct workspace *s)
{
	size_t n = 0;

	if (workspace_room(s, out->windows * 2))
		return NAN;
	for (uint64_t i = 0; i < out->windows; i++) {
		if (!selected(of, i))
			continue;
		s->values[n++] = out->window[i].line_before;
		s->values[n++] = out->window[i].line_after;
	}
	return median_of_readings(s->values, n);
}
