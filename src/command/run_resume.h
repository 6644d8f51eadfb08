/* SPDX-License-Identifier: MIT */
#ifndef RUN_RESUME_H
#define RUN_RESUME_H
#include <jansson.h>
#include "command/run_options.h"
#include "plan/plan.h"
#include "record/standstill.h"

/*
 * `run --resume DIR`: from a run directory back to options, plan and the place where to go on. What
 * would make it another run is refused: another program, kernel, machine or plan.
 */
struct run_resume {
	char path[PATH_MAX]; /* of DIR, absolute */
	json_t *root;        /* its run.json, until somebody takes it over */
	struct standstill at;
	bool *over; /* groups, of the block that was begun */
	struct resumption from;
	bool rebooted; /* the machine, since */
};

/* Nothing is owed. */
#define RUN_RESUME_COMPLETE 1

/* Look at DIR and lock it. -EINVAL with a sentence: nothing there can go on. */
int run_resume_find(struct run_resume *r, const char *dir, struct why *w);

/* The options that it was begun by, and those typed now after them; and go to the directory that it
 * was begun in, which relative paths are relative to. */
int run_resume_options(const struct run_resume *r, struct run_options *o, struct why *w);

/* Is this the machine and the program, and is the plan made now that of the run? What could not run
 * then is left alone. -EXDEV with a sentence: no. */
int run_resume_check(struct run_resume *r, struct plan *plan, const struct topology *t,
		     struct why *w);

/* Whatever became of it. */
void run_resume_close(struct run_resume *r);

#endif
