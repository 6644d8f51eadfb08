/* SPDX-License-Identifier: MIT */
/*
 * Are two runs different, row by row, and is it a change for the worse? The answer is the exit
 * status too. What is said of a row, and why, is analyse/judge.c and record/contrast.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"
#include "command/command.h"
#include "command/compare.h"
#include "command/parse.h"

enum {
	KEY_THRESHOLD = 0x1000,
	KEY_STRICT,
	KEY_ACROSS,
	KEY_FORCE,
	KEY_METRIC,
	KEY_JSON,
	KEY_INTERLEAVE,
};

static int complain(const struct why *w, int status)
{
	fprintf(stderr, "shmbench compare: %s\n", w->text);
	return status;
}

static int status_of(int err)
{
	return err == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

static void set_threshold(struct compare_options *o, const char *arg, struct argp_state *state)
{
	struct why w = { 0 };

	if (units_percent(arg, &o->wish.threshold, &w))
		argp_error(state, "%s", w.text);
	if (!(o->wish.threshold > 0 && o->wish.threshold < 1))
		argp_error(state, "--threshold '%s': give more than 0 and less than 100%%", arg);
}

/* Several --across add up. */
static void add_across(struct compare_options *o, const char *arg, struct argp_state *state)
{
	struct why w = { 0 };

	if (environment_across(arg, &o->across, &w))
		argp_error(state, "%s", w.text);
}

static void add_word(struct compare_options *o, char *arg, struct argp_state *state)
{
	if (o->new)
		argp_error(state, "'%s': give two, and options of run after --", arg);
	*(o->base ? &o->new : &o->base) = arg;
}

static void check(const struct compare_options *o, struct argp_state *state)
{
	if (o->interleave && !o->new)
		argp_error(state, "give two programs, and after -- the options of run");
	if (!o->new)
		argp_error(state, "give two run directories");
	if (!o->interleave && o->run_options)
		argp_error(state, "options of run, after --, go with --interleave");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct compare_options *o = state->input;

	switch (key) {
	case KEY_THRESHOLD:
		set_threshold(o, arg, state);
		return 0;
	case KEY_ACROSS:
		add_across(o, arg, state);
		return 0;
	case KEY_STRICT:
		o->strict = true;
		return 0;
	case KEY_FORCE:
		o->force = true;
		return 0;
	case KEY_METRIC:
		o->wish.metric = arg;
		return 0;
	case KEY_JSON:
		o->json = true;
		return 0;
	case KEY_INTERLEAVE:
		o->interleave = o->wish.paired = true;
		return 0;
	case KEY_COLOUR:
		o->colour = style_parse(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		add_word(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int decide(const struct compare_options *o, const struct contrast *c)
{
	if (contrast_count(c, VERDICT_SLOWER))
		return STATUS_DIFFERENT;
	if (o->strict && contrast_count(c, VERDICT_INCONCLUSIVE))
		return STATUS_UNDECIDED;
	return c->n ? STATUS_OK : STATUS_USAGE;
}

static int print(const struct comparison_report *r)
{
	struct why w = { 0 };
	int err = r->options->json ? compare_json(r, &w) : compare_table(r, &w);

	return err ? complain(&w, STATUS_FAILED) : r->status;
}

static int refuse(struct comparison_report *r)
{
	r->status = STATUS_FOREIGN;
	if (r->options->json)
		print(r);
	compare_environment(r, stderr);
	fputs("shmbench compare: the environments differ: name what is meant to by --across "
	      "WHAT,..., or compare all the same by --force\n",
	      stderr);
	return STATUS_FOREIGN;
}

static int judge(struct comparison_report *r)
{
	const struct compare_options *o = r->options;
	struct contrast c;
	struct contrast_wish wish = o->wish;
	struct why w = { 0 };

	wish.across_kernel = o->across & 1u << ENVIRONMENT_KERNEL;
	int err = contrast_make(&c, r->base, r->new, &wish, &w);

	if (err)
		return complain(&w, status_of(err));
	r->contrast = &c;
	r->status = decide(o, &c);
	int status = print(r);
	if (!c.n)
		fputs("shmbench compare: no row has a value on both sides: nothing was compared\n",
		      stderr);
	contrast_free(&c);
	return status;
}

int compare_conclude(const struct compare_options *o, const struct run_rows *base,
		     const struct run_rows *new)
{
	struct environment_pair runs = { base->json, new->json, o->across };
	struct environment e;
	struct comparison_report r = { .options = o, .base = base, .new = new, .environment = &e };
	struct why w = { 0 };
	int err = environment_compare(&e, &runs, &w);

	if (err)
		return complain(&w, STATUS_FAILED);
	return e.refused && !o->force ? refuse(&r) : judge(&r);
}

static int compare_directories(const struct compare_options *o)
{
	struct run_rows base = { 0 }, new = { 0 };
	struct why w = { 0 };
	int err = run_rows_add(&base, o->base, &w);

	if (!err)
		err = run_rows_add(&new, o->new, &w);
	int status = err ? complain(&w, status_of(err)) : compare_conclude(o, &base, &new);
	run_rows_free(&base);
	run_rows_free(&new);
	return status;
}

/* argp prints what follows the \v after the options. */
static const char doc[] =
	"Compare what two runs measured, row by row, or two programs, block by block.\v"
	"A row is slower when the whole 95 % interval of its ratio is above 1, the ratio itself is "
	"beyond the threshold, and the test holds after Holm's correction for all rows; same when "
	"the whole interval is within the threshold. A true change of exactly the threshold is "
	"called slower in half of all comparisons.\n"
	"\n"
	"With --interleave, BASE and NEW are programs. Each runs one block of `run` with the "
	"RUN_OPTIONS in turn, in an order drawn anew, so that what the machine does hits both "
	"alike. Without --invocations there, as many blocks as a verdict needs.\n"
	"\n"
	"Exit status: 1 when a row is slower, else 3 with --strict when one is inconclusive, else "
	"0; 2 when an input is not what it should be, 6 when the environments differ in something "
	"that --across does not name.";

static const struct argp_option options[] = {
	{ "threshold", KEY_THRESHOLD, "SHARE", 0, "smallest change of interest (default 3%)", 0 },
	{ "strict", KEY_STRICT, NULL, 0, "end with 3 when something is inconclusive", 0 },
	{ "across", KEY_ACROSS, "WHAT,...", 0,
	  "what is meant to differ: kernel, cpu, thp, topology, version", 0 },
	{ "force", KEY_FORCE, NULL, 0, "compare whatever else differs", 0 },
	{ "metric", KEY_METRIC, "M", 0,
	  "this metric instead of the headlines: METRIC or BENCHMARK/METRIC", 0 },
	{ "json", KEY_JSON, NULL, 0, "print JSON", 0 },
	STYLE_OPTION(0),
	{ "interleave", KEY_INTERLEAVE, NULL, 0, "run two programs side by side", 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "BASE NEW\n--interleave BASE_PROGRAM NEW_PROGRAM -- RUN_OPTIONS",
	.doc = doc,
};

/* What follows "--" is for another command, and argp would not say where it stood. */
static int split(struct compare_options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		o->run_options = argv + i + 1;
		o->run_words = argc - i - 1;
		return i;
	}
	return argc;
}

static int run(int argc, char **argv)
{
	struct compare_options o = { .wish.threshold = .03 };

	argc = split(&o, argc, argv);
	command_parse(&argp, argc, argv, &o);
	return o.interleave ? interleave(&o) : compare_directories(&o);
}

const struct command command_compare = {
	.name = "compare",
	.about = "are two runs, or two programs, different: a verdict for each row",
	.run = run,
};
