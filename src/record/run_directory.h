/* SPDX-License-Identifier: MIT */
#ifndef RUN_DIRECTORY_H
#define RUN_DIRECTORY_H
#include <limits.h>
#include "base/fail.h"

/*
 * The directory of one run. Wall-clock time stands in its name and in run.json, nowhere else.
 */
struct run_directory {
	char path[PATH_MAX];
	char id[160]; /* "20261124T152453Z-host": run_id of every row */
};

/* Make `results/<id>/` below the current directory or, with `out` (--out), that one with its
 * parents. An existing directory must be empty: a run is never mixed with another. Parent, before
 * the first invocation. */
int run_directory_create(struct run_directory *d, const char *out, struct why *w);

/* Now as RFC 3339, UTC: "2026-11-24T15:24:53Z". */
const char *run_directory_time(char *buf, size_t len);

#endif
