/* SPDX-License-Identifier: MIT */
/* Pairs that are joined by more of them where their interval is wide, as `compare --interleave` does:
 * does that of all of them still cover, and what is said where nothing has changed, and where
 * something has? */
#include <math.h>
#include "analyse/ratio.h"
#include "analyse/simulate_study.h"
#include "analyse/verdict.h"

static const double delta = .03;
enum { FIRST = 10 }; /* calm ones of 20 blocks, half of whose windows are disturbed */
static const size_t table_rows = 5; /* for which Holm corrects the best row's p */

struct extended_study {
	const char *name;
	struct synthetic data;
	double change; /* true: .05 is 5 % more */
	size_t most;   /* pairs: what patience allows */
};

struct extended {
	uint64_t covered, wide, covered_wide, slower, different, same;
};

static struct ratio of_pairs(const double *cell, size_t n)
{
	double base[STUDY_VALUES_MAX], scratch[STUDY_VALUES_MAX];

	for (size_t i = 0; i < n; i++)
		base[i] = 1;
	return ratio_paired(&(struct pairs){ cell, base, n }, scratch);
}

static enum verdict word(const struct ratio *r)
{
	struct verdict_input in = { .log = r->log,
				    .p = fmin(1, r->p * (double)table_rows),
				    .delta = delta };

	return verdict_of(&in).verdict;
}

static void extend_once(const struct extended_study *study, struct random *random,
			struct extended *count)
{
	double cell[STUDY_VALUES_MAX], truth = log1p(study->change);

	synthetic_draw(&study->data, random, cell, study->most);
	for (size_t i = 0; i < study->most; i++)
		cell[i] *= (1 + study->change) / synthetic_truth(&study->data);
	struct ratio r = of_pairs(cell, FIRST);
	size_t n = verdict_values_to_tell(r.log, FIRST, delta);
	if (n > FIRST)
		r = of_pairs(cell, n < study->most ? n : study->most);
	bool covered = r.log.low <= truth && truth <= r.log.high;
	enum verdict v = word(&r);

	count->covered += covered;
	count->wide += n > FIRST;
	count->covered_wide += n > FIRST && covered;
	count->slower += v == VERDICT_SLOWER || v == VERDICT_SLOWER_BY_MORE;
	count->different += v != VERDICT_SAME && v != VERDICT_INCONCLUSIVE;
	count->same += v == VERDICT_SAME;
}

/* Coverage is demanded, as of every interval here: a rule for when to go on must not spoil it. */
static int extended_rows(struct simulation *s, const struct extended_study *study,
			 const struct extended *count, struct why *w)
{
	const struct {
		const char *what;
		uint64_t hits, trials;
		double low;
	} part[] = {
		{ "covers", count->covered, simulate_trials(s, 1), .94 },
		{ "ten are wide", count->wide, simulate_trials(s, 1), NAN },
		{ "covers, of those", count->covered_wide, count->wide, NAN },
		{ "slower, best of 5 rows", count->slower, simulate_trials(s, 1), NAN },
		{ "faster or slower", count->different, simulate_trials(s, 1), NAN },
		{ "same", count->same, simulate_trials(s, 1), NAN },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof part / sizeof *part && !err; i++)
		if (part[i].trials)
			err = simulate_add(s,
					   &(struct simulated){
						   .study = study->name,
						   .what = part[i].what,
						   .data = study->data.name,
						   .n = study->most,
						   .trials = part[i].trials,
						   .hits = part[i].hits,
						   .known = NAN,
						   .low = part[i].low,
						   .high = isnan(part[i].low) ? NAN : 1,
					   },
					   w);
	return err;
}

static int extend_often(struct simulation *s, const struct extended_study *study, struct why *w)
{
	struct random random = simulate_stream(s);
	struct extended count = { 0 };

	for (uint64_t t = simulate_trials(s, 1); t > 0; t--)
		extend_once(study, &random, &count);
	return extended_rows(s, study, &count, w);
}

int simulate_extended(struct simulation *s, struct why *w)
{
	static const struct {
		struct synthetic data;
		double change;
	} table[] = {
		{ { "no change, spread 1 %", SHAPE_LOGNORMAL, .spread = .01 }, 0 },
		{ { "no change, spread 2 %", SHAPE_LOGNORMAL, .spread = .02 }, 0 },
		{ { "no change, spread 3 %", SHAPE_LOGNORMAL, .spread = .03 }, 0 },
		{ { "no change, spread 6 %", SHAPE_LOGNORMAL, .spread = .06 }, 0 },
		{ { "no change, exponential 5 %", SHAPE_EXPONENTIAL, .spread = .05 }, 0 },
		{ { "+4 %, spread 2 %", SHAPE_LOGNORMAL, .spread = .02 }, .04 },
		{ { "+4 %, spread 3 %", SHAPE_LOGNORMAL, .spread = .03 }, .04 },
	};
	static const struct {
		const char *name;
		size_t most;
	} patience[] = { { "10 pairs", FIRST },
			 { "10 pairs, extended to 15", 15 },
			 { "10 pairs, extended to 30", 30 } };
	int err = 0;

	for (size_t m = 0; m < sizeof patience / sizeof *patience; m++)
		for (size_t i = 0; i < sizeof table / sizeof *table && !err; i++) {
			struct extended_study study = { patience[m].name, table[i].data,
							table[i].change, patience[m].most };

			err = extend_often(s, &study, w);
		}
	return err;
}
