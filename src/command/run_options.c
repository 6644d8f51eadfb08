/* SPDX-License-Identifier: MIT */
/* Options of `run`: the axes come from their table, the rest stands here. What they ask for is made
 * in run_requests.c. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/units.h"
#include "command/parse.h"
#include "command/run_options.h"
#include "plan/axis.h"

enum {
	KEY_AXIS = 0x1000, /* + enum axis */
	KEY_SUITE = 0x2000,
	KEY_BASE,
	KEY_INVOCATIONS,
	KEY_BUDGET,
	KEY_PATIENCE,
	KEY_PRECISION,
	KEY_LEAST,
	KEY_MOST,
	KEY_CANARY,
	KEY_COUNTERS,
	KEY_REQUIRE_CALM,
	KEY_DISCARD,
	KEY_SEED,
	KEY_THRESHOLD,
	KEY_VERIFY,
	KEY_OUT,
	KEY_RAW,
	KEY_DRY_RUN,
	KEY_LABEL,
	KEY_XML,
	KEY_SYNTHETIC,
};

static const struct argp_option fixed[] = {
	{ NULL, 0, NULL, 0, "What and how often:", 1 },
	{ "suite", KEY_SUITE, "NAME", 0, "smoke, quick or full (shmbench list suites)", 1 },
	{ "base", KEY_BASE, "WHAT", 0,
	  "what ratios are relative to: REGION or CHANNEL[/REGION] (default sysv, ring/sysv)", 1 },
	{ "invocations", KEY_INVOCATIONS, "N", 0, "of every cell, exactly (default 8)", 1 },
	{ "time-budget", KEY_BUDGET, "TIME", 0,
	  "begin no block that would end later (default 60s; none with --invocations)", 1 },
	{ "patience", KEY_PATIENCE, "SHARE|TIME", 0,
	  "run cells that are short of calm values again: a share of the time budget, or a time "
	  "(default 50%; 0% with --invocations)",
	  1 },
	{ "precision", KEY_PRECISION, "SHARE", 0,
	  "stop when 95 of 100 headline intervals are within this, looked at after 10, 15, 20 and "
	  "30 invocations: met by cells that spread by 1.3, 2.1, 2.7, 4.2 % for 2% (default of "
	  "--suite full)",
	  1 },
	{ "min-invocations", KEY_LEAST, "N", 0, "no look before so many (default 10)", 1 },
	{ "max-invocations", KEY_MOST, "N", 0, "stop after so many (default 30)", 1 },
	{ "canary-reference", KEY_CANARY, "X", 0,
	  "adds per cycle of an undisturbed CPU (default: what this machine has shown)", 1 },
	{ "counters", KEY_COUNTERS, "auto|on|off", 0,
	  "count perf events in one more invocation of every cell, which is not timed (default "
	  "auto: where there is a PMU)",
	  1 },
	{ "require-calm", KEY_REQUIRE_CALM, NULL, 0,
	  "measure only if the machine is fit and calm now, after waiting for it as long as "
	  "patience lasts; else end with 4",
	  1 },
	{ "discard-flagged", KEY_DISCARD, NULL, 0,
	  "leave invocations that something disturbed out of the summary: flags frequency, "
	  "migrated, steal, pressure, faults, major",
	  1 },
	{ "seed", KEY_SEED, "N", 0, "of the order (default: drawn, and recorded)", 1 },
	{ "threshold", KEY_THRESHOLD, "SHARE", 0, "smallest change of interest (default 3%)", 1 },
	{ "verify", KEY_VERIFY, NULL, 0, "check every byte of every message", 1 },
	{ NULL, 0, NULL, 0, "Results:", 2 },
	{ "out", KEY_OUT, "DIR", 0, "run directory (default results/<UTC time>-<host>)", 2 },
	{ "raw", KEY_RAW, NULL, 0, "keep every sample, in samples/*.u32", 2 },
	{ "label", KEY_LABEL, "KEY=VALUE", 0, "recorded in run.json (repeatable)", 2 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "print plan, order and expected time only", 2 },
	{ "quiet", 'q', NULL, 0, "no progress on the terminal", 2 },
	STYLE_OPTION(2),
	{ "xml", KEY_XML, "FILE", 0, "plan for another machine's topology (with --dry-run)", 2 },
	{ "synthetic", KEY_SYNTHETIC, "TEXT", 0, "the same from hwloc's synthetic text", 2 },
	{ NULL, 0, NULL, 0, "Axes: lists a,b,c; numbers also 4K..1G:x16, 4K..64K:+4K, 1..8:", 3 },
};

