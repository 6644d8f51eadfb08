/* SPDX-License-Identifier: MIT */
/* The statistics against numbers that were not computed by this program: exact arithmetic and R
 * (qwilcox, pbinom). A wrong compiler option or library shows here, on the user's machine. */
#include <math.h>
#include <stdio.h>
#include "analyse/bootstrap.h"
#include "analyse/interval.h"
#include "analyse/quantile.h"
#include "analyse/ranksum.h"
#include "analyse/shift.h"
#include "analyse/trend.h"
#include "analyse/verdict.h"
#include "command/selftest.h"

/* The references have four or five digits. */
static const double tolerance = 6e-5;

struct reference {
	size_t n, m; /* m: the other side, or 0 */
	size_t k;
	double level;
};

struct score {
	unsigned right, all;
	char wrong[100]; /* the first one */
};

static void note(struct score *s, bool right, const struct reference *r, double got)
{
	s->all++;
	s->right += right;
	if (!right && !s->wrong[0])
		snprintf(s->wrong, sizeof s->wrong, "; n=%zu%s gave %.6f instead of %.6f", r->n,
			 r->m ? ", two sides," : "", got, r->level);
}

static void tell(struct selftest *t, const char *name, const struct score *s)
{
	selftest_check(t, name, s->right == s->all ? CHECK_OK : CHECK_FAILED,
		       "%u of %u reference values%s", s->right, s->all, s->wrong);
}

static void check_medians(struct selftest *t)
{
	static const struct reference usual[] = {
		{ 6, 0, 1, .96875 },   { 8, 0, 1, .99219 },  { 9, 0, 2, .96094 },
		{ 10, 0, 2, .97852 },  { 12, 0, 3, .96143 }, { 15, 0, 4, .96484 },
		{ 20, 0, 6, .95861 },  { 25, 0, 8, .95671 }, { 30, 0, 10, .95723 },
		{ 50, 0, 18, .96716 },
	};
	static const struct reference cautious[] = {
		{ 10, 0, 1, .99805 },
		{ 15, 0, 3, .99261 },
		{ 20, 0, 5, .98818 },
		{ 30, 0, 8, .99478 },
	};
	struct score s = { 0 };

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		struct ranks r = interval_ranks(usual[i].n, INTERVAL_CONFIDENCE);

		note(&s, r.low == usual[i].k && fabs(r.level - usual[i].level) < tolerance,
		     &usual[i], r.level);
	}
	for (size_t i = 0; i < sizeof cautious / sizeof *cautious; i++) {
		struct ranks r = interval_ranks(cautious[i].n, INTERVAL_CAUTIOUS);

		note(&s, r.low == cautious[i].k && fabs(r.level - cautious[i].level) < tolerance,
		     &cautious[i], r.level);
	}
	note(&s, interval_ranks(5, INTERVAL_CONFIDENCE).low == 0, &(struct reference){ .n = 5 }, 1);
	tell(t, "intervals of medians", &s);
}

static void check_quantiles(struct selftest *t)
{
	static const struct {
		struct reference r;
		double q;
		size_t high;
	} table[] = {
		{ { 36, 0, 29, .9540 }, .9, 36 },         { { 100, 0, 84, .9557 }, .9, 96 },
		{ { 368, 0, 360, .9624 }, .99, 368 },     { { 1000, 0, 983, .9761 }, .99, 997 },
		{ { 3688, 0, 3680, .9616 }, .999, 3688 },
	};
	struct score s = { 0 };

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ranks r =
			interval_quantile_ranks(table[i].r.n, table[i].q, INTERVAL_CONFIDENCE);

		note(&s,
		     r.low == table[i].r.k && r.high == table[i].high &&
			     fabs(r.level - table[i].r.level) < tolerance &&
			     quantile_printable(table[i].r.n, table[i].q),
		     &table[i].r, r.level);
	}
	tell(t, "intervals of quantiles", &s);
}

