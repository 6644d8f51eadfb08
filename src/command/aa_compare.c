/* SPDX-License-Identifier: MIT */
/* Every comparison that these runs allow. Nothing was changed, so each word but `same` and
 * `inconclusive` is false. Each run is a table of its own for Holm, as it is for a user. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/judge.h"
#include "analyse/quantile.h"
#include "analyse/ratio.h"
#include "analyse/spread.h"
#include "command/aa.h"

/* --threshold's default, and what method.md raises it to. */
static const double threshold = .03, raise = 2.8;
/* 95 % of runs are within so many deviations. */
static const double normal_95 = 1.96;

/* The values of a row in a run, without the gaps. */
static size_t values_of(const struct aa *a, size_t row, size_t run, double *out)
{
	const double *v = aa_values(a, row, run);
	size_t n = 0;

	for (size_t b = 0; b < AA_BLOCKS; b++)
		if (!isnan(v[b]))
			out[n++] = v[b];
	return n;
}

static double run_median(const struct aa *a, size_t row, size_t run)
{
	double v[AA_BLOCKS];
	size_t n = values_of(a, row, run, v);

	quantile_sort(v, n);
	return quantile_median(v, n);
}

/* ln of the medians of all runs that have one. */
static size_t log_medians(const struct aa *a, size_t row, double *logs)
{
	size_t n = 0;

	for (size_t run = 0; run < a->runs; run++) {
		double median = run_median(a, row, run);

		if (median > 0)
			logs[n++] = log(median);
	}
	return n;
}

double aa_deviation(const struct aa *a, const char *name)
{
	double squares = 0, *logs = malloc(a->runs * sizeof *logs);
	size_t degrees = 0;

	for (size_t i = 0; logs && i < a->rows; i++) {
		size_t n = strcmp(a->row[i].name, name) ? 0 : log_medians(a, i, logs);

		if (n < 2)
			continue;
		squares += (double)(n - 1) * spread_variance(logs, n);
		degrees += n - 1;
	}
	free(logs);
	return degrees ? sqrt(squares / (double)degrees) : NAN;
}

/* A table as a comparison of two runs has it: the rows that have values on both sides. */
struct table {
	struct contest *contest;
	struct finding *finding;
	double (*value)[2][AA_BLOCKS]; /* base and new of each row */
	size_t *row;
	size_t n;
};

static int table_open(struct table *t, const struct aa *a, struct why *w)
{
	*t = (struct table){
		.contest = calloc(a->rows + 1, sizeof *t->contest),
		.finding = calloc(a->rows + 1, sizeof *t->finding),
		.value = calloc(a->rows + 1, sizeof *t->value),
		.row = calloc(a->rows + 1, sizeof *t->row),
	};
	if (!t->contest || !t->finding || !t->value || !t->row)
		return fail(w, ENOMEM, "a table of %zu rows", a->rows);
	return 0;
}

static void table_close(struct table *t)
{
	free(t->contest);
	free(t->finding);
	free(t->value);
	free(t->row);
}

/* The next row, whose values are in t->value[t->n]. Left out where a side has none. */
static void table_add(struct table *t, const struct aa *a, size_t row, const size_t n[2])
{
	if (!n[0] || !n[1])
		return;
	t->contest[t->n] = (struct contest){
		.base = { t->value[t->n][0], n[0] },
		.new = { t->value[t->n][1], n[1] },
		.more_is_better = a->row[row].rate,
		.delta = threshold,
	};
	t->row[t->n++] = row;
}

static int judge_table(struct table *t, struct aa_words *words, struct why *w)
{
	int err = judge_all(t->contest, t->finding, t->n, w);

	for (size_t i = 0; i < t->n && !err; i++) {
		enum verdict v = t->finding[i].judgement.verdict;

		if (v == VERDICT_SAME)
			words->same++;
		else if (v == VERDICT_INCONCLUSIVE)
			words->undecided++;
		else
			words->different++;
	}
	return err;
}

/* What `compare` does when the deviation is known. */
static void raise_deltas(struct table *t, const double *deviation)
{
	for (size_t i = 0; i < t->n; i++)
		if (!isnan(deviation[t->row[i]]))
			t->contest[i].delta = fmax(threshold, raise * deviation[t->row[i]]);
}

/* The values of the next run that has any in this row. */
static size_t next_values(const struct aa *a, size_t row, size_t run, double *out)
{
	size_t n = 0;

	while (!n && ++run < a->runs)
		n = values_of(a, row, run, out);
	return n;
}

static int compare_runs_of(const struct aa *a, struct table *t, const double *deviation,
			   struct aa_result *r, struct why *w)
{
	int err = 0;

	for (size_t run = 0; run + 1 < a->runs && !err; run++) {
		t->n = 0;
		for (size_t i = 0; i < a->rows; i++) {
			double(*v)[AA_BLOCKS] = t->value[t->n];
			size_t n[2] = { values_of(a, i, run, v[0]), next_values(a, i, run, v[1]) };

			table_add(t, a, i, n);
		}
		err = judge_table(t, &r->unpaired, w);
		raise_deltas(t, deviation);
		if (!err)
			err = judge_table(t, &r->raised, w);
	}
	return err;
}

