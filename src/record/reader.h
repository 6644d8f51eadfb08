/* SPDX-License-Identifier: MIT */
#ifndef READER_H
#define READER_H
#include <jansson.h>
#include <limits.h>
#include "record/csv.h"

/*
 * A run directory as reports and comparisons see it. Tables are read one row at a time:
 *
 *	int err = csv_reader_open(&rows, run.path, TABLE_SUMMARY, w);
 *	if (err)
 *		return err;
 *	while ((err = csv_reader_next(&rows, w)) > 0) {
 *		csv_reader_text(&rows, SUMMARY_status); csv_reader_number(&rows, SUMMARY_median);
 *		csv_reader_text(&rows, SUMMARY_CELL + CELL_METRIC);
 *		csv_reader_text(&rows, SUMMARY_CELL + schema_axis(AXIS_REGION)); ...
 *	}
 *	csv_reader_close(&rows);
 *
 * schema_find() turns a column's name into its number. Every error is -EINVAL with a sentence
 * that names file, line and column.
 */
struct reader {
	char path[PATH_MAX];
	json_t *json;   /* run.json; the run's */
	const char *id; /* the json's */
};

/* Read DIR/run.json. On an error nothing is open. */
int reader_open(struct reader *r, const char *dir, struct why *w);
void reader_close(struct reader *r);

/* A text at a path of keys separated by dots, "clock.start.name"; "" where there is none. */
const char *reader_text(const struct reader *r, const char *path);

/* A number likewise; NAN where there is none. */
double reader_number(const struct reader *r, const char *path);

#endif
