/* SPDX-License-Identifier: MIT */
#ifndef REPORT_H
#define REPORT_H
#include <stdio.h>
#include "base/fail.h"

/*
 * All that people look at, from the files of a finished run: DIR/plots/, DIR/report.html, and the
 * tables and findings as text into `tables` (NULL: none). With `out` the plots and the page go to
 * that directory, which is made. summary.csv must be up to date (summary_write()).
 *
 * CANNOT: all of that but some figures, or all of them, and the sentence says why: gnuplot is not
 * installed, or one of its scripts failed. Other errors: something else could not be made.
 */
int report_run(const char *dir, const char *out, FILE *tables, struct why *w);

#endif