/* Blocks against their neighbours in time. */
static size_t neighbours(const double *value, double *base, double *new)
{
	size_t n = 0;

	for (size_t b = 0; b + 1 < AA_BLOCKS; b += 2) {
		if (isnan(value[b]) || isnan(value[b + 1]))
			continue;
		base[n] = value[b];
		new[n++] = value[b + 1];
	}
	return n;
}

static int compare_blocks(const struct aa *a, struct table *t, struct aa_result *r, struct why *w)
{
	int err = 0;

	for (size_t run = 0; run < a->runs && !err; run++) {
		t->n = 0;
		for (size_t i = 0; i < a->rows; i++) {
			size_t at = t->n;
			size_t n =
				neighbours(aa_values(a, i, run), t->value[at][0], t->value[at][1]);

			table_add(t, a, i, (size_t[]){ n, n });
			t->contest[at].paired = true;
		}
		err = judge_table(t, &r->paired, w);
	}
	return err;
}

/* Does the interval hold the truth, and does it when what moves whole runs is added to it? On the
 * log scale; errors of different origin add in squares. */
static void cover(struct aa_coverage *c, struct estimate log, double truth, double deviation)
{
	double more = isnan(deviation) ? 0 : normal_95 * deviation;

	if (isnan(log.low) || isnan(truth))
		return;
	c->intervals++;
	c->covered += log.low <= truth && truth <= log.high;
	c->widened += truth >= log.value - hypot(log.value - log.low, more) &&
		      truth <= log.value + hypot(log.high - log.value, more);
}

static struct estimate median_of_run(const struct aa *a, size_t row, size_t run)
{
	double v[AA_BLOCKS];
	size_t n = values_of(a, row, run, v);

	for (size_t i = 0; i < n; i++)
		v[i] = log(v[i]);
	quantile_sort(v, n);
	return interval_median(v, n, interval_ranks(n, INTERVAL_CONFIDENCE));
}

/* scratch has room for as many as there are runs. */
static void cover_medians(const struct aa *a, size_t row, double deviation, double *scratch,
			  struct aa_result *r)
{
	size_t n = log_medians(a, row, scratch);

	quantile_sort(scratch, n);
	double truth = quantile_median(scratch, n);
	for (size_t run = 0; run < a->runs; run++)
		cover(&r->median, median_of_run(a, row, run), truth, deviation);
}

/* Of a cell to its base, block by block. */
static struct ratio ratio_of_run(const struct aa *a, size_t row, size_t run)
{
	const double *cell = aa_values(a, row, run);
	const double *base = aa_values(a, a->row[row].base, run);
	double left[AA_BLOCKS], right[AA_BLOCKS], scratch[AA_BLOCKS];
	size_t n = 0;

	for (size_t b = 0; b < AA_BLOCKS; b++) {
		if (isnan(cell[b]) || isnan(base[b]))
			continue;
		left[n] = cell[b];
		right[n++] = base[b];
	}
	return ratio_paired(&(struct pairs){ left, right, n }, scratch);
}

static void cover_ratios(const struct aa *a, size_t row, double *scratch, struct aa_result *r)
{
	size_t n = 0;

	for (size_t run = 0; run < a->runs; run++) {
		double log = ratio_of_run(a, row, run).log.value;

		if (!isnan(log))
			scratch[n++] = log;
	}
	double deviation = n > 1 ? sqrt(spread_variance(scratch, n)) : NAN;
	quantile_sort(scratch, n);
	double truth = quantile_median(scratch, n);
	for (size_t run = 0; run < a->runs; run++)
		cover(&r->ratio, ratio_of_run(a, row, run).log, truth, deviation);
}

int aa_compare(const struct aa *a, struct aa_result *r, struct why *w)
{
	double *deviation = calloc(a->rows + 1, sizeof *deviation);
	double *scratch = calloc(a->runs + 1, sizeof *scratch);
	struct table t;
	int err = table_open(&t, a, w);

	*r = (struct aa_result){ 0 };
	if ((!deviation || !scratch) && !err)
		err = fail(w, ENOMEM, "the medians of %zu runs", a->runs);
	for (size_t i = 0; i < a->rows && !err; i++)
		deviation[i] = aa_deviation(a, a->row[i].name);
	if (!err)
		err = compare_runs_of(a, &t, deviation, r, w);
	if (!err)
		err = compare_blocks(a, &t, r, w);
	for (size_t i = 0; i < a->rows && !err; i++) {
		cover_medians(a, i, deviation[i], scratch, r);
		if (a->row[i].base != AA_NO_BASE)
			cover_ratios(a, i, scratch, r);
	}
	table_close(&t);
	free(deviation);
	free(scratch);
	return err;
}
