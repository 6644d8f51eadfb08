/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
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
	char **at = &s->line[s->lines - 1][column].text;

	free(*at);
	*at = *text ? strdup(text) : NULL;
	return *text && !*at ? fail(w, ENOMEM, "a field of a table") : 0;
}

void sheet_tint(struct sheet *s, unsigned column, enum tint tint)
{
	s->line[s->lines - 1][column].tint = tint;
}

void sheet_free(struct sheet *s)
{
	for (size_t i = 0; i < s->lines; i++)
		for (unsigned c = 0; c < SHEET_COLUMNS; c++)
			free(s->line[i][c].text);
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

static bool is_heading(const struct sheet_field line[])
{
	for (unsigned c = 1; c < SHEET_COLUMNS; c++)
		if (line[c].text)
			return false;
	return true;
}

/* Of a column, its heading included; 0: nothing in it. */
static int width(const struct sheet *s, unsigned c)
{
	int most = 0;

	for (size_t i = 0; i < s->lines; i++)
		if (s->line[i][c].text && !is_heading(s->line[i]) &&
		    columns_of(s->line[i][c].text) > most)
			most = columns_of(s->line[i][c].text);
	return most && s->head[c] && columns_of(s->head[c]) > most ? columns_of(s->head[c]) : most;
}

static int sum(const int room[])
{
	int n = 0;

	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		n += room[c] ? room[c] + 2 : 0;
	return n;
}

/* How wide every column is; 0: it is not printed. */
static void lay_out(const struct sheet *s, int limit, int room[])
{
	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		room[c] = width(s, c);
	for (unsigned c = 0; c < SHEET_COLUMNS && sum(room) > limit; c++)
		if (s->spare & 1u << c)
			room[c] = 0;
}

/* Nothing is padded at the end of a line. */
static void put_padded(const struct sheet_field *field, int room, bool left,
		       const struct sheet_style *style)
{
	const char *text = field->text ? field->text : "";
	int gap = room - columns_of(text);

	if (!left)
		fprintf(style->file, "%*s", gap > 0 ? gap : 0, "");
	tint_print(style->file, style->colour, field->tint, text);
	if (left)
		fprintf(style->file, "%*s", gap > 0 ? gap : 0, "");
}

static void text_line(const struct sheet *s, const struct sheet_field line[], const int room[],
		      const struct sheet_style *style)
{
	unsigned last = 0;

	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		if (room[c] && line[c].text)
			last = c;
	if (is_heading(line)) {
		fputs("  ", style->file);
		put_padded(&line[0], 0, true, style);
		fputc('\n', style->file);
		return;
	}
	for (unsigned c = 0; c <= last; c++) {
		if (!room[c])
			continue;
		fputs("  ", style->file);
		bool left = s->left & 1u << c;
		put_padded(&line[c], left && c == last ? 0 : room[c], left, style);
	}
	fputc('\n', style->file);
}

static void head_line(const struct sheet *s, struct sheet_field head[])
{
	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		head[c] = (struct sheet_field){ (char *)s->head[c], TINT_DIM };
}

void sheet_text(const struct sheet *s, const struct sheet_style *style)
{
	int room[SHEET_COLUMNS];
	struct sheet_field head[SHEET_COLUMNS];

	lay_out(s, style->width, room);
	head_line(s, head);
	tint_print(style->file, style->colour, TINT_STRONG, s->title);
	fputc('\n', style->file);
	if (s->note[0])
		sheet_sentence(style, "  ", s->note);
	text_line(s, head, room, style);
	for (size_t i = 0; i < s->lines; i++)
		text_line(s, s->line[i], room, style);
	fputc('\n', style->file);
}

void sheet_sentence(const struct sheet_style *style, const char *begin, const char *text)
{
	int indent = (int)strlen(begin), column = indent;

	fputs(begin, style->file);
	while (*text) {
		int n = (int)strcspn(text, " ");

		if (column > indent && column + 1 + n > style->width)
			column = fprintf(style->file, "\n%*s", indent, "") - 1;
		else if (column > indent)
			column += fprintf(style->file, " ");
		column += fprintf(style->file, "%.*s", n, text);
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', style->file);
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

static void html_line(const struct sheet *s, const struct sheet_field line[], const int room[],
		      const char *tag, FILE *f)
{
	unsigned columns = 0;

	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		columns += room[c] > 0;
	fputs("<tr>", f);
	if (is_heading(line)) {
		fprintf(f, "<th colspan=%u>", columns);
		html_text(line[0].text ? line[0].text : "", f);
		fputs("</th></tr>\n", f);
		return;
	}
	for (unsigned c = 0; c < SHEET_COLUMNS; c++) {
		if (!room[c])
			continue;
		fprintf(f, "<%s%s%s>", tag, s->left & 1u << c ? "" : " class=n",
			line[c].tint == TINT_DOUBTFUL ? " style=\"color:#a05a00\"" : "");
		html_text(line[c].text ? line[c].text : "", f);
		fprintf(f, "</%s>", tag);
	}
	fputs("</tr>\n", f);
}

void sheet_html(const struct sheet *s, FILE *f)
{
	int room[SHEET_COLUMNS];
	struct sheet_field head[SHEET_COLUMNS];

	lay_out(s, INT_MAX, room);
	head_line(s, head);
	fputs("<div class=wide><table><caption>", f);
	html_text(s->title, f);
	if (s->note[0]) {
		fputs("<br><span class=note>", f);
		html_text(s->note, f);
		fputs("</span>", f);
	}
	fputs("</caption>\n<thead>", f);
	html_line(s, head, room, "th", f);
	fputs("</thead>\n<tbody>\n", f);
	for (size_t i = 0; i < s->lines; i++)
		html_line(s, s->line[i], room, "td", f);
	fputs("</tbody></table></div>\n", f);
}
