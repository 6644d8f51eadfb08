/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyse/judge.h"
#include "analyse/ratio.h"

/* 3 against 3 has no 95 % interval, whatever its p. */
static const size_t fewest_values = 4;
/* ... and 7 pairs have no 98.75 % interval. */
static const size_t fewest_correlated = 8;

/* Two programs need not have a value in the same block. */
static bool is_empty(const struct contest *c)
{
	return !c->base.n || !c->new.n;
}

static bool above_zero(const struct values *side)
{
	for (size_t i = 0; i < side->n; i++)
		if (!(side->v[i] > 0))
			return false;
	return true;
}

static bool all_zero(const struct values *side)
{
	for (size_t i = 0; i < side->n; i++)
		if (side->v[i] != 0)
			return false;
	return true;
}

/* The sign test's smallest p: every pair to one side. */
static double least_p_of_pairs(size_t n)
{
	return fmin(1, ldexp(2, -(int)n));
}

static int by_pairs(const struct contest *c, struct comparison *out, struct finding *f,
		    struct why *w)
{
	double *scratch = malloc((c->base.n + 1) * sizeof *scratch);

	if (!scratch)
		return fail(w, ENOMEM, "the ratios of %zu pairs", c->base.n);
	struct ratio r = ratio_paired(
		&(struct pairs){ .cell = c->new.v, .base = c->base.v, .n = c->base.n }, scratch);
	free(scratch);
	*out = (struct comparison){
		.method = METHOD_PAIRED,
		.log = r.log,
		.p = r.p,
		.least_p = least_p_of_pairs(r.pairs),
	};
	f->correlated = r.correlated;
	return 0;
}

/* *least is the smallest p that there could have been. */
static int measure(const struct contest *c, struct finding *f, double *least, struct why *w)
{
	struct comparison found;

	*f = (struct finding){ .method = c->paired ? METHOD_PAIRED : METHOD_SHIFT,
			       .log = { NAN, NAN, NAN, NAN },
			       .p = NAN,
			       .adjusted = NAN };
	*least = NAN;
	if (is_empty(c) || !above_zero(&c->base) || !above_zero(&c->new))
		return 0;
	int err =
		c->paired ? by_pairs(c, &found, f, w) : compare_runs(&c->base, &c->new, &found, w);
	if (err)
		return err;
	f->method = found.method;
	f->log = found.log;
	f->p = found.p;
	f->collapsed = found.collapsed;
	*least = found.least_p;
	return 0;
}

/* 0 where more values are not what is missing: resamples end at some p too. */
static size_t needed(const struct contest *c, const struct finding *f, size_t tests)
{
	size_t n = c->paired ? judge_pairs_needed(tests) : verdict_values_needed(tests);
	size_t least = f->correlated ? fewest_correlated : fewest_values;
	size_t have = c->base.n < c->new.n ? c->base.n : c->new.n;

	if (n < least)
		n = least;
	return n > have ? n : 0;
}

/* 0 where it is not the width: the values lie so that Holm's p is too large. */
static size_t telling(const struct contest *c, const struct finding *f)
{
	size_t have = c->base.n < c->new.n ? c->base.n : c->new.n;
	size_t n = verdict_values_to_tell(f->log, have, c->delta);

	return n > have ? n : 0;
}

/* The best that a row could have had is to come first of its family. A row behind a surer one is
 * adjusted by less, so what it got may be less than that. */
static double least_adjusted(const struct finding *f, double least, size_t tests)
{
	return fmin(f->adjusted, least * (double)tests);
}

/* The same way, and by no more. Swapping the sides turns both round. */
static bool explained(const struct contest *c, const struct finding *f)
{
	return c->explained * f->log.value > 0 && fabs(f->log.value) <= fabs(c->explained);
}

static bool is_change(enum verdict v)
{
	return v != VERDICT_SAME && v != VERDICT_INCONCLUSIVE && v != VERDICT_NONE;
}

static void judge(const struct contest *c, struct finding *f, double least, size_t tests)
{
	struct verdict_input in = {
		.log = f->log,
		.p = f->adjusted,
		.least_p = least_adjusted(f, least, tests),
		.delta = c->delta,
		.more_is_better = c->more_is_better,
	};

	f->judgement = verdict_of(&in);
	if (is_empty(c))
		f->judgement = (struct judgement){ VERDICT_INCONCLUSIVE, REASON_TOO_FEW };
	else if (f->judgement.verdict == VERDICT_NONE && all_zero(&c->base) && all_zero(&c->new))
		f->judgement.verdict = VERDICT_SAME;
	bool kept = c->trust == TRUST_FULL ||
		    (c->trust == TRUST_SAME && f->judgement.verdict == VERDICT_SAME);
	if (!kept || (is_change(f->judgement.verdict) && explained(c, f)))
		f->judgement = (struct judgement){ VERDICT_INCONCLUSIVE, REASON_MACHINE_STATE };
	if (f->judgement.reason == REASON_TOO_FEW)
		f->needed = needed(c, f, tests);
	if (f->judgement.reason == REASON_TOO_WIDE)
		f->needed = telling(c, f);
}

int judge_all(const struct contest *row, struct finding *found, size_t n, struct why *w)
{
	double *p = calloc(2 * n + 1, sizeof *p), *least = p + n;
	size_t tests = 0;
	int err = p ? 0 : fail(w, ENOMEM, "a table of %zu comparisons", n);

	for (size_t i = 0; i < n && !err; i++) {
		err = measure(&row[i], &found[i], &least[i], w);
		p[i] = row[i].trust == TRUST_FULL ? found[i].p : NAN;
		if (!isnan(p[i]))
			tests++;
	}
	if (!err)
		err = verdict_holm(p, p, n, w);
	for (size_t i = 0; i < n && !err; i++) {
		found[i].adjusted = p[i];
		judge(&row[i], &found[i], least[i], tests);
	}
	free(p);
	return err;
}

size_t judge_pairs_needed(size_t rows)
{
	size_t n = 6; /* no 95 % interval of a median below */

	while (least_p_of_pairs(n) * (double)rows >= VERDICT_ALPHA)
		n++;
	return n;
}
