/* SPDX-License-Identifier: MIT */
#ifndef CSV_H
#define CSV_H
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/fail.h"
#include "record/schema.h"

/*
 * RFC 4180 with the schema as its columns: rows are built and read by enum column_id, never by
 * position. Only the parent writes and reads these files.
 *
 * Numbers depend on LC_NUMERIC: the program stays in the "C" locale, which is what makes the
 * decimal point a point.
 */

/* One row being built. What csv_row_text() is given stays the caller's and must outlive the
 * row's csv_writer_append(). */
struct csv_row {
	const struct table *table;
	char schema[48];
	const char *text[TABLE_COLUMNS_MAX]; /* NULL: empty */
	char number[TABLE_COLUMNS_MAX][24];
};

/* An empty row but for schema and run_id. */
void csv_row_begin(struct csv_row *r, const struct table *t, const char *run_id);
void csv_row_text(struct csv_row *r, unsigned column, const char *text);
void csv_row_number(struct csv_row *r, unsigned column, double value); /* not finite: empty */
void csv_row_integer(struct csv_row *r, unsigned column, uint64_t value);

struct csv_writer {
	const struct table *table;
	int fd;      /* -1: closed */
	char *group; /* rows not yet written */
	size_t used, cap;
	uint64_t whole;          /* bytes of whole rows in the file */
	char path[PATH_MAX];     /* as it will be called */
	char made[PATH_MAX + 8]; /* as it is called until then, with TABLE_WHOLE */
};

/* Make DIR/<table>.csv with its header. */
int csv_writer_open(struct csv_writer *c, const char *dir, enum table_id id, struct why *w);

/* Go on writing a table that grows, behind its first `whole` bytes, which end a row; what follows
 * them goes. */
struct csv_place {
	const char *dir;
	uint64_t whole;
};
int csv_writer_reopen(struct csv_writer *c, const struct csv_place *at, enum table_id id,
		      struct why *w);

/* Add a row to the group; nothing reaches the file before csv_writer_flush(). */
int csv_writer_append(struct csv_writer *c, const struct csv_row *r, struct why *w);

/* Write the group by one write(2). On a full disk the file is cut back to the rows that were
 * whole, and the sentence names the file. */
int csv_writer_flush(struct csv_writer *c, struct why *w);

/* Flush and close; TABLE_WHOLE: rename into place. On an error, and on csv_writer_abandon(), a
 * file that was to be replaced stays as it was. Both may be called twice. */
int csv_writer_close(struct csv_writer *c, struct why *w);
void csv_writer_abandon(struct csv_writer *c);

/* A column that came later than the version that wrote the file. */
#define CSV_ABSENT UINT_MAX

struct csv_reader {
	const struct table *table;
	void *file; /* FILE * */
	char path[PATH_MAX];
	unsigned field[TABLE_COLUMNS_MAX]; /* where in the file each column is; CSV_ABSENT */
	size_t fields;                     /* of the header, foreign ones included */
	char *record;                      /* the fields of the current row, each ended by NUL */
	size_t used, cap;
	size_t *start;                 /* of each field in record */
	size_t found, room;            /* fields of the current row; allocated starts */
	unsigned long line, next_line; /* of the current row; of what is read next */
	unsigned long torn;            /* line of a last row that a crash cut short, else 0 */
	struct why bad;                /* the first number that was none */
};

/* Open DIR/<table>.csv: its header has every column of the table, in any order; others are
 * accepted and ignored. Columns that a later version of the schema appended may be absent, with
 * all that came after them: they read as empty. An error is -EINVAL with a sentence that names file, line and column (the
 * field's number and name). */
int csv_reader_open(struct csv_reader *c, const char *dir, enum table_id id, struct why *w);

/* The next row: 1, 0 at the end, or an error. In a table that grows, a last line without its line
 * feed is what a crash leaves of a row: it is passed over and c->torn names it. */
int csv_reader_next(struct csv_reader *c, struct why *w);
void csv_reader_close(struct csv_reader *c);

/* Of the current row, until the next: "" and NAN where it is empty. A number that is none gives
 * NAN here and an error from the next csv_reader_next(). */
const char *csv_reader_text(const struct csv_reader *c, unsigned column);
double csv_reader_number(struct csv_reader *c, unsigned column);

#endif
