/* SPDX-License-Identifier: MIT */
/*
 * One row in memory at a time. Quotes may hold commas and line feeds; a carriage return before a
 * line feed is dropped, since editors add them. `column` in a sentence is the field's number and
 * name, which is what a spreadsheet shows.
 */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "record/csv.h"

enum { END_OF_FIELD, END_OF_ROW, END_OF_FILE };

static int out_of_memory(struct csv_reader *c, struct why *w)
{
	return fail(w, ENOMEM, "%s, line %lu", c->path, c->line);
}

static int put(struct csv_reader *c, char byte, struct why *w)
{
	if (c->used == c->cap && GROW(c->record, c->cap, c->used + 1))
		return out_of_memory(c, w);
	c->record[c->used++] = byte;
	return 0;
}

static int begin_field(struct csv_reader *c, struct why *w)
{
	if (GROW(c->start, c->room, c->found + 1))
		return out_of_memory(c, w);
	c->start[c->found++] = c->used;
	return 0;
}

static int next_byte(struct csv_reader *c)
{
	int byte = getc_unlocked(c->file);

	if (byte == '\n')
		c->next_line++;
	return byte;
}

static void put_back(struct csv_reader *c, int byte)
{
	if (byte == '\n')
		c->next_line--;
	if (byte != EOF)
		ungetc(byte, c->file);
}

/* After the opening quote, up to and including the closing one. END_OF_FILE when there is none. */
static int read_quoted(struct csv_reader *c, struct why *w)
{
	for (;;) {
		int byte = next_byte(c);

		if (byte == EOF)
			return END_OF_FILE;
		if (byte == '"') {
			int after = next_byte(c);
			if (after != '"') {
				put_back(c, after);
				return END_OF_FIELD;
			}
		}
		if (byte == '\0')
			return misused(w, "%s, line %lu, column %zu: a NUL byte", c->path, c->line,
				       c->found);
		int err = put(c, (char)byte, w);
		if (err)
			return err;
	}
}

/* What ended the field: a comma, the row, the file; or an error. */
static int read_plain(struct csv_reader *c, bool quoted, struct why *w)
{
	for (;;) {
		int byte = next_byte(c);

		if (byte == '\r') {
			int after = next_byte(c);
			if (after == '\n')
				return END_OF_ROW;
			put_back(c, after);
		}
		if (byte == ',')
			return END_OF_FIELD;
		if (byte == '\n')
			return END_OF_ROW;
		if (byte == EOF)
			return END_OF_FILE;
		if (quoted || byte == '"' || byte == '\0')
			return misused(w, "%s, line %lu, column %zu: %s", c->path, c->line,
				       c->found,
				       quoted ? "text after the closing quote"
				       : byte ? "a quote inside an unquoted field"
					      : "a NUL byte");
		int err = put(c, (char)byte, w);
		if (err)
			return err;
	}
}

static int read_field(struct csv_reader *c, struct why *w)
{
	int err = begin_field(c, w);

	if (err)
		return err;
	int first = next_byte(c);
	bool quoted = first == '"';
	int end = END_OF_FIELD;
	if (quoted)
		end = read_quoted(c, w);
	else
		put_back(c, first);
	if (end == END_OF_FIELD)
		end = read_plain(c, quoted, w);
	err = end < 0 ? 0 : put(c, '\0', w);
	return err ? err : end;
}

/* One line of fields: END_OF_ROW; END_OF_FILE where it is not ended by a line feed. */
static int read_record(struct csv_reader *c, struct why *w)
{
	int end = END_OF_FIELD;

	c->used = c->found = 0;
	c->line = c->next_line;
	while (end == END_OF_FIELD)
		end = read_field(c, w);
	if (end == END_OF_FILE && ferror((FILE *)c->file))
		return fail(w, EIO, "reading %s", c->path);
	return end;
}

static const char *field(const struct csv_reader *c, size_t at)
{
	return c->record + c->start[at];
}

static bool nothing_read(const struct csv_reader *c)
{
	return c->found == 1 && c->used == 1;
}

/* Only the newest columns may be absent: versions append them. */
static int check_absent(const struct csv_reader *c, struct why *w)
{
	const struct table *t = c->table;
	unsigned needed = t->columns;

	while (needed > t->required && c->field[needed - 1] == CSV_ABSENT)
		needed--;
	for (unsigned at = 0; at < needed; at++)
		if (c->field[at] == CSV_ABSENT)
			return misused(w, "%s, line 1: there is no column '%s'", c->path,
				       schema_column(t->first + at).name);
	return 0;
}

