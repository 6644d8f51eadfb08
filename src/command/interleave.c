/* SPDX-License-Identifier: MIT */
/*
 * Two programs side by side: one block of each in turn, each block a run directory of its own,
 * and rows paired by block. What moves a whole run, such as the hour or what the neighbours do,
 * is in both of a pair and not in their ratio.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "command/command.h"
#include "command/interleave.h"
#include "command/program.h"
#include "probe/clock.h"
#include "record/run_directory.h"

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

/* Whole blocks are worth their verdicts, whatever ended them. */
static int conclude(struct interleaving *i, int status)
{
	interleaving_hide_progress(i);
	if (!i->done || (status && !i->signal))
		return status;
	for (int side = 0; side < SIDES; side++) {
		free(i->rows[side].path);
		i->rows[side].path = strdup(interleaving_program(i, side));
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
		return interleaving_complain(&w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
	int status = conclude(&i, interleaving_run(&i));
	interleaving_remove(&i, i.place);
	if (i.made_results)
		rmdir("results");
	run_rows_free(&i.rows[OLD]);
	run_rows_free(&i.rows[NEW]);
	close(i.signals);
	return status;
}
