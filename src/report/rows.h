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
 * summary.csv in memory, and the names that people call its rows by. There are some hundreds of
 * rows, of a matrix some ten thousands, and a report looks at each several times: what belongs
 * to a row is found by its links, never by a loop over all. Parent only.
 */

/* What rows may have in common. */
enum shared {
	SHARED_METRIC,   /* benchmark and metric */
	SHARED_RELATION, /* ...and relation */
	SHARED_PLACE,    /* benchmark, metric and place: all that is comparable is among them */
	SHARED_CELL,     /* benchmark and all axes, whatever the metric and the relation */
	SHARED_ROLES,    /* benchmark, place and number of roles: their relations compete */
	SHARED_RIVAL,    /* benchmark, place and relation */
	SHARED_ABSENCE,  /* benchmark, region, status and reason */
	SHARED_KINDS
};

/* To rows with which one has something in common, in file order. */
struct row_link {
	const struct row *first, *next; /* next is NULL behind the last */
};

struct row {
	const char *text[TABLE_COLUMNS_MAX]; /* use row_text() */
	char *blob;
	bool chosen; /* of the relation that its comparison is of: rows_choose() */
	/* AXIS_... bits in which rows of its benchmark and metric differ: what a name must say.
	 * Those of the mechanism are not among them. */
	uint32_t varying;
	struct row_link with[SHARED_KINDS];
};

struct rows {
	struct row *row;
	size_t n, room;
};

/* All rows of DIR/summary.csv, in file order. -EINVAL: the sentence names file and line. */
int rows_read(struct rows *r, const char *dir, struct why *w);
void rows_free(struct rows *r);

/* These name a mechanism; the other axes say under what conditions. */
#define MECHANISM_AXES (AXIS(REGION) | AXIS(CHANNEL) | AXIS(DIRECTORY))

/* Set `with` and `varying` of all rows, which then stay where they are. rows_read() calls it. -ENOMEM. */
int rows_link(struct rows *r, struct why *w);

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
bool row_is_base(const struct row *r);

/* Are they the same, the place among it, but for region, channel and directory, and what only one of
 * them has? */
bool row_comparable(const struct row *a, const struct row *b);

/* Do they agree in every axis but these, AXIS_... bits? */
bool row_same_but(const struct row *a, const struct row *b, uint32_t free_axes);

/* Another metric of the same cell in the same relation; NULL: none. */
const struct row *row_beside(const struct row *r, const char *metric);

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

/* Below a title that has the unit: "2.07 us/page [2.07, 2.17]" becomes "2.07 us [2.07, 2.17]". */
void value_without_per(char *text, const char *unit);

/* "2.67 us [2.66, 2.69]", without an interval "2.67 us". */
const char *estimate_text(const struct estimate *e, const char *unit, char *buf, size_t len);

/* Three significant digits, in buf, which is returned. */
const char *digits_text(double v, char *buf, size_t len);

#endif