static void check_shifts(struct selftest *t)
{
	static const struct reference table[] = {
		{ 4, 4, 1, .97143 },     { 5, 5, 3, .96825 },    { 6, 6, 6, .95887 },
		{ 7, 7, 9, .96212 },     { 8, 8, 14, .95012 },   { 10, 10, 24, .95674 },
		{ 12, 12, 38, .95510 },  { 15, 15, 65, .95467 }, { 20, 20, 128, .95091 },
		{ 5, 10, 9, .96004 },    { 8, 10, 18, .95658 },  { 10, 20, 56, .95097 },
		{ 20, 30, 201, .95187 },
	};
	struct score s = { 0 };
	struct why w = { 0 };

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ranks r = { 0 };
		int err = shift_ranks((size_t[]){ table[i].n, table[i].m }, INTERVAL_CONFIDENCE, &r,
				      &w);

		note(&s, !err && r.low == table[i].k && fabs(r.level - table[i].level) < tolerance,
		     &table[i], r.level);
	}
	tell(t, "Hodges-Lehmann", &s);
}

/* The two sides as far apart as can be. */
static void check_ranksum(struct selftest *t)
{
	static const struct reference table[] = {
		{ 3, 3, 0, .1 },       { 4, 4, 0, 1 / 35. },   { 5, 5, 0, 1 / 126. },
		{ 6, 6, 0, 1 / 462. }, { 8, 8, 0, 1 / 6435. },
	};
	static const double base[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const double new[] = { 11, 12, 13, 14, 15, 16, 17, 18 };
	struct score s = { 0 };
	struct why w = { 0 };

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		double p = NAN;
		int err = ranksum_p(&(struct side){ base, table[i].n },
				    &(struct side){ new, table[i].m }, &p, &w);

		note(&s, !err && fabs(p - table[i].level) < 1e-12, &table[i], p);
	}
	tell(t, "Mann-Whitney", &s);
}

/* Five values in order have p = 2 / 5!, six 2 / 6!. */
static void check_trend(struct selftest *t)
{
	static const struct reference table[] = { { 5, 0, 0, 1 / 60. }, { 6, 0, 0, 1 / 360. } };
	static const double rising[] = { 1, 2, 3, 4, 5, 6 };
	struct score s = { 0 };
	struct why w = { 0 };

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		double p = NAN;
		int err = trend_p(rising, table[i].n, &p, &w);

		note(&s, !err && fabs(p - table[i].level) < 1e-12, &table[i], p);
	}
	tell(t, "Mann-Kendall", &s);
}

/* R: p.adjust(c(.01, .04, .03, .2), "holm"). */
static void check_holm(struct selftest *t)
{
	static const double p[] = { .01, .04, .03, .2 }, due[] = { .04, .09, .09, .2 };
	double adjusted[4];
	struct score s = { 0 };
	struct why w = { 0 };
	int err = verdict_holm(p, adjusted, 4, &w);

	for (size_t i = 0; i < 4; i++)
		note(&s, !err && fabs(adjusted[i] - due[i]) < 1e-12,
		     &(struct reference){ .n = i + 1, .level = due[i] }, adjusted[i]);
	note(&s, verdict_values_needed(321) == 8 && verdict_values_needed(322) == 9,
	     &(struct reference){ .n = 8, .level = 321 }, (double)verdict_values_needed(321));
	tell(t, "Holm", &s);
}

static void check_swap(struct selftest *t)
{
	static const double base[] = { 1, 1.1, 1.3, 1.35, 1.5, 1.7 };
	static const double new[] = { 1.2, 1.25, 1.4, 1.9, 2.5, 2.6 };
	struct bootstrap there = { 0 }, back = { 0 };
	struct side a = { base, 6 }, b = { new, 6 };
	struct why w = { 0 };
	int err = bootstrap_medians(&a, &b, &there, &w);

	if (!err)
		err = bootstrap_medians(&b, &a, &back, &w);
	bool right = !err && there.difference.low == -back.difference.high &&
		     there.difference.high == -back.difference.low && there.p == back.p;
	selftest_check(t, "bootstrap inverts on a swap", right ? CHECK_OK : CHECK_FAILED,
		       "[%.4f, %.4f] and [%.4f, %.4f]", there.difference.low, there.difference.high,
		       back.difference.low, back.difference.high);
}

void selftest_statistics(struct selftest *t)
{
	check_medians(t);
	check_quantiles(t);
	check_shifts(t);
	check_ranksum(t);
	check_trend(t);
	check_holm(t);
	check_swap(t);
}
