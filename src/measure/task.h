/* SPDX-License-Identifier: MIT */
#ifndef TASK_H
#define TASK_H
#include "measure/assignment.h"

/* What a benchmark is handed (bench.h), for this cell: nothing is created, opened or attached yet.
 * Worker; its roles inherit it. a, out and why must outlive it. */
struct task task_make(const struct assignment *a, struct outcome *out, struct why *why);

#endif
