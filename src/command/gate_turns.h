/* SPDX-License-Identifier: MIT */
#ifndef GATE_TURNS_H
#define GATE_TURNS_H
#include "command/gate_trial.h"
#include "command/load.h"

/*
 * Cells run turn about: on the machine as it is, and with a load put on it. For selftest_gate.c
 * only.
 */
enum { TURNS_ROUNDS = 6, TURNS_CELLS = TRIAL_TOUCH + 1 }; /* null, attach, first touch */
enum condition { IDLE, LOADED, CONDITIONS };

/* How far the median of accepted windows may move: what a comparison takes for no change. */
#define TURNS_STILL .03

/* What was seen in both conditions, and of every round how far accepted windows were off. */
struct turns {
	struct trial_seen seen[CONDITIONS][TURNS_CELLS];
	double off[TURNS_CELLS][TURNS_ROUNDS]; /* loaded / idle - 1, of medians */
	size_t offs[TURNS_CELLS];
	unsigned rounds;
};

void turns_forget(struct turns *t);

/* Add one round; which sum it belongs to may be known only after it. -ENOMEM. */
int turns_add(struct turns *to, struct turns *round);

/* One turn in each condition. CANNOT: the load could not be had, or ended by itself. */
int turns_round(struct trial *t, const struct load_wish *load, struct turns *round, struct why *w);

/* All rounds. */
int turns_take(struct trial *t, const struct load_wish *load, struct turns *turns, struct why *w);

/* By which share accepted windows are off those of the idle machine: median, smallest and largest
 * of the rounds; NAN: in none there were enough. */
struct off {
	double least, median, most;
};

struct off turns_off(struct turns *t, enum trial_cell c);

/* "cycles of what is accepted against idle: attach +0.2 % (...), first touch ...". Returns text. */
const char *turns_text(struct turns *t, char *text, size_t len);

/* Share of windows of `null` that are accepted, in per cent. */
double turns_accepted(const struct turns *t, enum condition c);

/* Do both canaries pass more often than method.md allows on a contended CPU, and not by chance? */
#define TURNS_PASSING .02
bool turns_pass_too_often(const struct gate_tally *t);

#endif