static void add_directory(struct run_options *o, const char *arg, struct argp_state *state)
{
	if (o->directories == RUN_LIST_MAX - 1)
		argp_error(state, "more than %d directories", RUN_LIST_MAX - 1);
	o->directory[o->directories++] = arg;
}

static void add_label(struct run_options *o, const char *arg, struct argp_state *state)
{
	if (!strchr(arg, '=') || arg[0] == '=')
		argp_error(state, "--label '%s': give KEY=VALUE", arg);
	if (o->labels == RUN_LIST_MAX - 1)
		argp_error(state, "more than %d labels", RUN_LIST_MAX - 1);
	o->label[o->labels++] = arg;
}

static void set_suite(struct run_options *o, const char *arg, struct argp_state *state)
{
	o->suite = suite_find(arg);
	if (!o->suite)
		argp_error(state, "there is no suite '%s': give smoke, quick or full", arg);
}

static void set_counters(struct run_options *o, const char *arg, struct argp_state *state)
{
	static const char *const words[] = { "auto", "on", "off" };
	unsigned i = 0;

	while (i < 3 && strcmp(words[i], arg))
		i++;
	if (i == 3)
		argp_error(state, "--counters '%s': give auto, on or off", arg);
	o->counters = (enum counters_wish)i;
}

/* "50%" of the budget, or "20s". */
static int set_patience(struct run_options *o, const char *arg, struct why *w)
{
	size_t digits = strspn(arg, "0123456789.");

	o->patience_given = true;
	o->patience_ns = 0;
	if (!arg[digits] || arg[digits] == '%')
		return units_percent(arg, &o->patience, w);
	o->patience = 0;
	return units_duration(arg, &o->patience_ns, w);
}

static int set_canary(struct run_options *o, const char *arg, struct why *w)
{
	char *end;

	o->canary_reference = strtod(arg, &end);
	if (end == arg || *end || !(o->canary_reference > 0) || o->canary_reference > 1000)
		return misused(w,
			       "--canary-reference '%.80s': give adds per cycle, such as 4.81 "
			       "(canary_references in run.json)",
			       arg);
	return 0;
}

/* Options of the gate and the stop rule. */
static void set_rule(struct run_options *o, int key, const char *arg, struct argp_state *state)
{
	struct why w = { 0 };
	int err = 0;

	if (key == KEY_PATIENCE)
		err = set_patience(o, arg, &w);
	else if (key == KEY_CANARY)
		err = set_canary(o, arg, &w);
	else if (key == KEY_PRECISION)
		err = units_percent(arg, &o->precision, &w);
	else
		err = units_count(arg, key == KEY_LEAST ? &o->least : &o->most, &w);
	if (err)
		argp_error(state, "%s", w.text);
	if (key == KEY_PRECISION && o->precision <= 0)
		argp_error(state, "--precision '%s': give more than nothing", arg);
	if ((key == KEY_LEAST || key == KEY_MOST) &&
	    (o->least < 1 || o->most < 1 || o->least > 10000 || o->most > 10000))
		argp_error(state, "'%s' invocations: give 1 to 10000", arg);
	o->stop_rule |= key == KEY_PRECISION || key == KEY_LEAST || key == KEY_MOST;
}

/* Numbers: one sentence for each kind that is none. */
static void set_number(struct run_options *o, int key, const char *arg, struct argp_state *state)
{
	struct why w = { 0 };
	int err = 0;

	if (key == KEY_INVOCATIONS)
		err = units_count(arg, &o->invocations, &w);
	else if (key == KEY_SEED)
		err = units_count(arg, &o->seed, &w);
	else if (key == KEY_BUDGET)
		err = units_duration(arg, &o->budget_ns, &w);
	else
		err = units_percent(arg, &o->threshold, &w);
	if (err)
		argp_error(state, "%s", w.text);
	if (key == KEY_INVOCATIONS && (o->invocations == 0 || o->invocations > 10000))
		argp_error(state, "--invocations '%s': give 1 to 10000", arg);
	if (key == KEY_BUDGET && o->budget_ns == 0)
		argp_error(state, "--time-budget '%s': give more than nothing", arg);
}

