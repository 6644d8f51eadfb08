/* SPDX-License-Identifier: MIT */
/* The words given to two runs of one cell: when nothing has changed, when something has, and when
 * the runs differ as wholes, which no invocation of either can see. */
#include <math.h>
#include "analyse/compare.h"
#include "analyse/simulate_study.h"
#include "analyse/verdict.h"

static const double delta = .03;
static const size_t table_rows = 20; /* for which Holm corrects the best row's p */

struct verdict_study {
	double spread;     /* of invocations, on the log scale */
	double change;     /* true: .05 is 5 % more */
	double run_effect; /* deviation of ln of whole runs */
	size_t n;          /* invocations a run */
	unsigned part;     /* so many times fewer repetitions */
};

struct words {
	uint64_t covered, slower, slower_by_more, slower_of_many, different, different_by_more,
		different_raised, same;
	uint64_t trials;
};

static void draw_run(struct random *random, const struct verdict_study *v, double change,
		     double *values)
{
	struct synthetic data = { .shape = SHAPE_LOGNORMAL, .spread = v->spread };
	double run = exp(v->run_effect * synthetic_normal(random)) * (1 + change);

	synthetic_draw(&data, random, values, v->n);
	for (size_t i = 0; i < v->n; i++)
		values[i] *= run;
}

static enum verdict word(const struct comparison *c, double limit, size_t rows)
{
	struct verdict_input in = { .log = c->log,
				    .p = fmin(1, c->p * (double)rows),
				    .least_p = c->least_p * (double)rows,
				    .delta = limit };

	return verdict_of(&in).verdict;
}

static bool is_slower(enum verdict v)
{
	return v == VERDICT_SLOWER || v == VERDICT_SLOWER_BY_MORE;
}

static bool is_different(enum verdict v)
{
	return is_slower(v) || v == VERDICT_FASTER || v == VERDICT_FASTER_BY_MORE;
}

static int compare_once(const struct verdict_study *v, struct random *random, struct words *count,
			struct why *w)
{
	double base[STUDY_VALUES_MAX], new[STUDY_VALUES_MAX], truth = log1p(v->change);
	struct comparison c;

	draw_run(random, v, 0, base);
	draw_run(random, v, v->change, new);
	int err =
		compare_runs(&(struct values){ base, v->n }, &(struct values){ new, v->n }, &c, w);
	if (err)
		return err;
	enum verdict one = word(&c, delta, 1);

	count->trials++;
	count->covered += c.log.low <= truth && truth <= c.log.high;
	count->slower += is_slower(one);
	count->slower_by_more += one == VERDICT_SLOWER_BY_MORE;
	count->slower_of_many += is_slower(word(&c, delta, table_rows));
	count->different += is_different(one);
	count->different_by_more += one == VERDICT_SLOWER_BY_MORE || one == VERDICT_FASTER_BY_MORE;
	count->different_raised += is_different(word(&c, fmax(delta, 2.8 * v->run_effect), 1));
	count->same += one == VERDICT_SAME;
	return 0;
}

static int compare_often(struct simulation *s, const struct verdict_study *v, struct words *count,
			 struct why *w)
{
	struct random random = simulate_stream(s);
	int err = 0;

	*count = (struct words){ 0 };
	for (uint64_t i = simulate_trials(s, v->part); i > 0 && !err; i--)
		err = compare_once(v, &random, count, w);
	return err;
}

struct counted {
	const char *what;
	uint64_t hits;
	double known;
};

/* Rows that share everything but what was counted. */
static int add_counts(struct simulation *s, struct simulated row, const struct counted *c,
		      struct why *w)
{
	int err = 0;

	row.low = row.high = NAN;
	for (; c->what && !err; c++) {
		row.what = c->what;
		row.hits = c->hits;
		row.known = c->known;
		err = simulate_add(s, &row, w);
	}
	return err;
}

struct known_words {
	const char *data;
	struct verdict_study study;
	/* slower, slower by more, slower as the best of 20 rows, same */
	double known[4];
};

#define UNKNOWN NAN, NAN, NAN, NAN

static int study_words(struct simulation *s, const struct known_words *k, struct why *w)
{
	struct words n;
	int err = compare_often(s, &k->study, &n, w);

	if (err)
		return err;
	return add_counts(
		s,
		(struct simulated){
			.study = "verdict", .data = k->data, .n = k->study.n, .trials = n.trials },
		(const struct counted[]){
			{ "slower", n.slower, k->known[0] },
			{ "slower by more than 3 %", n.slower_by_more, k->known[1] },
			{ "slower, best of 20 rows", n.slower_of_many, k->known[2] },
			{ "faster or slower", n.different, NAN },
			{ "same", n.same, k->known[3] },
			{ 0 },
		},
		w);
}

