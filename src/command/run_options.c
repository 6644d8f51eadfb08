/* SPDX-License-Identifier: MIT */
/* Options of `run`: what each does to struct run_options. What they ask for is made in
 * run_requests.c. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/units.h"
#include "command/parse.h"
#include "command/run_options.h"
#include "command/run_options_table.h"
#include "plan/axis.h"

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
	else if (key == KEY_BUDGET || key == KEY_DEADLINE)
		err = units_duration(arg, key == KEY_BUDGET ? &o->budget_ns : &o->deadline_ns, &w);
	else if (key == KEY_CPU_LATENCY)
		err = units_duration(arg, &o->cpu_latency_ns, &w);
	else
		err = units_percent(arg, &o->threshold, &w);
	if (err)
		argp_error(state, "%s", w.text);
	if (key == KEY_INVOCATIONS && (o->invocations == 0 || o->invocations > 10000))
		argp_error(state, "--invocations '%s': give 1 to 10000", arg);
	o->stay_awake |= key == KEY_CPU_LATENCY;
	if (o->cpu_latency_ns > 1000000000)
		argp_error(state, "--cpu-latency '%s': give 0us to 1s", arg);
	if (key == KEY_BUDGET && o->budget_ns == 0)
		argp_error(state, "--time-budget '%s': give more than nothing", arg);
	if (key == KEY_DEADLINE && o->deadline_ns == 0)
		argp_error(state, "--deadline '%s': give more than nothing", arg);
}

static void check(const struct run_options *o, struct argp_state *state)
{
	if (o->resume && o->altering)
		argp_error(state,
			   "'%s' does not go with --resume: the plan is that of the run; give "
			   "--time-budget, --patience, --deadline, --require-calm, --quiet or "
			   "--color only",
			   o->altering);
	if (o->stop_rule && o->invocations)
		argp_error(state, "--invocations fixes their number: it excludes --precision, "
				  "--min-invocations and --max-invocations");
	if (o->least > o->most)
		argp_error(state, "--min-invocations %ju is more than --max-invocations %ju",
			   (uintmax_t)o->least, (uintmax_t)o->most);
	if (o->representatives && o->axis[AXIS_PLACE])
		argp_error(state, "--representatives is a --place: they exclude each other");
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
	case KEY_RESUME:
		o->resume = arg;
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
	case KEY_REPRESENTATIVES:
		o->representatives = true;
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

/* Options of the environment stand first: of now they are not meant. What is no option has a key
 * beyond those of options. */
static void note_altering(struct run_options *o, int key, const char *arg,
			  const struct argp_state *state)
{
	bool typed = key == ARGP_KEY_ARG || state->next > o->inherited + 1;

	if (o->again || !typed || run_options_key_goes_on(key) || key >= ARGP_KEY_END)
		return;
	o->altering = key == ARGP_KEY_ARG ? arg : run_options_key_name(key);
}

static error_t option(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;

	note_altering(o, key, arg, state);
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
	case KEY_DEADLINE:
	case KEY_CPU_LATENCY:
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

/* words, n_words and inherited of *o are set. */
static void parse_words(struct run_options *o)
{
	struct argp_option all[RUN_OPTIONS_MAX];
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

	run_options_list(all);
	clock_gettime(CLOCK_REALTIME, &now); /* a seed, not a time */
	*o = (struct run_options){ .threshold = .03,
				   .precision = .02,
				   .least = 10,
				   .most = 30,
				   .words = o->words,
				   .n_words = o->n_words,
				   .inherited = o->inherited,
				   .again = o->again,
				   .seed = (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec };
	argp_parse(&argp, o->n_words, o->words, 0, NULL, o);
}

void run_options_parse(struct run_options *o, int argc, char **argv)
{
	struct argp_option all[RUN_OPTIONS_MAX];

	run_options_list(all);
	o->words = command_words(all, argc, argv, &o->inherited);
	o->n_words = o->inherited + argc;
	parse_words(o);
}

void run_options_again(struct run_options *o, char **words)
{
	for (int i = 1; i <= o->inherited; i++)
		free(o->words[i]);
	free(o->words);
	o->again = true;
	o->words = words;
	for (o->n_words = 0; words[o->n_words]; o->n_words++)
		;
	parse_words(o);
}
