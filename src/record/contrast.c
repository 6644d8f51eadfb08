/* SPDX-License-Identifier: MIT */
/* Which values of two rows may be compared, and the table of all rows. Joining is contrast_join.c's. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/gate.h"
#include "analyse/quantile.h"
#include "record/contrast.h"
#include "record/contrast_join.h"
#include "record/contrast_pairs.h"
#include "record/contrast_state.h"

/* A run of the machine differs from another by this much of their deviation, 19 times in 20. */
static const double run_to_run = 2.8;

static double delta_of(const struct contrast *c, const struct run_row *row)
{
	const char *benchmark = run_row_benchmark(row), *metric = run_row_metric(row);
	double base = run_rows_deviation(c->base, benchmark, metric);
	double new = run_rows_deviation(c->new, benchmark, metric);

	/* Side by side, what moves a run as a whole moves both. */
	if (c->wish.paired)
		return c->wish.threshold;
	return fmax(c->wish.threshold, run_to_run * fmax(base, new));
}

double contrast_median(double *values, size_t n, bool rate)
{
	for (size_t i = 0; rate && i < n; i++)
		values[i] = 1 / values[i];
	quantile_sort(values, n);
	double median = n ? quantile_median(values, n) : NAN;
	return rate ? 1 / median : median;
}

static int put_medians(struct contrast_row *r, struct why *w)
{
	size_t n = r->base->n > r->new->n ? r->base->n : r->new->n;
	double *copy = malloc((n + 1) * sizeof *copy);
	bool calm = r->used == USED_CALM;

	if (!copy)
		return fail(w, ENOMEM, "a median of %zu values", n);
	n = run_row_values(r->base, calm, copy);
	r->base_median = contrast_median(copy, n, r->base->rate);
	n = run_row_values(r->new, calm, copy);
	r->new_median = contrast_median(copy, n, r->new->rate);
	free(copy);
	return 0;
}

/* An invocation fewer is not the machine's state: too few is said of all of them. */
static bool calm_estimate(const struct run_row *row)
{
	return row->calm >= GATE_CALM || row->calm == row->n;
}

/* Each value of the row divided by the bound's of its block. scratch has room for row->n. */
static size_t relative(const struct run_row *row, const struct run_row *bound, double *out,
		       double *scratch)
{
	struct contrast_pairs by_block = { .one = row, .other = bound };
	size_t n = contrast_pairs_make(&by_block, out, scratch), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (scratch[i] > 0)
			out[kept++] = out[i] / scratch[i];
	return kept;
}

/* Can the row be compared relative to a bound? Not when a side would have no values. */
static bool use_relative(const struct contrast *c, struct contrast_row *r)
{
	struct bound bound = contrast_bound(c, r->base);
	const struct run_row *old = bound.base, *now = bound.new;
	double *base = r->room, *new = base + r->base->n, *scratch = new + r->new->n;

	if (!bound.name)
		return false;
	size_t n = relative(r->base, old, base, scratch);
	size_t m = relative(r->new, now, new, scratch);
	if (!n || !m)
		return false;
	r->used = USED_RELATIVE;
	r->bound = bound.name;
	r->contest.base = (struct values){ base, n };
	r->contest.new = (struct values){ new, m };
	r->contest.delta *= 2;
	r->contest.trust = TRUST_SAME;
	return true;
}

static void use_values(struct contrast_row *r, bool calm)
{
	double *base = r->room, *new = base + r->base->n;

	r->used = calm ? USED_CALM : USED_ALL;
	r->contest.base = (struct values){ base, run_row_values(r->base, calm, base) };
	r->contest.new = (struct values){ new, run_row_values(r->new, calm, new) };
}

/* What a bound explains is no verdict; that nothing has changed is one all the same. */
static void explain(const struct contrast *c, struct contrast_row *r)
{
	struct bound bound = contrast_explains(c, r);

	if (!bound.name)
		return;
	r->explained_by = bound.name;
	r->contest.explained = r->base->rate ? -bound.moved : bound.moved;
}

