/* SPDX-License-Identifier: MIT */
/* The blocks of two programs side by side: one run of one block each, in an order drawn anew. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/tree.h"
#include "command/command.h"
#include "command/interleave.h"
#include "command/program.h"
#include "probe/clock.h"

/* Nothing is known of a first block; later ones are like it. */
static const uint64_t first_limit_ns = 900000000000u, slack_ns = 60000000000u;

int interleaving_complain(const struct why *w, int status)
{
	fprintf(stderr, "shmbench compare: %s\n", w->text);
	return status;
}

const char *interleaving_program(const struct interleaving *i, int side)
{
	return side == OLD ? i->options.base : i->options.new;
}

void interleaving_remove(const struct interleaving *i, const char *path)
{
	if (!i->keep)
		tree_remove(path);
}

static void show_progress(const struct interleaving *i, int side)
{
	double spent = (double)(clock_ns() - i->started_ns) / 1e9;

	if (i->run.quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[Kblock %u", i->done + 1);
	if (i->blocks)
		fprintf(stderr, " of %u", i->blocks);
	fprintf(stderr, ": %s", side == OLD ? "base" : "new");
	if (i->blocks && i->done >= i->blocks)
		fputs(", looking for more calm pairs", stderr);
	else if (i->done && i->blocks)
		fprintf(stderr, ", %.0f s left", spent / i->done * (i->blocks - i->done));
}

void interleaving_hide_progress(const struct interleaving *i)
{
	if (!i->run.quiet && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* What an exit status of `run` means for us; 0: there are rows to read. */
static int judge_status(const struct interleaving *i, int side, int status, const char *log)
{
	char said[400];

	/* 5: some invocations failed, and their rows say so. */
	if (status == STATUS_OK || status == STATUS_FAILED)
		return 0;
	interleaving_hide_progress(i);
	program_complaint(log, said, sizeof said);
	fprintf(stderr, "shmbench compare: %s run ended with %d: %s\n",
		interleaving_program(i, side), status, said);
	return status == STATUS_USAGE || status == STATUS_NOTHING ? status : STATUS_FAILED;
}

/* One block of one program, into DIR. 0, or the exit status to end with. */
static int run_block(struct interleaving *i, int side, const char *seed, const char *dir)
{
	int words = i->options.run_words, n = 0;
	char log[PATH_MAX + 8];
	char **argv = calloc((size_t)words + 16, sizeof *argv);
	struct program p = { .argv = argv,
			     .log = log,
			     .signals = i->signals,
			     .limit_ns = i->longest_ns ? 10 * i->longest_ns + slack_ns
						       : first_limit_ns };
	struct why w = { 0 };
	uint64_t from = clock_ns();

	if (!argv)
		return interleaving_complain(&(struct why){ "out of memory" }, STATUS_FAILED);
	snprintf(log, sizeof log, "%s/log", i->place);
	argv[n++] = (char *)interleaving_program(i, side);
	argv[n++] = "run";
	for (int k = 0; k < words; k++)
		argv[n++] = i->options.run_options[k];
	/* Of an option given twice the last counts. */
	char *const ours[] = { "--invocations", "1",          "--seed", (char *)seed, "--out",
			       (char *)dir,     "--patience", "0%",     "--quiet" };
	memcpy(argv + n, ours, sizeof ours);
	int status = program_run(&p, &i->signal, &w);
	free(argv);
	if (status < 0)
		return interleaving_complain(&w, STATUS_FAILED);
	if (i->signal)
		return STATUS_SIGNAL + i->signal;
	if (clock_ns() - from > i->longest_ns)
		i->longest_ns = clock_ns() - from;
	return judge_status(i, side, status, log);
}

struct block {
	char dir[SIDES][PATH_MAX + 32];
};

static int measure_block(struct interleaving *i, struct block *b)
{
	int first = (int)random_below(&i->random, SIDES), status = 0;
	char seed[24];

	snprintf(seed, sizeof seed, "%" PRIu64, random_next(&i->random));
	for (int k = 0; k < SIDES && !status; k++) {
		int side = k ? !first : first;

		snprintf(b->dir[side], sizeof b->dir[side], "%s/%s-%03u", i->place,
			 side == OLD ? "base" : "new", i->done);
		show_progress(i, side);
		status = run_block(i, side, seed, b->dir[side]);
	}
	return status;
}

/* A block counts when both programs have ended theirs. */
static int next_block(struct interleaving *i)
{
	struct block b = { 0 };
	struct why w = { 0 };
	int status = measure_block(i, &b), err = 0;

	for (int side = 0; side < SIDES && !status && !err; side++)
		err = run_rows_add(&i->rows[side], b.dir[side], &w);
	for (int side = 0; side < SIDES; side++)
		if (b.dir[side][0])
			interleaving_remove(i, b.dir[side]);
	if (err)
		return interleaving_complain(&w, STATUS_FAILED);
	i->done += !status;
	return status;
}

/* Without --invocations: the suite's blocks, and as many as one row of so many needs. Where there is
 * no suite, 20: where half of all windows are disturbed 5 to 16 of them are pairs of calm values. */
static int settle_blocks(struct interleaving *i, struct why *w)
{
	struct contrast c;
	size_t usual = i->run.suite ? i->run.suite->blocks : 20;

	if (i->blocks)
		return 0;
	int err = contrast_make(&c, &i->rows[OLD], &i->rows[NEW], &i->options.wish, w);
	if (err)
		return err;
	size_t needed = judge_pairs_needed(c.n);
	i->blocks = (unsigned)(needed > usual ? needed : usual);
	contrast_free(&c);
	return 0;
}

static bool refused(const struct interleaving *i)
{
	struct environment_pair programs = { i->rows[OLD].json, i->rows[NEW].json,
					     i->options.across };
	struct environment e;
	struct why w = { 0 };

	return !i->options.force && (environment_compare(&e, &programs, &w) || e.refused);
}

static bool time_is_over(const struct interleaving *i)
{
	uint64_t spent = clock_ns() - i->started_ns;

	return i->run.budget_ns && spent + spent / i->done > i->run.budget_ns;
}

/* Has a row calm pairs, but not as many as a verdict takes? Which pairs are calm the canaries say, and
 * not what was measured: looking for more of them favours no verdict. */
static bool is_short_of_pairs(const struct contrast *c)
{
	bool is = false;

	for (size_t k = 0; k < c->n; k++)
		is |= c->row[k].not_calm || (c->row[k].used == USED_CALM &&
					     c->row[k].finding.judgement.reason == REASON_TOO_FEW);
	return is;
}

/* So many blocks would tell a change in every row that has an interval, if as many of them give a pair.
 * Asked once, of the planned blocks: of every block anew it would favour narrow intervals. */
static unsigned blocks_to_tell(const struct interleaving *i, const struct contrast *c)
{
	double times = 1;

	for (size_t k = 0; k < c->n; k++) {
		const struct contest *contest = &c->row[k].contest;
		size_t have = contest->base.n;
		struct estimate log = c->row[k].finding.log;

		if (have)
			times = fmax(times,
				     (double)verdict_values_to_tell(log, have, contest->delta) /
					     (double)have);
	}
	return (unsigned)ceil(fmin(times * i->done, UINT_MAX));
}

/* As of run: half of the budget, or of what the blocks took; none for a fixed number of them. */
static uint64_t patience_ns(const struct interleaving *i)
{
	const struct run_options *o = &i->run;
	double share = o->patience_given ? o->patience : o->invocations ? 0 : .5;
	uint64_t of = o->budget_ns ? o->budget_ns : clock_ns() - i->started_ns;

	return o->patience_ns ? o->patience_ns : (uint64_t)(share * (double)of);
}

/* What the pairs so far ask for: more of them, or no more. *blocks is settled by the first look. */
static int look_at_pairs(const struct interleaving *i, unsigned *blocks, bool *more, struct why *w)
{
	struct contrast c;
	int err = contrast_make(&c, &i->rows[OLD], &i->rows[NEW], &i->options.wish, w);

	if (err)
		return err;
	if (!*blocks)
		*blocks = blocks_to_tell(i, &c);
	*more = i->done < *blocks || is_short_of_pairs(&c);
	contrast_free(&c);
	return 0;
}

static int run_patiently(struct interleaving *i)
{
	uint64_t until = clock_ns() + patience_ns(i);
	unsigned blocks = 0;
	struct why w = { 0 };
	bool more = true;
	int status = 0;

	while (!status && more && clock_ns() < until && !time_is_over(i)) {
		int err = look_at_pairs(i, &blocks, &more, &w);

		if (err)
			return interleaving_complain(&w, STATUS_FAILED);
		if (more)
			status = next_block(i);
	}
	return status;
}

static int run_planned(struct interleaving *i)
{
	int status = 0;

	while (!status && i->done < i->blocks) {
		if (time_is_over(i)) {
			interleaving_hide_progress(i);
			fprintf(stderr,
				"shmbench compare: the time budget ended it after %u of %u "
				"blocks\n",
				i->done, i->blocks);
			break;
		}
		status = next_block(i);
	}
	return status;
}

int interleaving_run(struct interleaving *i)
{
	struct why w = { 0 };
	int status = next_block(i);

	if (status)
		return status;
	int err = settle_blocks(i, &w);
	if (err)
		return interleaving_complain(&w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
	if (refused(i))
		return 0;
	status = run_planned(i);
	return status ? status : run_patiently(i);
}
