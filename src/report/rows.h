/* SPDX-License-Identifier: MIT */
#ifndef ROWS_H
#define ROWS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "analyse/interval.h"
#include "base/fail.h"
#include "bench.h"
#include "record/schema.h"

/*
 * summary.csv in memory, and the names that people call its rows by. A report looks at every row
 * several times, and there are some hundreds of them. Parent only.
 */
struct row {
	const char *text[TABLE_COLUMNS_MAX]; /* use row_text() */
	char *blob;
	bool chosen; /* of the relation that its comparison is of: rows_choose() */
};

struct rows {
	struct row *row;
	size_t n;
};

/* All rows of DIR/summary.csv, in file order. -EINVAL: the sentence names file and line. */
int rows_read(struct rows *r, const char *dir, struct why *w);
void rows_free(struct rows *r);

/*
 * Mark, of the rows of one benchmark and place, those of the relation that was seen most: in most
 * calm invocations, then in most. What two CPUs were to each other decides more than what is
 * compared does, so that no figure, sentence or table has rows of two relations side by side. Of
 * one role there is but one. rows_read() calls it.
 */
void rows_choose(struct rows *r);

/* By SUMMARY_...: "" and NAN where the row has nothing. */
const char *row_text(const struct row *r, unsigned column);
double row_number(const struct row *r, unsigned column);
const char *row_axis(const struct row *r, enum axis a);
const char *row_benchmark(const struct row *r);
const char *row_metric(const struct row *r);
const char *row_unit(const struct row *r);

/* status is ok and there is a median. */
bool row_has_value(const struct row *r);

/* With fewer calm invocations than an estimate takes: it is over all windows then. False where
 * nothing was told calm from not calm, and for counts, which are the same on a busy machine. */
bool row_contended(const struct row *r);

/* Is it the row that ratios of other rows of its metric are relative to? */
bool rows_is_base(const struct rows *all, const struct row *r);

/* Are they the same but for region, channel and directory, and what only one of them has? */
bool row_comparable(const struct row *a, const struct row *b);

/* The same cell, whatever the metric and the relation... */
bool row_same_axes(const struct row *a, const struct row *b);

/* ...and in the same relation. */
bool row_same_cell(const struct row *a, const struct row *b);

/* Is its ratio over pairs of its own relation? Where there are too few of those summary.csv has one
 * over all pairs, whatever the CPUs were to each other. */
bool rows_own_ratio(const struct rows *all, const struct row *r);

/* AXIS_... bits in which the rows of `with`'s benchmark and metric differ: what a
 * name must say. Those of the mechanism are not among them. */
uint32_t rows_varying(const struct rows *r, const struct row *with);

/* "sysv", "file ext4 /tmp", "ring/sysv", "pipe", in buf, which is returned. */
const char *row_mechanism(const struct row *r, char *buf, size_t len);

/* "64M fresh": the axes in `which`, in buf, which is returned; "" without any. */
const char *row_axes(const struct row *r, uint32_t which, char *buf, size_t len);

/* A value of this row as people read it: three digits and a unit. */
const char *row_value(const struct row *r, unsigned column, char *buf, size_t len);

/* "2.67 us [2.66, 2.69]", without an interval "2.67 us". */
const char *row_estimate(const struct row *r, char *buf, size_t len);

/* The same over all windows, calm or not. */
const char *row_estimate_all(const struct row *r, char *buf, size_t len);

/* "0.553 [0.541, 0.562]", without an interval "0.553"; "" without a ratio. */
const char *row_ratio(const struct row *r, char *buf, size_t len);

/* A value in its unit: "2.67 us", in buf, which is returned. */
const char *value_text(double v, const char *unit, char *buf, size_t len);

/* "2.67 us [2.66, 2.69]", without an interval "2.67 us". */
const char *estimate_text(const struct estimate *e, const char *unit, char *buf, size_t len);

/* Three significant digits, in buf, which is returned. */
const char *digits_text(double v, char *buf, size_t len);

#endif
