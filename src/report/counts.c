/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/hash.h"
#include "base/lookup.h"
#include "record/csv.h"
#include "report/counts.h"
#include "report/tables.h"

/* Columns of the sheet; an event's follow in the order of enum event. */
enum { CELL, ROLE, OPERATIONS, FIRST };

static const struct {
	const char *head;
	unsigned column; /* of role 0; role 1's is the next one */
} events[] = {
	{ "cycles", COUNTERS_role0_cycles },
	{ "instructions", COUNTERS_role0_instructions },
	{ "dTLB misses", COUNTERS_role0_dtlb_misses },
	{ "cache misses", COUNTERS_role0_cache_misses },
	{ "page faults", COUNTERS_role0_page_faults },
	{ "switches", COUNTERS_role0_context_switches },
	{ "migrations", COUNTERS_role0_migrations },
};
enum { SHOWN = sizeof events / sizeof *events };
_Static_assert(FIRST + SHOWN <= SHEET_COLUMNS, "a sheet has no column for every event");

/* Rows of summary.csv by their cell columns. They are added from the last to the first: a lookup
 * finds the newest first. */
struct cells {
	const struct rows *rows;
	struct lookup by_key;
};

static int cells_find(struct cells *c, const struct rows *r, struct why *w)
{
	int err = 0;

	*c = (struct cells){ .rows = r };
	for (size_t i = r->n; i-- > 0 && !err;) {
		uint64_t key = HASH_START;

		for (unsigned k = 0; k < CELL_COLUMNS; k++)
			key = hash_text(key, row_text(&r->row[i], SUMMARY_CELL + k));
		err = lookup_add(&c->by_key, key);
	}
	return err ? fail(w, ENOMEM, "the cells of %zu rows", r->n) : 0;
}

static bool is_of(const struct row *row, const struct csv_reader *c)
{
	for (unsigned k = 0; k < CELL_COLUMNS; k++)
		if (strcmp(row_text(row, SUMMARY_CELL + k), csv_reader_text(c, COUNTERS_CELL + k)))
			return false;
	return true;
}

/* The row of summary.csv of this cell and metric, in whichever relation comes first. */
static const struct row *row_of(const struct cells *of, const struct csv_reader *c)
{
	uint64_t key = HASH_START;

	for (unsigned k = 0; k < CELL_COLUMNS; k++)
		key = hash_text(key, csv_reader_text(c, COUNTERS_CELL + k));
	for (size_t e = lookup_first(&of->by_key, key); e != LOOKUP_NONE;
	     e = lookup_next(&of->by_key, e))
		if (is_of(&of->rows->row[of->rows->n - 1 - e], c))
			return &of->rows->row[of->rows->n - 1 - e];
	return NULL;
}

static const char *name_of(const struct row *row, char *buf, size_t len)
{
	char mechanism[200], axes[200];

	row_mechanism(row, mechanism, sizeof mechanism);
	row_axes(row, row->varying, axes, sizeof axes);
	snprintf(buf, len, "%s %s%s%s%s%s", row_benchmark(row), row_metric(row),
		 *mechanism ? " " : "", mechanism, *axes ? " " : "", axes);
	return buf;
}

static bool any_of_role(struct csv_reader *c, unsigned role)
{
	for (unsigned e = 0; e < SHOWN; e++)
		if (!isnan(csv_reader_number(c, events[e].column + role)))
			return true;
	return false;
}

/* Into the last line. */
static int put_role(struct sheet *s, struct csv_reader *c, unsigned role, struct why *w)
{
	double operations = csv_reader_number(c, COUNTERS_operations);
	char buf[32];
	int err = sheet_put(s, ROLE, role ? "1" : "0", w);

	if (!err)
		err = sheet_put(s, OPERATIONS, csv_reader_text(c, COUNTERS_operations), w);
	for (unsigned e = 0; e < SHOWN && !err; e++) {
		double n = csv_reader_number(c, events[e].column + role);

		if (!isnan(n))
			err = sheet_put(s, FIRST + e, digits_text(n / operations, buf, sizeof buf),
					w);
	}
	return err;
}

static int put_row(struct sheet *s, const struct cells *cells, struct csv_reader *c, struct why *w)
{
	const struct row *row = row_of(cells, c);
	char name[480];
	int err = 0;

	if (!row || !tables_headline(row) || strcmp(csv_reader_text(c, COUNTERS_status), "ok"))
		return 0;
	name_of(row, name, sizeof name);
	for (unsigned role = 0; role < 2 && !err; role++)
		if (any_of_role(c, role)) {
			err = sheet_line(s, w);
			if (!err)
				err = sheet_put(s, CELL, name, w);
			if (!err)
				err = put_role(s, c, role, w);
		}
	return err;
}

/* How much of the time the PMU counted, at worst, and in which modes: of all rows. */
struct conditions {
	double share;
	bool user_only;
};

static void put_title(struct sheet *s, const struct conditions *c)
{
	char scaled[80] = "";

	if (c->share < 1)
		snprintf(scaled, sizeof scaled,
			 "; the PMU was shared: scaled from %.0f %% of the time or more",
			 100 * c->share);
	snprintf(s->title, sizeof s->title,
		 "counters per operation: one invocation each, counted and not timed%s%s",
		 c->user_only ? "; cycles to cache misses in user mode only" : "", scaled);
}

static int put_rows(struct sheet *s, const struct cells *cells, struct csv_reader *c, struct why *w)
{
	struct conditions all = { .share = 1 };
	int more, err = 0;

	while (!err && (more = csv_reader_next(c, w)) != 0) {
		err = more < 0 ? more : put_row(s, cells, c, w);
		all.share = fmin(all.share, csv_reader_number(c, COUNTERS_counted_share));
		all.user_only |= !strcmp(csv_reader_text(c, COUNTERS_mode), "user");
	}
	put_title(s, &all);
	return err;
}

int counts_make(const struct rows *r, const char *dir, struct sheet *s, struct why *w)
{
	struct csv_reader c;
	struct cells cells;
	char path[PATH_MAX];

	*s = (struct sheet){ .head = { "cell", "role", "operations" }, .left = 1u << CELL };
	for (unsigned e = 0; e < SHOWN; e++)
		s->head[FIRST + e] = events[e].head;
	if (snprintf(path, sizeof path, "%s/counters.csv", dir) >= (int)sizeof path ||
	    access(path, F_OK))
		return 0;
	int err = csv_reader_open(&c, dir, TABLE_COUNTERS, w);
	if (err)
		return err;
	err = cells_find(&cells, r, w);
	if (!err)
		err = put_rows(s, &cells, &c, w);
	lookup_free(&cells.by_key);
	csv_reader_close(&c);
	return err;
}
