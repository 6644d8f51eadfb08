/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
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

/* The row of summary.csv of this cell and metric, in whichever relation comes first. */
static const struct row *row_of(const struct rows *r, const struct csv_reader *c)
{
	for (size_t i = 0; i < r->n; i++) {
		unsigned k = 0;

		while (k < CELL_COLUMNS && !strcmp(row_text(&r->row[i], SUMMARY_CELL + k),
						   csv_reader_text(c, COUNTERS_CELL + k)))
			k++;
		if (k == CELL_COLUMNS)
			return &r->row[i];
	}
	return NULL;
}

static const char *name_of(const struct rows *r, const struct row *row, char *buf, size_t len)
{
	char mechanism[200], axes[200];

	row_mechanism(row, mechanism, sizeof mechanism);
	row_axes(row, rows_varying(r, row), axes, sizeof axes);
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

static int put_role(struct sheet *s, struct csv_reader *c, const char *name, unsigned role,
		    struct why *w)
{
	double operations = csv_reader_number(c, COUNTERS_operations);
	char buf[32];
	int err = sheet_line(s, w);

	if (!err)
		err = sheet_put(s, CELL, name, w);
	if (!err)
		err = sheet_put(s, ROLE, role ? "1" : "0", w);
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

static int put_row(struct sheet *s, const struct rows *r, struct csv_reader *c, struct why *w)
{
	const struct row *row = row_of(r, c);
	char name[480];
	int err = 0;

	if (!row || !tables_headline(row) || strcmp(csv_reader_text(c, COUNTERS_status), "ok"))
		return 0;
	name_of(r, row, name, sizeof name);
	for (unsigned role = 0; role < 2 && !err; role++)
		if (any_of_role(c, role))
			err = put_role(s, c, name, role, w);
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

static int put_rows(struct sheet *s, const struct rows *r, struct csv_reader *c, struct why *w)
{
	struct conditions all = { .share = 1 };
	int more, err = 0;

	while (!err && (more = csv_reader_next(c, w)) != 0) {
		err = more < 0 ? more : put_row(s, r, c, w);
		all.share = fmin(all.share, csv_reader_number(c, COUNTERS_counted_share));
		all.user_only |= !strcmp(csv_reader_text(c, COUNTERS_mode), "user");
	}
	put_title(s, &all);
	return err;
}

int counts_make(const struct rows *r, const char *dir, struct sheet *s, struct why *w)
{
	struct csv_reader c;
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
	err = put_rows(s, r, &c, w);
	csv_reader_close(&c);
	return err;
}
