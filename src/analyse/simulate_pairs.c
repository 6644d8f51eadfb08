/* SPDX-License-Identifier: MIT */
/* Paired ratios: independent pairs, pairs that correlate, and what the flag for that does. */
#include <math.h>
#include <string.h>
#include "analyse/quantile.h"
#include "analyse/ratio.h"
#include "analyse/simulate_study.h"

struct pair_study {
	struct synthetic difference; /* of the cell against its base */
	struct synthetic common;     /* what moves both; name NULL: nothing does */
	bool independent;            /* then the intervals keep their level */
	size_t n;
	double known[2]; /* coverage of the 95 % and the 98.75 % ranks */
};

struct paired {
	uint64_t usual, cautious, printed, flagged;
};

static bool covers_with(const double *sorted, size_t n, double confidence, double truth)
{
	struct estimate e = interval_median(sorted, n, interval_ranks(n, confidence));

	return e.low <= truth && truth <= e.high;
}

static void measure_pairs(const struct pair_study *study, struct random *random,
			  struct paired *count)
{
	double cell[STUDY_VALUES_MAX], base[STUDY_VALUES_MAX], sorted[STUDY_VALUES_MAX];
	double truth = log(synthetic_truth(&study->difference));
	size_t n = study->n;

	for (size_t i = 0; i < n; i++)
		base[i] = 1;
	if (study->common.name)
		synthetic_draw(&study->common, random, base, n);
	synthetic_draw(&study->difference, random, cell, n);
	for (size_t i = 0; i < n; i++)
		cell[i] *= base[i];
	struct ratio r = ratio_paired(&(struct pairs){ cell, base, n }, sorted);
	/* ratio_paired leaves the sorted logarithms there. */
	count->usual += covers_with(sorted, n, INTERVAL_CONFIDENCE, truth);
	count->cautious += covers_with(sorted, n, INTERVAL_CAUTIOUS, truth);
	count->printed += r.log.low <= truth && truth <= r.log.high;
	count->flagged += r.correlated;
}

static int pair_rows(struct simulation *s, const struct pair_study *study,
		     const struct paired *count, struct why *w)
{
	const struct {
		const char *what;
		uint64_t hits;
		double known, level;
	} part[] = {
		{ "covers: 95 % ranks", count->usual, study->known[0],
		  interval_ranks(study->n, INTERVAL_CONFIDENCE).level },
		{ "covers: 98.75 % ranks", count->cautious, study->known[1],
		  interval_ranks(study->n, INTERVAL_CAUTIOUS).level },
		{ "covers: as printed", count->printed, NAN, NAN },
		{ "flagged correlated", count->flagged, NAN, NAN },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof part / sizeof *part && !err; i++) {
		double level = study->independent ? part[i].level : NAN;

		err = simulate_add(s,
				   &(struct simulated){
					   .study = "paired ratio",
					   .what = part[i].what,
					   .data = study->difference.name,
					   .n = study->n,
					   .trials = simulate_trials(s, 1),
					   .hits = part[i].hits,
					   .known = part[i].known,
					   .low = level,
					   .high = level,
				   },
				   w);
	}
	return err;
}

#define CORRELATED(text, r, half)                                                                  \
	{                                                                                          \
		text, SHAPE_AR1, .spread = .02, .rho = r, .white = half                            \
	}

enum { SIZES = 4 };
static const size_t sizes[SIZES] = { 10, 15, 20, 30 };
static const struct {
	struct synthetic difference, common;
	bool independent;
	double known[SIZES][2];
} table[] = {
	{ CORRELATED("independent", 0, 0),
	  { 0 },
	  true,
	  { { .979, .998 }, { .965, .992 }, { .958, .988 }, { .957, .994 } } },
	{ CORRELATED("rho .3", .3, 0),
	  { 0 },
	  false,
	  { { .937, .989 }, { .910, .970 }, { .900, .958 }, { .897, .976 } } },
	{ CORRELATED("rho .6", .6, 0),
	  { 0 },
	  false,
	  { { .819, .937 }, { .776, .882 }, { .762, .858 }, { .760, .897 } } },
	{ CORRELATED("rho .9", .9, 0),
	  { 0 },
	  false,
	  { { .465, NAN }, { .426, NAN }, { .410, NAN }, { .411, NAN } } },
	{ CORRELATED("rho .3, half white", .3, .5),
	  { 0 },
	  false,
	  { { .960, .995 }, { .940, .983 }, { .930, .975 }, { .928, .987 } } },
	{ CORRELATED("rho .6, half white", .6, .5),
	  { 0 },
	  false,
	  { { .911, .982 }, { .873, .950 }, { .860, .933 }, { .855, .957 } } },
	{ CORRELATED("common drift, rho .9", 0, 0),
	  CORRELATED("common", .9, 0),
	  true,
	  { { .979, NAN }, { NAN, NAN }, { .958, NAN }, { NAN, NAN } } },
	{ { "trend of 6 %, spread 2 %", SHAPE_TREND, .spread = .02, .step = .06 },
	  { 0 },
	  false,
	  { { NAN, NAN }, { NAN, NAN }, { NAN, NAN }, { NAN, NAN } } },
	{ { "1 + 10 % exponential", SHAPE_EXPONENTIAL, .spread = .1 },
	  { 0 },
	  true,
	  { { .979, NAN }, { .965, NAN }, { .958, NAN }, { .957, NAN } } },
};

int simulate_pairs(struct simulation *s, struct why *w)
{
	int err = 0;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t j = 0; j < SIZES && !err; j++) {
			struct random random = simulate_stream(s);
			struct pair_study study = { table[i].difference,
						    table[i].common,
						    table[i].independent,
						    sizes[j],
						    { table[i].known[j][0],
						      table[i].known[j][1] } };
			struct paired count = { 0 };

			for (uint64_t t = simulate_trials(s, 1); t > 0; t--)
				measure_pairs(&study, &random, &count);
			err = pair_rows(s, &study, &count, w);
		}
	return err;
}