static int study_verdicts(struct simulation *s, struct why *w)
{
	static const struct known_words table[] = {
		{ "no change, spread .5 %", { .005, 0, 0, 8, 10 }, { UNKNOWN } },
		{ "no change, spread 1 %", { .01, 0, 0, 8, 10 }, { UNKNOWN } },
		{ "no change, spread 3 %", { .03, 0, 0, 8, 10 }, { UNKNOWN } },
		{ "+5 %, spread .5 %", { .005, .05, 0, 8, 10 }, { UNKNOWN } },
		{ "+5 %, spread 1 %", { .01, .05, 0, 8, 10 }, { UNKNOWN } },
		{ "+5 %, spread 3 %", { .03, .05, 0, 8, 10 }, { UNKNOWN } },
		{ "no change, spread .5 %", { .005, 0, 0, 10, 10 }, { 0, NAN, NAN, 1 } },
		{ "no change, spread 1 %", { .01, 0, 0, 10, 10 }, { 0, NAN, NAN, 1 } },
		{ "no change, spread 3 %", { .03, 0, 0, 10, 10 }, { .010, NAN, NAN, .13 } },
		{ "+1 %, spread .5 %", { .005, .01, 0, 10, 10 }, { 0, 0, NAN, NAN } },
		{ "+1 %, spread 1 %", { .01, .01, 0, 10, 10 }, { 0, 0, NAN, NAN } },
		{ "+1 %, spread 3 %", { .03, .01, 0, 10, 10 }, { .058, 0, NAN, NAN } },
		{ "+3 %, spread .5 %", { .005, .03, 0, 10, 10 }, { .50, .02, NAN, NAN } },
		{ "+3 %, spread 1 %", { .01, .03, 0, 10, 10 }, { .50, .02, NAN, NAN } },
		{ "+3 %, spread 3 %", { .03, .03, 0, 10, 10 }, { .43, .02, NAN, NAN } },
		{ "+5 %, spread .5 %", { .005, .05, 0, 10, 10 }, { 1, 1, 1, NAN } },
		{ "+5 %, spread 1 %", { .01, .05, 0, 10, 10 }, { 1, .971, 1, NAN } },
		{ "+5 %, spread 3 %", { .03, .05, 0, 10, 10 }, { .877, .247, .50, NAN } },
		{ "+10 %, spread .5 %", { .005, .1, 0, 10, 10 }, { 1, 1, NAN, NAN } },
		{ "+10 %, spread 1 %", { .01, .1, 0, 10, 10 }, { 1, 1, NAN, NAN } },
		{ "+10 %, spread 3 %", { .03, .1, 0, 10, 10 }, { 1, .99, NAN, NAN } },
		{ "no change, spread 3 %", { .03, 0, 0, 20, 20 }, { .001, NAN, NAN, .68 } },
		{ "+5 %, spread 3 %", { .03, .05, 0, 20, 20 }, { .98, .49, .95, NAN } },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof table / sizeof *table && !err; i++)
		err = study_words(s, &table[i], w);
	return err;
}

struct known_effect {
	const char *data;
	struct verdict_study study;
	double known[3]; /* covers; faster or slower; by more */
};

static int study_run_effect(struct simulation *s, struct why *w)
{
	static const struct known_effect table[] = {
		{ "runs alike", { .01, 0, 0, 10, 10 }, { .955, 0, 0 } },
		{ "runs differ by .5 %", { .01, 0, .005, 10, 10 }, { .75, 0, 0 } },
		{ "runs differ by 1 %", { .01, 0, .01, 10, 10 }, { .49, .046, .008 } },
		{ "runs differ by 2 %", { .01, 0, .02, 10, 10 }, { .27, .30, .17 } },
		{ "runs differ by 1 %", { .01, 0, .01, 20, 20 }, { .35, NAN, NAN } },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof table / sizeof *table && !err; i++) {
		const struct known_effect *k = &table[i];
		struct words n;

		err = compare_often(s, &k->study, &n, w);
		if (err)
			break;
		err = add_counts(s,
				 (struct simulated){ .study = "run effect, spread 1 %",
						     .data = k->data,
						     .n = k->study.n,
						     .trials = n.trials },
				 (const struct counted[]){
					 { "covers no change", n.covered, k->known[0] },
					 { "faster or slower", n.different, k->known[1] },
					 { "by more than 3 %", n.different_by_more, k->known[2] },
					 { "with delta raised", n.different_raised, NAN },
					 { 0 },
				 },
				 w);
	}
	return err;
}

int simulate_verdicts(struct simulation *s, struct why *w)
{
	int err = study_verdicts(s, w);

	return err ? err : study_run_effect(s, w);
}
