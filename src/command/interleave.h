/* SPDX-License-Identifier: MIT */
#ifndef INTERLEAVE_H
#define INTERLEAVE_H
#include "base/random.h"
#include "command/compare.h"
#include "command/run_options.h"

/* Two programs side by side, one block of each in turn (interleave.c). */
enum { OLD, NEW, SIDES };

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

const char *interleaving_program(const struct interleaving *i, int side);

/* The sentence on standard error; returns the status. */
int interleaving_complain(const struct why *w, int status);

/* The line of progress goes; so does a directory of runs, unless the user named it. */
void interleaving_hide_progress(const struct interleaving *i);
void interleaving_remove(const struct interleaving *i, const char *path);

/* Run blocks until there are enough, the time is over, or something ends it: its exit status. Rows
 * are added to i->rows, as pairs, i->done of them. */
int interleaving_run(struct interleaving *i);

#endif
