/* SPDX-License-Identifier: MIT */
/* Names, crowds, and pages that come in by other ways than a first touch: lookup, attachers, refault,
 * populate. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/units.h"
#include "report/findings.h"
#include "report/pick.h"

/* Of System V rows with the least or the largest value of an axis; NULL: none. */
static const struct row *at_end(const struct rows *r, const struct pick *p, enum axis a,
				bool largest)
{
	const struct row *found = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];

		if (!row_picked(row, p))
			continue;
		uint64_t v = row_axis_number(row, a), best = found ? row_axis_number(found, a) : 0;

		if (!found || (largest ? v > best : v < best))
			found = row;
	}
	return found;
}

/* Another metric of the same cell; NULL without a value. */
static const struct row *beside(const struct row *row, const char *metric)
{
	const struct row *found = row_beside(row, metric);

	return found && row_has_value(found) ? found : NULL;
}

static const char *median(const struct row *r, char *buf, size_t len)
{
	return row_value(r, SUMMARY_median, buf, len);
}

/* Does a call of System V depend on how many segments there are? */
static int by_segments(struct findings *f, const struct rows *r, const char *metric,
		       const char *what, struct why *w)
{
	struct pick p = { .benchmark = "lookup", .metric = metric, .region = "sysv" };
	const struct row *few = at_end(r, &p, AXIS_SEGMENTS, false);
	const struct row *many = at_end(r, &p, AXIS_SEGMENTS, true);
	char a[40], b[40];

	if (!few || few == many)
		return 0;
	double ratio = row_number(many, SUMMARY_median) / row_number(few, SUMMARY_median);
	if (row_axis_number(few, AXIS_SEGMENTS) == row_axis_number(many, AXIS_SEGMENTS))
		return 0;
	return findings_say(f, w,
			    "%s takes %s with %s other segments and %s with %s: it %s on how many "
			    "there are.",
			    what, median(few, a, sizeof a), row_axis(few, AXIS_SEGMENTS),
			    median(many, b, sizeof b), row_axis(many, AXIS_SEGMENTS),
			    fabs(ratio - 1) < .2 ? "hardly depends" : "depends");
}

/* A key or a path: what finding costs, and whether it is found and attached sooner. */
static int names(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "lookup", .metric = "find", .region = "sysv" };
	const struct row *key = at_end(r, &p, AXIS_SEGMENTS, false);
	char a[40], b[40], ratio[80];

	p.region = "posix";
	const struct row *path = at_end(r, &p, AXIS_SEGMENTS, false);
	if (key && path && row_comparable(key, path)) {
		int err = findings_say(f, w,
				       "Finding a segment by its key takes %s, opening one by its "
				       "POSIX name %s%s%s.",
				       median(key, a, sizeof a), median(path, b, sizeof b),
				       *row_text(path, SUMMARY_ratio) ? ": ratio " : "",
				       row_ratio(path, ratio, sizeof ratio));
		if (err)
			return err;
	}
	int err = by_segments(f, r, "find", "shmget of an existing key", w);
	return err ? err : by_segments(f, r, "info", "shmctl(SHM_INFO)", w);
}

/* Tables are each process's own; what is small fits into one that is there for its neighbours. */
static int say_tables(struct findings *f, const struct row *many, struct why *w)
{
	const struct row *each = beside(many, "page-tables"), *all = beside(many, "total-tables");
	char size[32], one[32], sum[32];

	units_size_text(row_axis_number(many, AXIS_SIZE), size, sizeof size);
	if (row_number(each, SUMMARY_median) == 0)
		return findings_say(f, w,
				    "%s processes that attach one System V segment of %s need no "
				    "page tables for it: it fits into ones that each of them has.",
				    row_axis(many, AXIS_PROCESSES), size);
	return findings_say(f, w,
			    "%s processes that attach one System V segment of %s need %s of page "
			    "tables together (%s for each): pages are shared, tables are not.",
			    row_axis(many, AXIS_PROCESSES), size, median(all, sum, sizeof sum),
			    median(each, one, sizeof one));
}