static void use_unpaired(const struct contrast *c, struct contrast_row *r)
{
	bool calm = calm_estimate(r->base) && calm_estimate(r->new) && contrast_same_state(c, r);
	bool count = !strcmp(r->base->cell[CELL_KIND], "count");

	/* A count is the same on a busy machine. */
	if (!c->gated || calm || count) {
		use_values(r, c->gated && !count);
		if (c->gated && !count)
			explain(c, r);
		return;
	}
	if (use_relative(c, r))
		return;
	use_values(r, false);
	r->contest.trust = TRUST_NONE;
}

/* The machine's state is the same for both sides of a pair, near enough: with too few calm ones
 * all pairs are used, and the row says so. */
static void use_paired(const struct contrast *c, struct contrast_row *r)
{
	double *base = r->room, *new = base + r->base->n;
	struct contrast_pairs p = { .one = r->base, .other = r->new, .calm = c->gated };
	size_t n = contrast_pairs_make(&p, base, new);

	if (c->gated && n < GATE_CALM) {
		p.calm = false;
		size_t all = contrast_pairs_make(&p, base, new);

		r->not_calm = all > n;
		n = all;
	}
	r->used = p.calm ? USED_CALM : USED_ALL;
	r->contest.paired = true;
	r->contest.base = (struct values){ base, n };
	r->contest.new = (struct values){ new, n };
}

static int fill(const struct contrast *c, struct contrast_row *r, struct why *w)
{
	size_t n = r->base->n, m = r->new->n;

	r->room = calloc(n + m + (n > m ? n : m) + 1, sizeof *r->room);
	if (!r->room)
		return fail(w, ENOMEM, "a comparison of %zu and %zu values", n, m);
	r->contest =
		(struct contest){ .more_is_better = r->base->rate, .delta = delta_of(c, r->base) };
	if (c->wish.paired)
		use_paired(c, r);
	else
		use_unpaired(c, r);
	return put_medians(r, w);
}

static int judge_rows(struct contrast *c, struct why *w)
{
	struct contest *contest = calloc(c->n + 1, sizeof *contest);
	struct finding *found = calloc(c->n + 1, sizeof *found);
	int err = contest && found ? 0 : fail(w, ENOMEM, "a table of %zu rows", c->n);

	for (size_t i = 0; i < c->n && !err; i++)
		contest[i] = c->row[i].contest;
	if (!err)
		err = judge_all(contest, found, c->n, w);
	for (size_t i = 0; i < c->n && !err; i++)
		c->row[i].finding = found[i];
	free(contest);
	free(found);
	return err;
}

int contrast_make(struct contrast *c, const struct run_rows *base, const struct run_rows *new,
		  const struct contrast_wish *wish, struct why *w)
{
	*c = (struct contrast){
		.base = base, .new = new, .wish = *wish, .gated = base->gated &&new->gated
	};
	int err = contrast_join(c, w);

	for (size_t i = 0; i < c->n && !err; i++)
		err = fill(c, &c->row[i], w);
	if (!err)
		err = judge_rows(c, w);
	if (err)
		contrast_free(c);
	return err;
}

void contrast_free(struct contrast *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->row[i].room);
	free(c->row);
	free(c->only);
	*c = (struct contrast){ 0 };
}

size_t contrast_count(const struct contrast *c, enum verdict column)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += !strcmp(verdict_column(c->row[i].finding.judgement.verdict),
			     verdict_column(column));
	return n;
}

const char *contrast_only_reason(const struct contrast_only *o)
{
	if (!o->other || !o->other->n)
		return o->other ? o->other->reason : NULL;
	return o->other->of_events ? "a window is worth the median of its events there"
				   : "a window is worth its time by its events there";
}

const char *contrast_used(enum used u)
{
	return u == USED_CALM ? "calm" : u == USED_ALL ? "all" : "relative";
}
