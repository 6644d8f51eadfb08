/* SPDX-License-Identifier: MIT */
/*
 * Two programs side by side: one block of each in turn, each block a run directory of its own,
 * and rows paired by block. What moves a whole run, such as the hour or what the neighbours do,
 * is in both of a pair and not in their ratio.
 */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/random.h"
#include "command/command.h"
#include "command/compare.h"
#include "command/program.h"
#include "command/run_options.h"
#include "probe/clock.h"
#include "record/run_directory.h"

enum { OLD, NEW, SIDES };

/* Nothing is known of a first block; later ones are like it. */
static const uint64_t first_limit_ns = 900000000000u, slack_ns = 60000000000u;

struct interleaving {
	struct compare_options options;
	struct run_options run;
	char place[PATH_MAX]; /* where the run directories are */
	bool keep;            /* the user named it */
	bool made_results;
	struct run_rows rows[SIDES];
	struct random random;
	unsigned blocks; /* wanted; 0: not known before the first has run */
	unsigned done;
	uint64_t started_ns, longest_ns;
	int signals, signal;
};

static int complain(const struct why *w, int status)
{
	fprintf(stderr, "shmbench compare: %s\n", w->text);
	return status;
}

static const char *program_of(const struct interleaving *i, int side)
{
	return side == OLD ? i->options.base : i->options.new;
}

/* Parsed here too: what is wrong with them is said before anything has run, and how many blocks
 * there are to be stands in them. Ends the program with 2 on a usage error. */
static int read_options(struct interleaving *i, struct why *w)
{
	const struct compare_options *o = &i->options;
	char **words = calloc((size_t)o->run_words + 2, sizeof *words);

	if (!words)
		return fail(w, ENOMEM, "the options of run");
	words[0] = "shmbench run";
	for (int k = 0; k < o->run_words; k++)
		words[k + 1] = o->run_options[k];
	for (int k = 0; k < o->run_words; k++)
		if (!strcmp(o->run_options[k], "--")) {
			free(words);
			return misused(w, "a second --: give it once, before the options of run");
		}
	run_options_parse(&i->run, o->run_words + 1, words);
	free(words);
	if (i->run.dry_run)
		return misused(w, "--dry-run measures nothing that could be compared");
	i->blocks = (unsigned)i->run.invocations;
	i->random.state = i->run.seed;
	return 0;
}

/* --out, which is kept; else a directory that goes again, on the file system that `run` would
 * use, since regions of files are made beside it. */
static int make_place(struct interleaving *i, struct why *w)
{
	const char *parent = getenv("TMPDIR");
	struct run_directory given;

	i->keep = i->run.out != NULL;
	if (i->keep) {
		int err = run_directory_create(&given, i->run.out, w);

		if (!err)
			snprintf(i->place, sizeof i->place, "%s", given.path);
		return err;
	}
	if (!parent || !*parent) {
		parent = "results";
		i->made_results = !mkdir(parent, 0777);
	}
	if (snprintf(i->place, sizeof i->place, "%s/compare-XXXXXX", parent) >=
	    (int)sizeof i->place)
		return misused(w, "TMPDIR is too long a path");
	if (!mkdtemp(i->place))
		return fail(w, errno, "making %s (TMPDIR, or --out after --, names another place)",
			    i->place);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *level)
{
	(void)st;
	(void)kind;
	(void)level;
	remove(path);
	return 0;
}

static void remove_tree(const struct interleaving *i, const char *path)
{
	if (!i->keep)
		nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
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
	if (i->done && i->blocks)
		fprintf(stderr, ", %.0f s left", spent / i->done * (i->blocks - i->done));
}

static void hide_progress(const struct interleaving *i)
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
	hide_progress(i);
	program_complaint(log, said, sizeof said);
	fprintf(stderr, "shmbench compare: %s run ended with %d: %s\n", program_of(i, side), status,
		said);
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
		return complain(&(struct why){ "out of memory" }, STATUS_FAILED);
	snprintf(log, sizeof log, "%s/log", i->place);
	argv[n++] = (char *)program_of(i, side);
	argv[n++] = "run";
	for (int k = 0; k < words; k++)
		argv[n++] = i->options.run_options[k];
	/* Of an option given twice the last counts. */
	char *const ours[] = { "--invocations", "1",         "--seed", (char *)seed,
			       "--out",         (char *)dir, "--quiet" };
	memcpy(argv + n, ours, sizeof ours);
	int status = program_run(&p, &i->signal, &w);
	free(argv);
	if (status < 0)
		return complain(&w, STATUS_FAILED);
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
			remove_tree(i, b.dir[side]);
	if (err)
		return complain(&w, STATUS_FAILED);
	i->done += !status;
	return status;
}

/* Without --invocations: the suite's blocks, and as many as one row of so many needs. Where there is
 * no suite, 20: single pairs of an attach differ by 4 %, and of 8 of them that are slower by 5 % one
 * is faster as often as not, which is enough for the sign test to say nothing. */
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

/* Until there are enough blocks, the time is over, or something ends it: its exit status. */
static int run_blocks(struct interleaving *i)
{
	struct why w = { 0 };
	int status = next_block(i);

	if (status)
		return status;
	int err = settle_blocks(i, &w);
	if (err)
		return complain(&w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
	if (refused(i))
		return 0;
	while (!status && i->done < i->blocks) {
		if (time_is_over(i)) {
			hide_progress(i);
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

/* Whole blocks are worth their verdicts, whatever ended them. */
static int conclude(struct interleaving *i, int status)
{
	hide_progress(i);
	if (!i->done || (status && !i->signal))
		return status;
	for (int side = 0; side < SIDES; side++) {
		free(i->rows[side].path);
		i->rows[side].path = strdup(program_of(i, side));
	}
	int verdict = compare_conclude(&i->options, &i->rows[OLD], &i->rows[NEW]);
	return status ? status : verdict;
}

int interleave(const struct compare_options *o)
{
	struct interleaving i = { .options = *o, .started_ns = clock_ns() };
	struct why w = { 0 };

	i.options.across |= 1u << ENVIRONMENT_VERSION;
	int err = read_options(&i, &w);
	if (!err)
		err = make_place(&i, &w);
	if (!err && (i.signals = program_signals(&w)) < 0)
		err = i.signals;
	if (err)
		return complain(&w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
	int status = conclude(&i, run_blocks(&i));
	remove_tree(&i, i.place);
	if (i.made_results)
		rmdir("results");
	run_rows_free(&i.rows[OLD]);
	run_rows_free(&i.rows[NEW]);
	close(i.signals);
	return status;
}
