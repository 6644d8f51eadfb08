/* SPDX-License-Identifier: MIT */
/* Runs of the program against runs of the program: what they say of one another, and the deviation
 * between them, which is kept for later comparisons. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "command/aa.h"
#include "command/selftest.h"
#include "probe/clock.h"
#include "record/deviation.h"

/* With none in so many, a share of 5 % or more is ruled out at 95 %: .95^59 < .05. */
enum { ENOUGH = 59 };
static const double wrong_at_most = .05, covered_at_least = .85;

static double share(unsigned part, unsigned all)
{
	return all ? (double)part / all : NAN;
}

static void check_words(struct selftest *t, const char *name, const struct aa_words *n)
{
	unsigned all = n->different + n->same + n->undecided;
	double wrong = share(n->different, all);

	selftest_check(t, name,
		       all < ENOUGH             ? CHECK_SKIPPED
		       : wrong <= wrong_at_most ? CHECK_OK
						: CHECK_FAILED,
		       "%u of %u called faster or slower (%.1f %%), %u same, %u inconclusive%s",
		       n->different, all, 100 * wrong, n->same, n->undecided,
		       all < ENOUGH ? "; fewer than 59 bound nothing" : "");
}

static void check_coverage(struct selftest *t, const char *name, const struct aa_coverage *n,
			   size_t runs)
{
	bool few = n->intervals < ENOUGH || runs < 10;
	double with = share(n->widened, n->intervals);

	selftest_check(t, name,
		       few                        ? CHECK_SKIPPED
		       : with >= covered_at_least ? CHECK_OK
						  : CHECK_FAILED,
		       "%u of %u intervals hold the median over all runs (%.1f %%), %u with the "
		       "deviation between runs added (%.1f %%)%s",
		       n->covered, n->intervals, 100 * share(n->covered, n->intervals), n->widened,
		       100 * with,
		       few ? "; each run is a large part of that median with fewer than 10" : "");
}

static json_t *deviations_of(const struct aa *a)
{
	json_t *all = json_object();

	for (size_t i = 0; i < a->rows; i++) {
		double deviation = aa_deviation(a, a->row[i].name);

		if (!isnan(deviation))
			json_object_set_new(all, a->row[i].name, json_real(deviation));
	}
	return all;
}

static void print_deviations(const json_t *all, size_t runs)
{
	const char *name;
	json_t *value;

	printf("\nDeviation of the medians from run to run, kept for `shmbench run' to record "
	       "(known to about %.0f %% of itself):\n",
	       100 / sqrt(2. * (double)(runs > 1 ? runs - 1 : 1)));
	/* The loop's macro wants an object that is not const, and does not change it. */
	json_object_foreach((json_t *)all, name, value)
		printf("  %-28s %6.2f %%\n", name, 100 * json_real_value(value));
}

static void tell(struct selftest *t, const struct aa *a, const struct aa_result *r)
{
	check_words(t, "paired, blocks of one run", &r->paired);
	check_words(t, "unpaired, delta raised", &r->raised);
	/* Without what --aa itself finds out: shown, and demanded of nobody. */
	unsigned all = r->unpaired.different + r->unpaired.same + r->unpaired.undecided;
	selftest_check(t, "unpaired, delta 3 %", CHECK_SKIPPED,
		       "%u of %u called faster or slower (%.1f %%), %u same, %u inconclusive; not "
		       "judged: it takes no account of what differs between runs",
		       r->unpaired.different, all, 100 * share(r->unpaired.different, all),
		       r->unpaired.same, r->unpaired.undecided);
	check_coverage(t, "coverage of medians", &r->median, a->runs);
	check_coverage(t, "coverage of ratios", &r->ratio, a->runs);
}

static int finish(struct selftest *t, struct aa *a, double minutes, struct why *w)
{
	struct aa_result r;
	size_t calm = aa_settle(a);
	int err = aa_compare(a, &r, w);

	if (err)
		return err;
	if (!t->json)
		printf("%zu runs of %zu rows, %d blocks each, within %.1f minutes; calm values in "
		       "%zu rows, of %zu runs or more\n\n",
		       a->runs, a->rows, AA_BLOCKS, minutes, calm, aa_fewest_runs(a));
	t->rows = json_array();
	tell(t, a, &r);
	json_t *deviations = deviations_of(a);
	err = deviation_write(deviations, (unsigned)a->runs, w);
	if (t->json) {
		json_t *all =
			json_pack("{s:I, s:I, s:I, s:I, s:f, s:O, s:O}", "runs",
				  (json_int_t)a->runs, "rows", (json_int_t)a->rows, "calm_rows",
				  (json_int_t)calm, "fewest_runs", (json_int_t)aa_fewest_runs(a),
				  "minutes", minutes, "checks", t->rows, "deviation", deviations);
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(all);
	} else {
		print_deviations(deviations, aa_fewest_runs(a));
	}
	json_decref(deviations);
	json_decref(t->rows);
	return err;
}

static void sleep_for(uint64_t ns)
{
	struct timespec left = { .tv_sec = (time_t)(ns / 1000000000u),
				 .tv_nsec = (long)(ns % 1000000000u) };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

int selftest_aa(struct selftest *t, struct why *w)
{
	uint64_t start = clock_ns();
	struct aa a;
	int err = 0;

	aa_open(&a, t->runs);
	for (size_t run = 0; run < t->runs && !err; run++) {
		if (run)
			sleep_for(t->pause_ns);
		fprintf(stderr, "shmbench selftest: run %zu of %zu\n", run + 1, a.runs);
		err = aa_run(&a, run, w);
	}
	if (!err)
		err = finish(t, &a, (double)(clock_ns() - start) / 6e10, w);
	aa_close(&a);
	return err;
}
