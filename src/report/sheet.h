/* SPDX-License-Identifier: MIT */
#ifndef SHEET_H
#define SHEET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "base/fail.h"
#include "base/tint.h"

/*
 * A table of texts, printed as characters or as HTML. Columns in which no line has anything are
 * not printed. Texts are copied. Where a line has no room, columns of words are folded, at
 * blanks and behind `;`, and if need be those of numbers, before their intervals.
 */
enum { SHEET_COLUMNS = 12 };

struct sheet_field {
	char *text;
	enum tint tint;
};

struct sheet {
	char title[200];
	char note[300];                  /* below the title; "" for none */
	const char *head[SHEET_COLUMNS]; /* static; NULL: no column */
	unsigned left;                   /* bits: columns that are words, not numbers */
	unsigned spare; /* bits: columns that a line without room for all does without */
	struct sheet_field (*line)[SHEET_COLUMNS];
	size_t lines, lines_room;
};

/* Where characters go. */
struct sheet_style {
	FILE *file;
	int width; /* characters of a line: what does not fit without spare columns is folded */
	bool colour;
	size_t most;       /* lines of a table: of a longer one the first are printed; 0: all */
	const char *whole; /* the file that has those which are not */
};

/* A line with a first field only is a heading of those below it: it may be as long as it likes. */

/* Append an empty line; sheet_put() fills the last one. -ENOMEM leaves the sheet as it was. */
int sheet_line(struct sheet *s, struct why *w);
int sheet_put(struct sheet *s, unsigned column, const char *text, struct why *w);
void sheet_free(struct sheet *s);

/* Colour a field of the last line. */
void sheet_tint(struct sheet *s, unsigned column, enum tint tint);

void sheet_text(const struct sheet *s, const struct sheet_style *style);
void sheet_html(const struct sheet *s, FILE *f);

/* Running text as lines of that width, each begun as told: "- " and then "  ". */
void sheet_sentence(const struct sheet_style *style, const char *begin, const char *text);

/* With & < > " ' as entities: every text of a run goes through this on its way into HTML. */
void html_text(const char *text, FILE *f);

#endif