static void check(const struct run_options *o, struct argp_state *state)
{
	if (o->stop_rule && o->invocations)
		argp_error(state, "--invocations fixes their number: it excludes --precision, "
				  "--min-invocations and --max-invocations");
	if (o->least > o->most)
		argp_error(state, "--min-invocations %ju is more than --max-invocations %ju",
			   (uintmax_t)o->least, (uintmax_t)o->most);
	if (o->xml && o->synthetic)
		argp_error(state, "--xml and --synthetic exclude each other");
	if ((o->xml || o->synthetic) && !o->dry_run)
		argp_error(state, "--xml and --synthetic go with --dry-run: only this machine can "
				  "be measured");
}

/* Options that are a text as it is, or a flag. */
static error_t set_plain(struct run_options *o, int key, const char *arg)
{
	switch (key) {
	case KEY_BASE:
		o->base = arg;
		break;
	case KEY_OUT:
		o->out = arg;
		break;
	case KEY_XML:
		o->xml = arg;
		break;
	case KEY_SYNTHETIC:
		o->synthetic = arg;
		break;
	case KEY_REQUIRE_CALM:
		o->require_calm = true;
		break;
	case KEY_DISCARD:
		o->discard_flagged = true;
		break;
	case KEY_VERIFY:
		o->verify = true;
		break;
	case KEY_RAW:
		o->raw = true;
		break;
	case KEY_DRY_RUN:
		o->dry_run = true;
		break;
	case 'q':
		o->quiet = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void add_name(struct run_options *o, const char *arg, struct argp_state *state)
{
	if (o->names == RUN_LIST_MAX)
		argp_error(state, "more than %d benchmarks", RUN_LIST_MAX);
	o->name[o->names++] = arg;
}

static void set_axis(struct run_options *o, enum axis a, const char *arg, struct argp_state *state)
{
	if (!*arg)
		argp_error(state, "--%s is empty", axis_table[a].option);
	if (a == AXIS_DIRECTORY)
		add_directory(o, arg, state);
	else
		o->axis[a] = arg;
}

static error_t option(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;

	if (key >= KEY_AXIS && key < KEY_AXIS + AXES) {
		set_axis(o, (enum axis)(key - KEY_AXIS), arg, state);
		return 0;
	}
	switch (key) {
	case KEY_SUITE:
		set_suite(o, arg, state);
		return 0;
	case KEY_INVOCATIONS:
	case KEY_BUDGET:
	case KEY_SEED:
	case KEY_THRESHOLD:
		set_number(o, key, arg, state);
		return 0;
	case KEY_PATIENCE:
	case KEY_PRECISION:
	case KEY_LEAST:
	case KEY_MOST:
	case KEY_CANARY:
		set_rule(o, key, arg, state);
		return 0;
	case KEY_COUNTERS:
		set_counters(o, arg, state);
		return 0;
	case KEY_LABEL:
		add_label(o, arg, state);
		return 0;
	case KEY_COLOUR:
		o->colour = style_parse(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		add_name(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	default:
		return set_plain(o, key, arg);
	}
}

void run_options_parse(struct run_options *o, int argc, char **argv)
{
	enum { FIXED = sizeof fixed / sizeof *fixed };
	struct argp_option all[FIXED + AXES + 1] = { 0 };
	struct argp argp = {
		.options = all,
		.parser = option,
		.args_doc = "[BENCHMARK[/PART]...]",
		.doc = "Measure. Without BENCHMARK and --suite: every benchmark at its defaults. "
		       "With "
		       "--suite, benchmarks narrow it, and axes given replace those of its lines.\v"
		       "Results go to a run directory; tables to standard output. Exit status 5 "
		       "when "
		       "something that should have worked failed, 77 when nothing could run here.",
	};
	struct timespec now;

	memcpy(all, fixed, sizeof fixed);
	for (int a = 0; a < AXES; a++)
		all[FIXED + a] = (struct argp_option){ .name = axis_table[a].option,
						       .key = KEY_AXIS + a,
						       .arg = "LIST",
						       .doc = axis_table[a].about,
						       .group = 3 };
	clock_gettime(CLOCK_REALTIME, &now); /* a seed, not a time */
	*o = (struct run_options){ .threshold = .03,
				   .precision = .02,
				   .least = 10,
				   .most = 30,
				   .seed = (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec };
	command_parse(&argp, argc, argv, o);
}
