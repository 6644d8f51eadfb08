/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "report/sheet.h"

int sheet_line(struct sheet *s, struct why *w)
{
	void *grown = realloc(s->line, (s->lines + 1) * sizeof *s->line);

	if (!grown)
		return fail(w, ENOMEM, "a table of %zu lines", s->lines + 1);
	s->line = grown;
	memset(s->line[s->lines++], 0, sizeof *s->line);
	return 0;
}

int sheet_put(struct sheet *s, unsigned column, const char *text, struct why *w)
{
	char **at = &s->line[s->lines - 1][column];

	free(*at);
	*at = *text ? strdup(text) : NULL;
	return *text && !*at ? fail(w, ENOMEM, "a field of a table") : 0;
}

void sheet_free(struct sheet *s)
{
	for (size_t i = 0; i < s->lines; i++)
		for (unsigned c = 0; c < SHEET_COLUMNS; c++)
			free(s->line[i][c]);
	free(s->line);
	s->line = NULL;
	s->lines = 0;
}

/* Characters, not bytes: directories may have any. */
static int columns_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* Of a column, its heading included; 0: nothing in it. */
static int width(const struct sheet *s, unsigned c)
{
	int most = 0;

	for (size_t i = 0; i < s->lines; i++)
		if (s->line[i][c] && columns_of(s->line[i][c]) > most)
			most = columns_of(s->line[i][c]);
	return most && s->head[c] && columns_of(s->head[c]) > most ? columns_of(s->head[c]) : most;
}

/* Nothing is padded at the end of a line. */
static void put_padded(const char *text, int room, bool left, FILE *f)
{
	int gap = room - columns_of(text);

	if (left)
		fprintf(f, "%s%*s", text, gap > 0 ? gap : 0, "");
	else
		fprintf(f, "%*s%s", gap > 0 ? gap : 0, "", text);
}

static void text_line(const struct sheet *s, char *const line[], const int room[], FILE *f)
{
	unsigned last = 0;

	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		if (room[c] && line[c])
			last = c;
	for (unsigned c = 0; c <= last; c++) {
		if (!room[c])
			continue;
		fputs("  ", f);
		bool left = s->left & 1u << c;
		put_padded(line[c] ? line[c] : "", left && c == last ? 0 : room[c], left, f);
	}
	fputc('\n', f);
}

void sheet_text(const struct sheet *s, FILE *f)
{
	int room[SHEET_COLUMNS];
	char *head[SHEET_COLUMNS];

	for (unsigned c = 0; c < SHEET_COLUMNS; c++) {
		room[c] = width(s, c);
		head[c] = (char *)s->head[c];
	}
	fprintf(f, "%s\n", s->title);
	text_line(s, head, room, f);
	for (size_t i = 0; i < s->lines; i++)
		text_line(s, s->line[i], room, f);
	fputc('\n', f);
}

void html_text(const char *text, FILE *f)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		case '\'':
			fputs("&#39;", f);
			break;
		default:
			fputc(*text, f);
		}
}

static void html_line(const struct sheet *s, char *const line[], const int room[], const char *tag,
		      FILE *f)
{
	fputs("<tr>", f);
	for (unsigned c = 0; c < SHEET_COLUMNS; c++) {
		if (!room[c])
			continue;
		fprintf(f, "<%s%s>", tag, s->left & 1u << c ? "" : " class=n");
		html_text(line[c] ? line[c] : "", f);
		fprintf(f, "</%s>", tag);
	}
	fputs("</tr>\n", f);
}

void sheet_html(const struct sheet *s, FILE *f)
{
	int room[SHEET_COLUMNS];
	char *head[SHEET_COLUMNS];

	for (unsigned c = 0; c < SHEET_COLUMNS; c++) {
		room[c] = width(s, c);
		head[c] = (char *)s->head[c];
	}
	fputs("<div class=wide><table><caption>", f);
	html_text(s->title, f);
	fputs("</caption>\n<thead>", f);
	html_line(s, head, room, "th", f);
	fputs("</thead>\n<tbody>\n", f);
	for (size_t i = 0; i < s->lines; i++)
		html_line(s, s->line[i], room, "td", f);
	fputs("</tbody></table></div>\n", f);
}
