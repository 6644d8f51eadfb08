/* SPDX-License-Identifier: MIT */
#ifndef RAW_H
#define RAW_H
#include "measure/measure.h"

/* The rule by which files are named, as it stands in run.json. */
#define RAW_NAME "samples/INVOCATION-METRIC.u32"

/* Write every sample of one metric to DIR/samples/<invocation>-<metric>.u32: little-endian ns of
 * one event, or of one batch, in the order they were taken. Nothing for a metric without samples.
 * Parent. */
int raw_write(const char *dir, const struct invocation *i, unsigned metric, struct why *w);

/* Remove the samples of invocations from this number on. */
void raw_forget(const char *dir, unsigned from);

#endif
