/* SPDX-License-Identifier: MIT */
#ifndef OPEN_LOOP_H
#define OPEN_LOOP_H
#include "bench.h"

/*
 * The part of latency.c that sends on a schedule: how long a message takes, one way, at a rate that
 * does not wait for the answer.
 */
extern const struct metric open_loop_metrics[];

int open_loop_fits(const struct cell *c, struct why *w);
uint64_t open_loop_windows(const struct cell *c);
uint64_t open_loop_lasts_ns(const struct cell *c);
int open_loop_work(struct task *t, int role);

#endif
