/* SPDX-License-Identifier: MIT */
/* One figure of a run, in a file or as characters on the terminal. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "command/command.h"
#include "command/parse.h"
#include "report/figures.h"

struct plot {
	const char *run, *figure, *terminal, *out;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct plot *p = state->input;

	switch (key) {
	case 't':
		p->terminal = arg;
		return 0;
	case 'o':
		p->out = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "one RUN and one FIGURE, not also '%s'", arg);
		*(state->arg_num ? &p->figure : &p->run) = arg;
		return 0;
	case ARGP_KEY_END:
		if (!p->figure)
			argp_error(state, "give a run directory and a figure");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* argp prints what follows the \v after the options. */
static const char doc[] =
	"Draw one figure of the run directory RUN.\v"
	"Figures: attach-latency first-touch touch-ecdf touch-by-index page-kinds refault populate "
	"lookup attachers crowds throughput message-cpu round-trip wait-strategies rtt-ecdf "
	"latency-under-load matrix node-matrix ratio-forest machine-state. Without --out the file "
	"is "
	"RUN/plots/FIGURE.svg (png, pdf), "
	"and "
	"dumb goes to standard output. SHMBENCH_PLOTS names another directory of scripts.";

static const struct argp_option options[] = {
	{ "terminal", 't', "NAME", 0, "svg (default), pngcairo, pdfcairo, or dumb: characters", 0 },
	{ "out", 'o', "FILE", 0, "write to FILE", 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "RUN FIGURE",
	.doc = doc,
};

static int complain(const struct why *w, int status)
{
	fprintf(stderr, "shmbench plot: %s\n", w->text);
	return status;
}

/* Where it goes: NULL for stdout. */
static const char *destination(const struct plot *p, const struct drawing *d, char path[PATH_MAX])
{
	if (p->out)
		return strcmp(p->out, "-") ? p->out : NULL;
	if (!*d->terminal->ending)
		return NULL;
	snprintf(path, PATH_MAX, "%s/plots", p->run);
	mkdir(path, 0777);
	return figure_path(d, path, PATH_MAX);
}

static int run(int argc, char **argv)
{
	struct plot p = { .terminal = "svg" };
	struct why w = { 0 };
	char path[PATH_MAX];

	command_parse(&argp, argc, argv, &p);
	const struct figure *f = figure_find(p.figure, &w);
	const struct terminal *t = f ? terminal_find(p.terminal, &w) : NULL;
	if (!t)
		return complain(&w, STATUS_USAGE);
	snprintf(path, sizeof path, "%s/%s", p.run, f->file);
	if (access(path, R_OK)) {
		misused(&w, "%s cannot be read (%s): is %s a run directory?", path, strerror(errno),
			p.run);
		return complain(&w, STATUS_USAGE);
	}
	struct drawing d = { f, p.run, t };
	const char *out = destination(&p, &d, path);
	fflush(stdout);
	int err = figure_draw(&d, out, &w);
	if (err == CANNOT && strstr(w.text, "nothing drawn"))
		return complain(&w, STATUS_OK);
	if (err)
		return complain(&w, err == CANNOT    ? STATUS_UNFIT
				    : err == -EINVAL ? STATUS_USAGE
						     : STATUS_FAILED);
	if (out)
		fprintf(stderr, "shmbench plot: %s\n", out);
	return STATUS_OK;
}

const struct command command_plot = {
	.name = "plot",
	.about = "draw one figure of a run",
	.run = run,
};
