/* SPDX-License-Identifier: MIT */
/* Every comparison that these runs allow. Nothing was changed, so each word but `same` and
 * `inconclusive` is false. Each run is a table of its own for Holm, as it is for a user. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/compare.h"
#include "analyse/quantile.h"
#include "analyse/ratio.h"
#include "analyse/spread.h"
#include "analyse/verdict.h"
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

/* A table being judged: one entry a row. */
struct judging {
	struct verdict_input *in;
	double *p, *adjusted;
	double *deviation; /* of the row's metric; NAN: none */
};

static int judging_open(struct judging *j, const struct aa *a, struct why *w)
{
	*j = (struct judging){
		.in = calloc(a->rows + 1, sizeof *j->in),
		.p = calloc(a->rows + 1, sizeof *j->p),
		.adjusted = calloc(a->rows + 1, sizeof *j->adjusted),
		.deviation = calloc(a->rows + 1, sizeof *j->deviation),
	};
	if (!j->in || !j->p || !j->adjusted || !j->deviation)
		return fail(w, ENOMEM, "a table of %zu rows", a->rows);
	for (size_t i = 0; i < a->rows; i++)
		j->deviation[i] = aa_deviation(a, a->row[i].name);
	return 0;
}

static void judging_close(struct judging *j)
{
	free(j->in);
	free(j->p);
	free(j->adjusted);
	free(j->deviation);
}

static void count(struct aa_words *words, enum verdict v)
{
	if (v == VERDICT_NONE)
		return;
	words->same += v == VERDICT_SAME;
	words->undecided += v == VERDICT_INCONCLUSIVE;
	words->different += v != VERDICT_SAME && v != VERDICT_INCONCLUSIVE;
}

/* in[] and p[] are filled: give the words, with delta raised or not. */
static void give_words(const struct judging *j, size_t rows, bool raised, struct aa_words *words)
{
	size_t family = 0;

	for (size_t i = 0; i < rows; i++)
		family += isnan(j->p[i]) ? 0 : 1;
	for (size_t i = 0; i < rows; i++) {
		struct verdict_input in = j->in[i];

		in.p = j->adjusted[i];
		in.least_p *= (double)family;
		in.delta = raised && !isnan(j->deviation[i])
				   ? fmax(threshold, raise * j->deviation[i])
				   : threshold;
		count(words, verdict_of(&in).verdict);
	}
}

static int compare_row(const struct aa *a, size_t row, size_t run, struct judging *j, struct why *w)
{
	double base[AA_BLOCKS], new[AA_BLOCKS];
	struct values old = { base, values_of(a, row, run, base) };
	struct values now = { new, values_of(a, row, run + 1, new) };
	struct comparison c = { .log = { NAN, NAN, NAN, NAN }, .p = NAN };
	int err = old.n && now.n ? compare_runs(&old, &now, &c, w) : 0;

	j->p[row] = c.p;
	j->in[row] = (struct verdict_input){ .log = c.log,
					     .least_p = c.least_p,
					     .more_is_better = a->row[row].rate };
	return err;
}

static int compare_neighbours(const struct aa *a, struct judging *j, struct aa_result *r,
			      struct why *w)
{
	int err = 0;

	for (size_t run = 0; run + 1 < a->runs && !err; run++) {
		for (size_t i = 0; i < a->rows && !err; i++)
			err = compare_row(a, i, run, j, w);
		if (!err)
			err = verdict_holm(j->p, j->adjusted, a->rows, w);
		if (err)
			break;
		give_words(j, a->rows, false, &r->unpaired);
		give_words(j, a->rows, true, &r->raised);
	}
	return err;
}

/* Pairs of [cell] with [base], both in run order. step 2, base one block later: blocks against
 * their neighbours. */
static struct ratio pair_up(const double *cell, const double *base, size_t step)
{
	double left[AA_BLOCKS], right[AA_BLOCKS], scratch[AA_BLOCKS];
	size_t n = 0;

	for (size_t b = 0; b + step <= AA_BLOCKS; b += step) {
		if (isnan(cell[b]) || isnan(base[b]))
			continue;
		left[n] = cell[b];
		right[n++] = base[b];
	}
	return ratio_paired(&(struct pairs){ left, right, n }, scratch);
}

static int compare_blocks(const struct aa *a, struct judging *j, struct aa_result *r, struct why *w)
{
	int err = 0;

	for (size_t run = 0; run < a->runs && !err; run++) {
		for (size_t i = 0; i < a->rows; i++) {
			const double *v = aa_values(a, i, run);
			struct ratio ratio = pair_up(v, v + 1, 2);

			j->p[i] = ratio.p;
			j->in[i] =
				(struct verdict_input){ .log = ratio.log,
							.least_p = pow(2, 1 - (double)ratio.pairs),
							.more_is_better = a->row[i].rate };
		}
		err = verdict_holm(j->p, j->adjusted, a->rows, w);
		if (!err)
			give_words(j, a->rows, false, &r->paired);
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

static struct ratio ratio_of_run(const struct aa *a, size_t row, size_t run)
{
	return pair_up(aa_values(a, row, run), aa_values(a, a->row[row].base, run), 1);
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
	double *scratch = malloc((a->runs + 1) * sizeof *scratch);
	struct judging j;
	int err = judging_open(&j, a, w);

	*r = (struct aa_result){ 0 };
	if (!scratch && !err)
		err = fail(w, ENOMEM, "the medians of %zu runs", a->runs);
	if (!err)
		err = compare_neighbours(a, &j, r, w);
	if (!err)
		err = compare_blocks(a, &j, r, w);
	for (size_t i = 0; i < a->rows && !err; i++) {
		cover_medians(a, i, j.deviation[i], scratch, r);
		if (a->row[i].base != AA_NO_BASE)
			cover_ratios(a, i, scratch, r);
	}
	judging_close(&j);
	free(scratch);
	return err;
}
