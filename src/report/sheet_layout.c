/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>
#include "report/sheet_layout.h"

int sheet_layout_columns(const char *text, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

static int columns_of(const char *text)
{
	return sheet_layout_columns(text, strlen(text));
}

bool sheet_layout_heading(const struct sheet_field line[])
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
		if (s->line[i][c].text && !sheet_layout_heading(s->line[i]) &&
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

/* Bytes of the first word, with the ';' that ends it. In a column of numbers an interval is one,
 * and what is before it: "2.50 us", "[2.43, 2.75]"; "contended,", "3 %". */
static size_t word(const char *text, bool left)
{
	size_t n = strcspn(text, " ;");

	if (left)
		return n + (text[n] == ';');
	const char *interval = strstr(text, " [");
	n = interval ? (size_t)(interval - text) : strlen(text);
	const char *comma = strstr(text, ", ");
	return *text != '[' && comma && comma < text + n ? (size_t)(comma - text) + 1 : n;
}

static int longest_of(const char *text, bool left)
{
	int most = 0, indent = (int)strspn(text, " ");

	for (text += indent; *text; text += word(text, left), text += strspn(text, " ")) {
		int n = indent + sheet_layout_columns(text, word(text, left));
		most = n > most ? n : most;
	}
	return most;
}

static bool is_left(const struct sheet *s, unsigned c)
{
	return s->left & 1u << c;
}

/* Of a column: narrower than this a word would be cut. */
static int longest_word(const struct sheet *s, unsigned c)
{
	int most = s->head[c] ? longest_of(s->head[c], is_left(s, c)) : 0;

	for (size_t i = 0; i < s->lines; i++) {
		const char *text = s->line[i][c].text;
		int n = text && !sheet_layout_heading(s->line[i]) ? longest_of(text, is_left(s, c))
								  : 0;

		most = n > most ? n : most;
	}
	return most;
}

enum { NARROWEST = 12 }; /* a column of words is not made narrower for long */

/* Take from a column what lines are too long by. */
static void shrink(int room[], unsigned c, int limit, int least)
{
	int excess = sum(room) - limit;

	if (excess > 0 && room[c] > least)
		room[c] = room[c] - excess > least ? room[c] - excess : least;
}

/* The column of words in which the fewest lines are folded when it takes all of an excess; -1:
 * none can. */
static int best_folded(const struct sheet *s, const int room[], int excess)
{
	size_t fewest = SIZE_MAX;
	int best = -1;

	for (unsigned c = 0; c < SHEET_COLUMNS; c++) {
		int to = room[c] - excess;
		size_t folded = 0;

		if (!is_left(s, c) || to < NARROWEST || to < longest_word(s, c))
			continue;
		for (size_t i = 0; i < s->lines; i++)
			folded += s->line[i][c].text && !sheet_layout_heading(s->line[i]) &&
				  columns_of(s->line[i][c].text) > to;
		if (folded <= fewest) {
			fewest = folded;
			best = (int)c;
		}
	}
	return best;
}

/* Words first, the last column first; then numbers; then longer words are cut. */
static void fold(const struct sheet *s, int limit, int room[])
{
	int best = best_folded(s, room, sum(room) - limit);

	if (best >= 0)
		shrink(room, (unsigned)best, limit, 0);
	for (int left = 1; left >= 0; left--)
		for (unsigned c = SHEET_COLUMNS; c-- > 0;)
			if (is_left(s, c) == left)
				shrink(room, c, limit, longest_word(s, c));
	for (unsigned c = SHEET_COLUMNS; c-- > 0;)
		if (is_left(s, c))
			shrink(room, c, limit, NARROWEST);
}

void sheet_layout_make(const struct sheet *s, int limit, int room[])
{
	for (unsigned c = 0; c < SHEET_COLUMNS; c++)
		room[c] = width(s, c);
	for (unsigned c = 0; c < SHEET_COLUMNS && sum(room) > limit; c++)
		if (s->spare & 1u << c)
			room[c] = 0;
	if (sum(room) > limit)
		fold(s, limit, room);
}

size_t sheet_layout_part(const char *text, int room, bool left)
{
	size_t end = 0, next = 0;

	while (text[next] && sheet_layout_columns(text, next) <= room) {
		end = next;
		next += strspn(text + next, " ");
		next += word(text + next, left);
	}
	if (sheet_layout_columns(text, next) <= room)
		return next;
	while (!end && sheet_layout_columns(text, next) > room)
		next--;
	return end ? end : next;
}
