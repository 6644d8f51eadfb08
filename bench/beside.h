/* SPDX-License-Identifier: MIT */
#ifndef BESIDE_H
#define BESIDE_H
#include "bench.h"

/* The part of bounds.c that asks what a process at work on the other CPU does to what one unmaps. */
extern const struct metric beside_metrics[];

int beside_fits(const struct cell *c, struct why *w);
uint64_t beside_windows(const struct cell *c);
int beside_work(struct task *t, int role);

#endif
