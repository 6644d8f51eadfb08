/* SPDX-License-Identifier: MIT */
#ifndef REPORT_H
#define REPORT_H
#include <stdio.h>
#include "base/fail.h"
#include "report/sheet.h"

/*
 * All that people look at, from the files of a finished run: DIR/plots/, DIR/report.html, and the
 * tables and findings as text (`tables` NULL: none). With `out` the plots and the page go to
 * that directory, which is made. summary.csv must be up to date (summary_write()).
 *
 * CANNOT: all of that but the figures, since gnuplot is not installed; the sentence says how to
 * get it. Other errors: something could not be made; a figure that fails keeps nothing else back.
 */
int report_run(const char *dir, const char *out, const struct sheet_style *tables, struct why *w);

#endif
