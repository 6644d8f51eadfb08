/* SPDX-License-Identifier: MIT */
#ifndef HTML_H
#define HTML_H
#include <stdbool.h>
#include <stdio.h>
#include "record/reader.h"
#include "report/findings.h"
#include "report/rows.h"

/*
 * report.html: one file with everything in it, that needs no script and loads nothing, so that it
 * can be mailed and still be read in ten years.
 */
struct report_page {
	const struct reader *run;
	const struct rows *rows;
	const struct relations *relations;
	const struct findings *findings;
	const char *plots;    /* the directory of the SVG files */
	const char *no_plots; /* why there are none; "" where there are */
};

/* Make the file at `path`, by rename. */
int html_write(const struct report_page *p, const char *path, struct why *w);

/* An SVG file inside HTML: without prolog, its ids made unique by `prefix`. Copies nothing and
 * returns false where the file is not there. */
bool html_svg(const char *path, const char *prefix, FILE *f);

#endif
