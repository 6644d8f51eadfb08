/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "report/tables.h"

int tables_absent(const struct rows *r, const char *status, struct tables_absent *a, struct why *w)
{
	struct sheet *s = &a->sheet;
	char buf[200];
	int err = 0;

	*s = (struct sheet){ .head = { "benchmark", "mechanism", "reason" }, .left = 7 };
	a->rows = 0;
	for (size_t i = 0; i < r->n && !err; i++) {
		const struct row *row = &r->row[i];

		if (strcmp(row_text(row, SUMMARY_status), status))
			continue;
		a->rows++;
		/* Reasons repeat: a mechanism that cannot attach says so once per size and metric. */
		if (row->with[SHARED_ABSENCE].first != row)
			continue;
		err = sheet_line(s, w);
		if (!err)
			err = sheet_put(s, 0, row_benchmark(row), w);
		if (!err)
			err = sheet_put(s, 1, row_mechanism(row, buf, sizeof buf), w);
		if (!err)
			err = sheet_put(s, 2, row_text(row, SUMMARY_reason), w);
	}
	snprintf(s->title, sizeof s->title, "%zu rows with status %s", a->rows, status);
	return err;
}
