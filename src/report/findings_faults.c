/* SPDX-License-Identifier: MIT */
/* Faults per page: what explains most of what a first touch costs. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "report/findings.h"
#include "report/pick.h"

/* "posix, memfd": in rows of several places a mechanism is named once. */
static void add_name(char *names, size_t len, const struct row *r)
{
	char name[200];
	size_t n = strlen(row_mechanism(r, name, sizeof name)), used = strlen(names);

	for (char *at = names; (at = strstr(at, name)); at += n)
		if ((at == names || at[-1] == ' ') && (!at[n] || at[n] == ','))
			return;
	snprintf(names + used, len - used, "%s%s", used ? ", " : "", name);
}

/* Faults per page of a resident read: who maps around a fault and who does not. */
static int fault_around(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "first-touch",
			  .metric = "faults",
			  .region = "sysv",
			  .state = "resident",
			  .access = "read",
			  .order = "sequential" };
	char names[300] = "", name[200], few_text[32];
	double few = NAN;

	p = pick_largest(r, &p);
	const struct row *sysv = pick_first(r, &p);
	if (!sysv || row_number(sysv, SUMMARY_median) < .95)
		return 0;
	p.region = NULL;
	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];
		double v = row_number(row, SUMMARY_median);

		if (!row_picked(row, &p) || !row_comparable(row, sysv) || fabs(v * 16 - 1) > .05)
			continue;
		few = v;
		add_name(names, sizeof names, row);
	}
	if (isnan(few))
		return 0;
	snprintf(few_text, sizeof few_text, "%.3g", few);
	return findings_say(
		f, w,
		"A process that reads pages which exist already takes %s fault per page in sysv "
		"and "
		"%s, one per 16 pages, in %s: System V mappings have no fault-around (their vm_ops "
		"have no map_pages), so every page is a fault of its own.",
		row_value(sysv, SUMMARY_median, name, sizeof name), few_text, names);
}

/* Files of a disk file system may be cached in folios of many pages. */
static int large_folios(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "first-touch",
			  .metric = "faults",
			  .region = "file",
			  .state = "fresh",
			  .access = "write",
			  .order = "sequential" };
	char name[200];
	int err = 0;

	p = pick_largest(r, &p);
	for (size_t i = 0; i < r->n && !err; i++) {
		const struct row *row = &r->row[i];
		double v = row_number(row, SUMMARY_median);

		if (!row_picked(row, &p) ||
		    !strcmp(row_text(row, SUMMARY_CELL + CELL_FILESYSTEM), "tmpfs") || v > .99 ||
		    v <= 0)
			continue;
		err = findings_say(
			f, w,
			"A first write to %s takes %.3g faults per page, where the others take "
			"one: "
			"its page cache holds large folios, the larger the further a sweep has "
			"come, and one fault maps all of one.",
			row_mechanism(row, name, sizeof name), v);
	}
	return err;
}

/* A fresh write is one fault per page where nothing larger than a page is mapped. */
static int fresh_faults(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "first-touch",
			  .metric = "faults",
			  .state = "fresh",
			  .access = "write",
			  .order = "sequential" };
	char names[300] = "";

	p = pick_largest(r, &p);
	for (size_t i = 0; i < r->n; i++)
		if (row_picked(&r->row[i], &p) && row_number(&r->row[i], SUMMARY_median) == 1)
			add_name(names, sizeof names, &r->row[i]);
	return *names ? findings_say(f, w, "A first write takes exactly 1 fault per page in %s.",
				     names)
		      : 0;
}

int findings_faults(struct findings *f, const struct rows *r, struct why *w)
{
	int err = fresh_faults(f, r, w);

	if (!err)
		err = fault_around(f, r, w);
	return err ? err : large_folios(f, r, w);
}
