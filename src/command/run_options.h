/* SPDX-License-Identifier: MIT */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H
#include <stdbool.h>
#include "command/style.h"
#include "plan/suite.h"

enum { RUN_LIST_MAX = 64 };

/* --counters: counted invocations where there is a PMU, always, or never. */
enum counters_wish { COUNTERS_AUTO, COUNTERS_ON, COUNTERS_OFF };

/* The command line of `run`, checked as far as it can be without the machine. */
struct run_options {
	const char *name[RUN_LIST_MAX];      /* BENCHMARK or BENCHMARK/PART */
	const char *axis[AXES];              /* lists, as given */
	const char *directory[RUN_LIST_MAX]; /* NULL-ended */
	const char *label[RUN_LIST_MAX];     /* KEY=VALUE, NULL-ended */
	size_t names, directories, labels;
	const struct suite *suite;
	const char *base, *out, *xml, *synthetic;
	const char *resume;   /* the directory of a run that ended early */
	const char *altering; /* typed beside it: what would make another plan; NULL: nothing */
	char **words;         /* argv[0], options of the environment, what was typed */
	int n_words, inherited;
	bool again; /* the words are those of a run that goes on, and what was typed now */
	uint64_t invocations; /* 0: the suite's, or 8 */
	uint64_t budget_ns;   /* 0: the suite's, or 60 s */
	uint64_t deadline_ns; /* 0: the usual */
	uint64_t seed;
	double threshold;
	bool stop_rule;          /* for the suite full, or when asked for */
	double precision;        /* .02 */
	uint64_t least, most;    /* 10 to 30 */
	bool patience_given;     /* else half of the budget, or none with invocations */
	double patience;         /* share of the budget... */
	uint64_t patience_ns;    /* ...or a time */
	double canary_reference; /* 0: the machine's own */
	enum counters_wish counters;
	bool stay_awake;         /* --cpu-latency was given */
	uint64_t cpu_latency_ns; /* with it */
	bool require_calm, discard_flagged;
	bool verify, raw, dry_run, quiet;
	bool representatives; /* of the matrix's pairs */
	enum style_colour colour;
};

/* Ends the program with 2 on a usage error. */
void run_options_parse(struct run_options *o, int argc, char **argv);

/* Options of a run that goes on: argv[0], those that it was begun by, what was typed now; NULL-ended.
 * The words stay; those of before go. */
void run_options_again(struct run_options *o, char **words);

#endif
