/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "report/tables.h"

/* Reasons repeat: a mechanism that cannot attach says so once per size and metric. */
static bool seen_before(const struct rows *r, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(row_text(&r->row[j], SUMMARY_status),
			    row_text(&r->row[i], SUMMARY_status)) &&
		    !strcmp(row_text(&r->row[j], SUMMARY_reason),
			    row_text(&r->row[i], SUMMARY_reason)) &&
		    !strcmp(row_benchmark(&r->row[j]), row_benchmark(&r->row[i])) &&
		    !strcmp(row_axis(&r->row[j], AXIS_REGION), row_axis(&r->row[i], AXIS_REGION)))
			return true;
	return false;
}

int tables_absent(const struct rows *r, const char *status, struct sheet *s, size_t *rows,
		  struct why *w)
{
	char buf[200];
	int err = 0;

	*s = (struct sheet){ .head = { "benchmark", "mechanism", "reason" }, .left = 7 };
	*rows = 0;
	for (size_t i = 0; i < r->n && !err; i++) {
		const struct row *row = &r->row[i];

		if (strcmp(row_text(row, SUMMARY_status), status))
			continue;
		++*rows;
		if (seen_before(r, i))
			continue;
		err = sheet_line(s, w);
		if (!err)
			err = sheet_put(s, 0, row_benchmark(row), w);
		if (!err)
			err = sheet_put(s, 1, row_mechanism(row, buf, sizeof buf), w);
		if (!err)
			err = sheet_put(s, 2, row_text(row, SUMMARY_reason), w);
	}
	snprintf(s->title, sizeof s->title, "%zu rows with status %s", *rows, status);
	return err;
}
