/* SPDX-License-Identifier: MIT */
/*
 * Everything that is computed from what a run measured, made again: summary.csv, which comes out
 * byte for byte as it was, figures, page and tables.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "command/command.h"
#include "command/parse.h"
#include "command/style.h"
#include "record/summary.h"
#include "report/report.h"

struct request {
	char **runs;
	int n;
	const char *out;
	enum style_colour colour;
};

/* argp's vector ends with the parsing, its words do not. */
static void keep_runs(struct request *r, struct argp_state *state)
{
	r->n = state->argc - state->next;
	r->runs = calloc((size_t)r->n, sizeof *r->runs);
	if (!r->runs)
		argp_failure(state, STATUS_FAILED, ENOMEM, "%d runs", r->n);
	else
		memcpy(r->runs, state->argv + state->next, (size_t)r->n * sizeof *r->runs);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct request *r = state->input;

	switch (key) {
	case 'o':
		r->out = arg;
		return 0;
	case KEY_COLOUR:
		r->colour = style_parse(arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		keep_runs(r, state);
		return 0;
	case ARGP_KEY_END:
		if (!r->n)
			argp_error(state, "give a run directory");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const char doc[] =
	"Compute again what follows from the measurements of RUN: summary.csv (byte for byte the "
	"same), plots/, report.html, and the tables on standard output.\v"
	"With --out, plots and page go to DIR; of several runs to DIR/NAME each, by the name of "
	"the "
	"run's directory. summary.csv stays with its run.";

static const struct argp_option options[] = {
	{ "out", 'o', "DIR", 0, "put plots/ and report.html into DIR", 0 },
	STYLE_OPTION(0),
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "RUN...",
	.doc = doc,
};

/* Where a run's page goes; NULL: into the run. */
static const char *destination(const struct request *r, const char *run, char *buf, size_t len)
{
	char copy[PATH_MAX];

	if (!r->out || r->n == 1)
		return r->out;
	mkdir(r->out, 0777);
	snprintf(copy, sizeof copy, "%s", run);
	snprintf(buf, len, "%s/%s", r->out, basename(copy));
	return buf;
}

static int status_of(int err)
{
	return !err || err == CANNOT ? STATUS_OK : err == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

/* All runs are tried; the first error is the status. */
static int run(int argc, char **argv)
{
	struct request r = { .n = 0 };
	int status = STATUS_OK;

	command_parse(&argp, argc, argv, &r);
	struct sheet_style style = style_of(r.colour, stdout);
	for (int i = 0; i < r.n; i++) {
		struct why w = { 0 };
		char to[2 * PATH_MAX];
		int err = summary_write(r.runs[i], &w);

		if (!err)
			err = report_run(r.runs[i], destination(&r, r.runs[i], to, sizeof to),
					 &style, &w);
		if (err)
			fprintf(stderr, "shmbench report: %s\n", w.text);
		if (!status)
			status = status_of(err);
	}
	free(r.runs);
	return status;
}

const struct command command_report = {
	.name = "report",
	.about = "make summary.csv, plots and report.html of a run again",
	.run = run,
};
