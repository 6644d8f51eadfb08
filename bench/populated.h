/* SPDX-License-Identifier: MIT */
#ifndef POPULATED_H
#define POPULATED_H
#include "bench.h"

/*
 * The part of attach.c that is about pages: what detaching, removing and syncing cost when every
 * page exists. Each event needs untimed preparation.
 */
extern const struct metric populated_metrics[];

uint64_t populated_windows(const struct cell *c);
int populated_work(struct task *t, int role);

#endif
