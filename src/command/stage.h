/* SPDX-License-Identifier: MIT */
#ifndef STAGE_H
#define STAGE_H
#include "command/facts.h"

/*
 * A forked process that shows something. It runs `show` on its copy of the showing, sends that
 * back, and stays alive, with all that it holds, until stage_close.
 */
struct stage {
	pid_t pid;
	int from, go; /* pipes: its showing; closing `go` lets it end */
	bool leader;  /* of a process group of its own */
};

typedef int show_fn(struct showing *s, void *arg);

struct stage_play {
	show_fn *show;
	void *arg;
	bool leader;
};

/* Seconds after which a stage that hangs is ended. */
#define STAGE_LIMIT_S 20

int stage_open(struct stage *st, const struct stage_play *play, const struct showing *s,
	       struct why *w);

/* Wait for its showing. Non-zero when it died before: s is as before, w says how it ended after
 * stage_close. */
int stage_read(struct stage *st, struct showing *s);

/* Let it end and wait for that; the sentence when it was ended by a signal. */
int stage_close(struct stage *st, struct why *w);

#endif
