/* SPDX-License-Identifier: MIT */
#ifndef COUNTS_H
#define COUNTS_H
#include "report/rows.h"
#include "report/sheet.h"

/*
 * Perf events per operation, from counters.csv: a line for each role of every headline metric that
 * was counted. No line where the run counted nothing. The caller frees the sheet.
 */
int counts_make(const struct rows *r, const char *dir, struct sheet *s, struct why *w);

#endif
