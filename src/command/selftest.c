/* SPDX-License-Identifier: MIT */
/* The program checks itself: quick checks without options, a simulation, or runs against itself. */
#include <argp.h>
#include <stdarg.h>
#include <stdio.h>
#include "analyse/simulate.h"
#include "base/units.h"
#include "command/command.h"
#include "command/parse.h"
#include "command/selftest.h"

static const char *const words[] = { "ok", "failed", "skipped" };

void selftest_check(struct selftest *s, const char *name, enum outcome_of_check o, const char *fmt,
		    ...)
{
	char evidence[500];
	va_list args;

	va_start(args, fmt);
	vsnprintf(evidence, sizeof evidence, fmt, args);
	va_end(args);
	s->count[o]++;
	if (s->json) {
		json_array_append_new(s->rows, json_pack("{s:s, s:s, s:s}", "check", name, "status",
							 words[o], "evidence", evidence));
		return;
	}
	printf("%-8s %-28s %s\n", words[o], name, evidence);
	fflush(stdout);
}

static int check_all(struct selftest *s)
{
	s->rows = json_array();
	selftest_statistics(s);
	selftest_machine(s);
	selftest_gate(s);
	selftest_overhead(s);
	if (s->json) {
		json_dumpf(s->rows, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		printf("%u ok, %u failed, %u skipped\n", s->count[CHECK_OK], s->count[CHECK_FAILED],
		       s->count[CHECK_SKIPPED]);
	}
	json_decref(s->rows);
	return s->count[CHECK_FAILED] ? STATUS_DIFFERENT : STATUS_OK;
}

static uint64_t count_of(const char *text, uint64_t least, struct argp_state *state)
{
	struct why w = { 0 };
	uint64_t n;

	if (units_count(text, &n, &w))
		argp_error(state, "%s", w.text);
	if (n < least || n > 1000000000)
		argp_error(state, "'%s': give a number from %ju to 1000000000", text,
			   (uintmax_t)least);
	return n;
}

static uint64_t pause_of(const char *text, struct argp_state *state)
{
	struct why w = { 0 };
	uint64_t ns;

	if (units_duration(text, &ns, &w))
		argp_error(state, "%s", w.text);
	return ns;
}

enum key { KEY_SIMULATE = 256, KEY_AA, KEY_PAUSE, KEY_SEED, KEY_REPETITIONS, KEY_JSON };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct selftest *s = state->input;

	switch (key) {
	case KEY_SIMULATE:
		s->simulate = true;
		break;
	case KEY_AA:
		s->runs = count_of(arg, 2, state);
		break;
	case KEY_PAUSE:
		s->pause_ns = pause_of(arg, state);
		break;
	case KEY_SEED:
		s->seed = count_of(arg, 0, state);
		break;
	case KEY_REPETITIONS:
		s->repetitions = count_of(arg, 20, state);
		break;
	case KEY_JSON:
		s->json = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s': selftest takes options only", arg);
		break;
	case ARGP_KEY_END:
		if (s->simulate && s->runs)
			argp_error(state, "--simulate and --aa are two self-tests: give one");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ .name = "simulate",
		  .key = KEY_SIMULATE,
		  .doc = "Every estimator on synthetic data whose truth is known: coverage and "
			 "false verdicts (about 40 s)" },
		{ .name = "repetitions",
		  .key = KEY_REPETITIONS,
		  .arg = "N",
		  .doc = "Of the cheap studies of --simulate (default 20000)" },
		{ .name = "seed",
		  .key = KEY_SEED,
		  .arg = "N",
		  .doc = "Of --simulate: the same seed gives the same table" },
		{ .name = "aa",
		  .key = KEY_AA,
		  .arg = "N",
		  .doc = "N runs of at most about 10 s each, compared with one another: false "
			 "verdicts, coverage, and the deviation from run to run, which is kept for "
			 "`compare'" },
		{ .name = "pause",
		  .key = KEY_PAUSE,
		  .arg = "DURATION",
		  .doc = "Between the runs of --aa (default 0): minutes show what seconds hide" },
		{ .name = "json", .key = KEY_JSON, .doc = "Print JSON" },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Check the program itself: statistics against reference values, the clock, "
		       "the canaries and the gate, what an invocation costs apart from its "
		       "windows. Ends with 1 "
		       "if a check failed.",
	};
	struct selftest s = { .seed = SIMULATION_SEED, .repetitions = SIMULATION_REPETITIONS };
	struct why w = { 0 };

	command_parse(&argp, argc, argv, &s);
	int err = s.simulate ? selftest_simulate(&s, &w) : s.runs ? selftest_aa(&s, &w) : 0;
	if (err)
		fprintf(stderr, "shmbench selftest: %s\n", w.text);
	if (err)
		return STATUS_FAILED;
	if (s.simulate || s.runs)
		return s.count[CHECK_FAILED] ? STATUS_DIFFERENT : STATUS_OK;
	return check_all(&s);
}

const struct command command_selftest = {
	.name = "selftest",
	.about = "check the program's statistics, clock and canaries, and its cost",
	.run = run,
};
