/* SPDX-License-Identifier: MIT */
#ifndef FIGURES_H
#define FIGURES_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/fail.h"

/*
 * The figures: what there is to draw, and gnuplot to draw it. A figure is a script that reads the
 * CSV files of a run directory; this program computes nothing for it. Parent only.
 */
struct figure {
	const char *name; /* the user's word, the script, and the file in plots/ */
	const char *title;
	const char *look;      /* one sentence: what to see in it */
	const char *file;      /* the CSV file that it is drawn from */
	const char *benchmark; /* whose rows; NULL: of several */
};

/* In the order of a report; ends with a NULL name. */
extern const struct figure figures[];

/* By name; NULL when there is none, and then *w names them all. */
const struct figure *figure_find(const char *name, struct why *w);

/* A gnuplot terminal and the ending of its files: "svg" is "svg", "pngcairo" is "png". "" for
 * dumb, which draws characters. */
struct terminal {
	const char *name, *ending;
};
extern const struct terminal terminals[]; /* ends with a NULL name */
const struct terminal *terminal_find(const char *name, struct why *w);

/* What to draw, of which run directory, and how. */
struct drawing {
	const struct figure *figure;
	const char *run;
	const struct terminal *terminal;
};

/* RUN/plots/NAME.ENDING in buf, which is returned. */
const char *figure_path(const struct drawing *d, char *buf, size_t len);

/* False: SHMBENCH_PLOTS=/dev/null, where nobody looks at any. */
bool figures_wanted(void);

/* Draw into the file `out`, which must not be a directory, or with NULL to stdout (which must have
 * been flushed). Waits for gnuplot, 30 s at most. CANNOT: no gnuplot here, or no row to draw, and
 * then no file has been made; the sentence says which. */
int figure_draw(const struct drawing *d, const char *out, struct why *w);

/* The same in two steps, for several at once. After a figure_start that returned 0, figure_end. */
struct figure_job {
	const struct figure *figure;
	pid_t pid;
	int errors; /* memfd: what gnuplot has to say */
};
int figure_start(const struct drawing *d, const char *out, struct figure_job *job, struct why *w);
int figure_end(struct figure_job *job, struct why *w);

#endif
