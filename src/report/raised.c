/* SPDX-License-Identifier: MIT */
/* Counting flags: the column holds names separated by semicolons. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record/schema.h"
#include "report/raised.h"

enum { ROWS_MIN = 20 };

/* The next name of a list, in name; where the list goes on, or NULL at its end. */
static const char *next_name(const char *list, char *name, size_t len)
{
	size_t n = strcspn(list, ";");

	if (!*list)
		return NULL;
	snprintf(name, len, "%.*s", (int)n, list);
	return list + n + (list[n] == ';');
}

static void count(struct raised *f, const char *name)
{
	size_t i = 0;

	while (i < f->n && strcmp(f->flag[i].name, name))
		i++;
	if (i == sizeof f->flag / sizeof *f->flag)
		return;
	if (i == f->n)
		snprintf(f->flag[f->n++].name, sizeof f->flag[i].name, "%s", name);
	f->flag[i].rows++;
}

static int more_first(const void *a, const void *b)
{
	const struct raised_flag *x = a, *y = b;

	return (x->rows < y->rows) - (x->rows > y->rows);
}

void raised_count(struct raised *f, const struct rows *r)
{
	*f = (struct raised){ 0 };
	for (size_t i = 0; i < r->n; i++) {
		char name[32];

		if (!row_has_value(&r->row[i]))
			continue;
		f->rows++;
		for (const char *list = row_text(&r->row[i], SUMMARY_flags);
		     (list = next_name(list, name, sizeof name));)
			count(f, name);
	}
	qsort(f->flag, f->n, sizeof *f->flag, more_first);
}

bool raised_everywhere(const struct raised *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->flag[i].name, name))
			return f->rows >= ROWS_MIN && f->flag[i].rows * 10 > f->rows * 9;
	return false;
}

/* The share of calm windows and the word beside it say these two. */
static bool said_elsewhere(const struct row *r, const char *name)
{
	return row_contended(r) && (!strcmp(name, "not_calm") || !strcmp(name, "gate_thin"));
}

const char *raised_text(const struct raised *f, const struct row *r, char *buf, size_t len)
{
	char name[32];
	size_t used = 0;

	*buf = '\0';
	for (const char *list = row_text(r, SUMMARY_flags);
	     (list = next_name(list, name, sizeof name));)
		if (!raised_everywhere(f, name) && used < len && !said_elsewhere(r, name))
			used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? ";" : "",
						 name);
	return buf;
}