static int tables(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "attachers", .metric = "map", .region = "sysv" };
	const struct row *many = at_end(r, &p, AXIS_PROCESSES, true);
	const struct row *few = at_end(r, &p, AXIS_PROCESSES, false);
	char a[40], b[40];

	if (!many || !beside(many, "page-tables") || !beside(many, "total-tables"))
		return 0;
	int err = say_tables(f, many, w);
	if (err || few == many)
		return err;
	return findings_say(f, w,
			    "One process more maps it in %s with %s attached and in %s with %s.",
			    median(few, a, sizeof a), row_axis(few, AXIS_PROCESSES),
			    median(many, b, sizeof b), row_axis(many, AXIS_PROCESSES));
}

/* Who takes so many faults per page: "sysv, posix". */
static const char *takers(const struct rows *r, const struct pick *p, double faults, char *buf,
			  size_t len)
{
	*buf = '\0';
	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];
		char name[200];
		size_t used = strlen(buf);

		if (!row_picked(row, p) || fabs(row_number(row, SUMMARY_median) - faults) > .01)
			continue;
		row_mechanism(row, name, sizeof name);
		if (!strstr(buf, name))
			snprintf(buf + used, len - used, "%s%s", used ? ", " : "", name);
	}
	return buf;
}

static int again(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "refault", .metric = "fork-faults", .access = "write" };
	char who[300], others[300];
	int err = 0;

	if (*takers(r, &p, 1, who, sizeof who))
		err = findings_say(f, w,
				   "A child that writes what its parent has mapped takes one fault "
				   "per page in %s: fork copies no page tables of shared mappings.",
				   who);
	p.metric = "upgrade-faults";
	takers(r, &p, 1, who, sizeof who);
	takers(r, &p, 0, others, sizeof others);
	if (!err && *others)
		err = findings_say(f, w, "A write after a read takes no further fault in %s%s%s.",
				   others, *who ? " and one per page in " : "", who);
	return err;
}

/* Of one mechanism and one thread: which way took the least, of those that leave nothing to do. */
static int ways(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = {
		.benchmark = "populate", .metric = "populate", .region = "sysv", .state = "fresh"
	};
	const struct row *best = NULL, *touch = NULL;
	char a[40], b[40];

	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i], *after;

		if (!row_picked(row, &p) || row_axis_number(row, AXIS_THREADS) != 1)
			continue;
		after = beside(row, "after-faults");
		if (!strcmp(row_axis(row, AXIS_POPULATE), "touch"))
			touch = row;
		if (after && row_number(after, SUMMARY_median) == 0 &&
		    (!best || row_number(row, SUMMARY_median) < row_number(best, SUMMARY_median)))
			best = row;
	}
	if (!best || !touch || best == touch ||
	    row_axis_number(best, AXIS_SIZE) != row_axis_number(touch, AXIS_SIZE))
		return 0;
	return findings_say(f, w,
			    "Of the ways to bring in all pages of a fresh System V segment `%s' "
			    "has the lowest median, %s; touching them takes %s.",
			    row_axis(best, AXIS_POPULATE), median(best, a, sizeof a),
			    median(touch, b, sizeof b));
}

/* What is said to be there, and is not. */
static int shm_lock(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "populate",
			  .metric = "after-faults",
			  .region = "sysv",
			  .state = "fresh" };

	for (size_t i = 0; i < r->n; i++)
		if (row_picked(&r->row[i], &p) && row_number(&r->row[i], SUMMARY_median) == 1 &&
		    !strcmp(row_axis(&r->row[i], AXIS_POPULATE), "shm-lock"))
			return findings_say(f, w,
					    "SHM_LOCK brings no page in: writing to them after it "
					    "takes one fault per page.");
	return 0;
}

int findings_crowd(struct findings *f, const struct rows *r, struct why *w)
{
	int err = again(f, r, w);

	if (!err)
		err = ways(f, r, w);
	if (!err)
		err = shm_lock(f, r, w);
	if (!err)
		err = names(f, r, w);
	return err ? err : tables(f, r, w);
}
