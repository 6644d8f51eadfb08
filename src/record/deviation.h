/* SPDX-License-Identifier: MIT */
#ifndef DEVIATION_H
#define DEVIATION_H
#include <jansson.h>
#include "base/fail.h"

/*
 * How far the medians of whole runs lie apart on this machine, which no run can see by itself:
 * run-to-run.json in the cache directory.
 *
 *	{"schema": "shmbench.run-to-run.v1", "kernel": "6.1.0", "date": "...", "runs": 10,
 *	 "deviation": {"attach/attach": 0.004, ...}}
 *
 * A deviation is the standard deviation of ln(median of a run), by benchmark/metric. A run copies
 * the object into its run.json as `run_to_run`, so that a comparison needs only the two runs.
 * Parent only.
 */

/* Replaces what is there, by rename. deviations stays the caller's. */
int deviation_write(const json_t *deviations, unsigned runs, struct why *w);

/* {"attach/attach": 0.004, ...}: a new reference, or NULL when none was recorded here under this
 * kernel, or when the file is not what it should be. */
json_t *deviation_read(void);

#endif
