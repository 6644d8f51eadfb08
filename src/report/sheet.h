/* SPDX-License-Identifier: MIT */
#ifndef SHEET_H
#define SHEET_H
#include <stddef.h>
#include <stdio.h>
#include "base/fail.h"

/*
 * A table of texts, printed as characters or as HTML. Columns in which no line has anything are
 * not printed. Texts are copied.
 */
enum { SHEET_COLUMNS = 10 };

struct sheet {
	char title[200];
	const char *head[SHEET_COLUMNS]; /* static; NULL: no column */
	unsigned left;                   /* bits: columns that are words, not numbers */
	char *(*line)[SHEET_COLUMNS];
	size_t lines;
};

/* Append an empty line; sheet_put() fills the last one. -ENOMEM leaves the sheet as it was. */
int sheet_line(struct sheet *s, struct why *w);
int sheet_put(struct sheet *s, unsigned column, const char *text, struct why *w);
void sheet_free(struct sheet *s);

void sheet_text(const struct sheet *s, FILE *f);
void sheet_html(const struct sheet *s, FILE *f);

/* With & < > " ' as entities: every text of a run goes through this on its way into HTML. */
void html_text(const char *text, FILE *f);

#endif
