/* SPDX-License-Identifier: MIT */
#ifndef SUMMARY_H
#define SUMMARY_H
#include "base/fail.h"

/* Make DIR/summary.csv from DIR/invocations.csv and DIR/run.json and nothing else: byte for byte
 * the same whenever it is repeated. Rows stand in the order of run.json's plan; a metric that the
 * run did not come to is a `skip` row that says so. Parent; at the end of a run, after
 * run_json_end(), and whenever a report is made. -EINVAL: an input file is not what it should be,
 * and summary.csv stays as it was. */
int summary_write(const char *dir, struct why *w);

#endif
