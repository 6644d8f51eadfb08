/* SPDX-License-Identifier: MIT */
#ifndef RUN_JSON_H
#define RUN_JSON_H
#include <jansson.h>
#include "plan/plan.h"
#include "probe/clock.h"
#include "record/reference.h"
#include "record/run_directory.h"

/*
 * run.json: all that is true of a run as a whole. It is written before the first block, and again
 * at the end; each time by rename, so that what can be read is complete. Keys are sorted.
 */

/* Something that this machine does not have, and why. */
struct unavailable {
	const char *what, *why;
};

/* Known before the first block. Everything is borrowed for the call. */
struct run_facts {
	const struct run_directory *directory;
	const struct plan *plan;
	const char *suite; /* NULL: none */
	int argc;
	char *const *argv;      /* the command line */
	char *const *inherited; /* options from the environment: "--seed=7" */
	int n_inherited;
	uint64_t seed;             /* a string in JSON, whose numbers end at 2^53 */
	const char *const *labels; /* "KEY=VALUE", NULL-ended; or NULL */
	bool raw;                  /* every sample was kept */
	bool discard_flagged;      /* flags_disturbed keep a row out of the summary */
	double threshold;          /* --threshold, 0.03 */
	uint64_t time_budget_ns;
	const struct reference *reference; /* of the calm gate; NULL: none */
	double precision;                  /* of the stop rule; 0: there is none */
	unsigned least, most;              /* its invocations */
	struct clock_quality clock;
	const struct clock_calibration *counter; /* that cells are timed by; NULL: none are */
	struct clock_quality counter_quality;    /* where there is one */
	json_t *environment;                     /* an object: kernel, CPU model, ...; or NULL */
	json_t *run_to_run;                      /* deviation.h's, or NULL */
	const char *topology_xml;
	const struct unavailable *unavailable; /* NULL-ended by .what; or NULL */
};

/* Known at the end. */
struct run_end {
	const char *stop_reason; /* fixed, time_budget, user, ... */
	unsigned blocks;         /* whole ones that ran */
	unsigned patient;        /* of them of the groups that were short of calm values */
	unsigned look;           /* the last look of the stop rule; 0: none */
	const struct reference *reference; /* of the calm gate, not saved yet; NULL: none */
	struct clock_quality clock, counter_quality;
};

/* Of a run that goes on where it ended. */
struct run_resumed {
	const char *dir;
	json_t *root;           /* its run.json, which is taken over; NULL afterwards */
	unsigned block, number; /* where: of the next invocation */
	bool rebooted;          /* the machine, since */
	uint64_t time_budget_ns;
	char *const *argv; /* the command line that it goes on by */
	int argc;
};

struct run_json {
	json_t *root;
	char path[PATH_MAX]; /* of run.json */
};

/* Write DIR/run.json; stop_reason, blocks and ended are null in it. */
int run_json_begin(struct run_json *j, const struct run_facts *f, struct why *w);

/* A warning of the run that is no longer true. */
void run_json_take_back(struct run_resumed *r, const char *sentence);

/* Write it with where the run goes on: how it ended is null again, and is in `resumed`. */
int run_json_resume(struct run_json *j, struct run_resumed *r, struct why *w);

/* A run.json of no run: this program, environment (borrowed) and topology now, for
 * environment_compare(). NULL: no memory. */
json_t *run_json_here(json_t *environment, const char *topology_xml);

/* Did the machine start again since this run began? Where either boot is not known, no. */
bool run_json_rebooted(const json_t *root);

/* Add a sentence to `warnings`; it reaches the file with the next write. */
int run_json_warn(struct run_json *j, const char *sentence, struct why *w);

/* Write it again with how the run ended. Before summary_write(), which reads it. */
int run_json_end(struct run_json *j, const struct run_end *e, struct why *w);

void run_json_close(struct run_json *j);

/* Read DIR/run.json, checked for its schema and for the keys that the program relies on. The
 * caller owns *root (json_decref). -EINVAL: a sentence with line and column. */
int run_json_read(const char *dir, json_t **root, struct why *w);

#endif