static int check_header(struct csv_reader *c, struct why *w)
{
	const struct table *t = c->table;

	for (unsigned at = 0; at < t->columns; at++)
		c->field[at] = CSV_ABSENT;
	for (size_t i = 0; i < c->found; i++) {
		int column = schema_find(t, field(c, i));

		if (column < 0)
			continue;
		unsigned at = (unsigned)column - t->first;
		if (c->field[at] != CSV_ABSENT)
			return misused(w, "%s, line 1, column %zu: a second column '%s'", c->path,
				       i + 1, field(c, i));
		c->field[at] = (unsigned)i;
	}
	c->fields = c->found;
	return check_absent(c, w);
}

static int read_header(struct csv_reader *c, struct why *w)
{
	int end = read_record(c, w);

	if (end < 0)
		return end;
	if (end == END_OF_FILE && nothing_read(c))
		return misused(w, "%s, line 1: the file is empty", c->path);
	if (end == END_OF_FILE)
		return misused(w, "%s, line %lu, column %zu: the file is cut off inside its header",
			       c->path, c->line, c->found);
	return check_header(c, w);
}

int csv_reader_open(struct csv_reader *c, const char *dir, enum table_id id, struct why *w)
{
	*c = (struct csv_reader){ .table = schema_table(id), .next_line = 1 };
	if (snprintf(c->path, sizeof c->path, "%s/%s.csv", dir, c->table->name) >=
	    (int)sizeof c->path)
		return misused(w, "the path of the run directory '%.80s...' is too long", dir);
	c->file = fopen(c->path, "re");
	if (!c->file)
		return misused(w, "%s cannot be read: %s", c->path, strerror(errno));
	int err = read_header(c, w);
	if (err)
		csv_reader_close(c);
	return err;
}

static int check_row(struct csv_reader *c, struct why *w)
{
	char version[48];

	if (c->found != c->fields)
		return misused(
			w, "%s, line %lu, column %zu: the row has %zu fields and the header %zu",
			c->path, c->line, c->found < c->fields ? c->found : c->fields + 1, c->found,
			c->fields);
	schema_version(c->table, version, sizeof version);
	const char *schema = csv_reader_text(c, c->table->first);
	if (strcmp(schema, version))
		return misused(w,
			       "%s, line %lu, column %u (schema): '%.60s' is not %s, which this "
			       "version reads",
			       c->path, c->line, c->field[0] + 1, schema, version);
	return 1;
}

int csv_reader_next(struct csv_reader *c, struct why *w)
{
	if (c->bad.text[0])
		return misused(w, "%s", c->bad.text);
	int end = read_record(c, w);
	if (end < 0)
		return end;
	if (end == END_OF_ROW)
		return check_row(c, w);
	if (nothing_read(c))
		return 0;
	if (c->table->life == TABLE_WHOLE)
		return misused(w, "%s, line %lu, column %zu: the file is cut off inside a row",
			       c->path, c->line, c->found);
	c->torn = c->line;
	return 0;
}

void csv_reader_close(struct csv_reader *c)
{
	if (c->file)
		fclose(c->file);
	free(c->record);
	free(c->start);
	c->file = NULL;
	c->record = NULL;
	c->start = NULL;
}

const char *csv_reader_text(const struct csv_reader *c, unsigned column)
{
	unsigned at = column - c->table->first;

	assert(at < c->table->columns);
	return c->field[at] == CSV_ABSENT ? "" : field(c, c->field[at]);
}

double csv_reader_number(struct csv_reader *c, unsigned column)
{
	const char *text = csv_reader_text(c, column);
	char *end;

	if (!*text)
		return NAN;
	/* strtod() also takes blanks, hex, "inf" and "nan", which the writer never makes. */
	bool plain = !text[strspn(text, "+-.0123456789eE")];
	double value = strtod(text, &end);
	if (plain && end != text && !*end && isfinite(value))
		return value;
	if (!c->bad.text[0])
		misused(&c->bad, "%s, line %lu, column %u (%s): '%.60s' is not a number", c->path,
			c->line, c->field[column - c->table->first] + 1, schema_column(column).name,
			text);
	return NAN;
}
