/* SPDX-License-Identifier: MIT */
#ifndef PROCESSOR_H
#define PROCESSOR_H
#include "bench.h"

/* The part of bounds.c that one process measures: syscall, zero-page, mapping. */
extern const struct metric processor_metrics[];

uint64_t processor_windows(const struct cell *c);
int processor_work(struct task *t, int role);

#endif
