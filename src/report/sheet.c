/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "report/sheet_layout.h"

int sheet_line(struct sheet *s, struct why *w)
{
	if (GROW(s->line, s->lines_room, s->lines + 1))
		return fail(w, ENOMEM, "a table of %zu lines", s->lines + 1);
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
	s->lines = s->lines_room = 0;
}

/* A table on its way to the terminal, or into a page. */
struct layout {
	const struct sheet *sheet;
	const struct sheet_style *style;
	int room[SHEET_COLUMNS];
};

/* What is still to be printed of a field; words are indented on every line. */
struct rest {
	const char *text;
	int indent;
	enum tint tint;
};

/* Nothing is padded at the end of a line. */
static void put_part(const struct layout *l, unsigned c, struct rest *r, bool last)
{
	bool left = (l->sheet->left & 1u << c) != 0;
	int room = l->room[c] - r->indent;
	size_t n = sheet_layout_part(r->text, room > 1 ? room : 1, left);
	int gap = room - sheet_layout_columns(r->text, n);
	enum tint tint = l->style->colour ? r->tint : TINT_NONE;

	fprintf(l->style->file, "  %*s", left ? r->indent : gap > 0 ? gap : 0, "");
	fprintf(l->style->file, "%s%.*s%s", tint_begin(tint), (int)n, r->text, tint_end(tint));
	if (left && !last)
		fprintf(l->style->file, "%*s", gap > 0 ? gap : 0, "");
	r->text += n;
	r->text += strspn(r->text, " ");
}

/* The last column that has something to print; -1: none. */
static int last_of(const struct rest r[])
{
	int c = SHEET_COLUMNS - 1;

	while (c >= 0 && !*r[c].text)
		c--;
	return c;
}

static void text_line(const struct layout *l, const struct sheet_field line[])
{
	struct rest r[SHEET_COLUMNS];
	int last;

	if (sheet_layout_heading(line)) {
		fprintf(l->style->file, "  %s\n", line[0].text ? line[0].text : "");
		return;
	}
	for (unsigned c = 0; c < SHEET_COLUMNS; c++) {
		const char *text = l->room[c] && line[c].text ? line[c].text : "";
		int indent = (l->sheet->left & 1u << c) != 0 ? (int)strspn(text, " ") : 0;

		r[c] = (struct rest){ text + indent, indent, line[c].tint };
	}
	while ((last = last_of(r)) >= 0) {
		for (int c = 0; c <= last; c++)
			if (l->room[c])
				put_part(l, (unsigned)c, &r[c], c == last);
		fputc('\n', l->style->file);
	}
}

static void head_line(const struct sheet *s, struct sheet_field head[])
{
	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		head[c] = (struct sheet_field){ (char *)s->head[c], TINT_DIM };
}

/* As many of its lines as are printed; a heading with nothing below it is not. */
static struct sheet beginning(const struct sheet *s, const struct sheet_style *style)
{
	struct sheet shown = *s;

	if (!style->most || s->lines <= style->most)
		return shown;
	shown.lines = style->most;
	while (shown.lines && sheet_layout_heading(s->line[shown.lines - 1]))
		shown.lines--;
	return shown;
}

static void put_rest(const struct sheet *s, size_t shown, const struct sheet_style *style)
{
	char text[120];
	size_t n = 0;

	for (size_t i = shown; i < s->lines; i++)
		n += !sheet_layout_heading(s->line[i]);
	snprintf(text, sizeof text, "and %zu more: all are in %s", n, style->whole);
	sheet_sentence(style, "  ", text);
}

void sheet_text(const struct sheet *whole, const struct sheet_style *style)
{
	struct sheet s = beginning(whole, style);
	struct layout l = { .sheet = &s, .style = style };
	struct sheet_field head[SHEET_COLUMNS];

	sheet_layout_make(&s, style->width, l.room);
	head_line(&s, head);
	tint_print(style->file, style->colour, TINT_STRONG, s.title);
	fputc('\n', style->file);
	if (s.note[0])
		sheet_sentence(style, "  ", s.note);
	text_line(&l, head);
	for (size_t i = 0; i < s.lines; i++)
		text_line(&l, s.line[i]);
	if (s.lines < whole->lines)
		put_rest(whole, s.lines, style);
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

static void html_line(const struct layout *l, const struct sheet_field line[], const char *tag)
{
	FILE *f = l->style->file;
	unsigned columns = 0;

	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		columns += l->room[c] > 0;
	fputs("<tr>", f);
	if (sheet_layout_heading(line)) {
		fprintf(f, "<th colspan=%u>", columns);
		html_text(line[0].text ? line[0].text : "", f);
		fputs("</th></tr>\n", f);
		return;
	}
	for (unsigned c = 0; c < SHEET_COLUMNS; c++) {
		if (!l->room[c])
			continue;
		fprintf(f, "<%s%s%s>", tag, l->sheet->left & 1u << c ? "" : " class=n",
			line[c].tint == TINT_DOUBTFUL ? " style=\"color:#a05a00\"" : "");
		html_text(line[c].text ? line[c].text : "", f);
		fprintf(f, "</%s>", tag);
	}
	fputs("</tr>\n", f);
}

void sheet_html(const struct sheet *s, FILE *f)
{
	const struct sheet_style style = { .file = f, .width = INT_MAX };
	struct layout l = { .sheet = s, .style = &style };
	struct sheet_field head[SHEET_COLUMNS];

	sheet_layout_make(s, style.width, l.room);
	head_line(s, head);
	fputs("<div class=wide><table><caption>", f);
	html_text(s->title, f);
	if (s->note[0]) {
		fputs("<br><span class=note>", f);
		html_text(s->note, f);
		fputs("</span>", f);
	}
	fputs("</caption>\n<thead>", f);
	html_line(&l, head, "th");
	fputs("</thead>\n<tbody>\n", f);
	for (size_t i = 0; i < s->lines; i++)
		html_line(&l, s->line[i], "td");
	fputs("</tbody></table></div>\n", f);
}
