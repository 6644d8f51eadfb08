/* SPDX-License-Identifier: MIT */
#ifndef PROCESSOR_H
#define PROCESSOR_H
#include "bench.h"

/* The part of bounds.c that one process measures: syscall, zero-page, mapping, page-fault. */
extern const struct metric processor_metrics[];

uint64_t processor_windows(const struct cell *c);
int processor_work(struct task *t, int role);

/* Inside of a window: lives of a mapping, each an event of this metric, for as long as one lasts. For
 * beside.c too; mapping_prepare() comes before the first. */
int processor_mappings(struct task *t, unsigned metric);

#endif
