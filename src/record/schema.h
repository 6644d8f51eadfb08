/* SPDX-License-Identifier: MIT */
#ifndef SCHEMA_H
#define SCHEMA_H
#include <stddef.h>
#include <stdio.h>
#include "plan/axis.h"

/*
 * The CSV files of a run directory as data. columns.def is the one list; here it becomes
 * numbers: every column of every table has an enumerator TABLE_name, unique over all tables, so
 * that a column cannot be written to a file that does not have it.
 */

/* benchmark, the axes with filesystem after directory, metric, unit, kind */
#define CELL_COLUMNS (AXES + 5)

enum column_id {
#define TABLE(id, file, life, per)       id##_FIRST, id##_BEFORE_FIRST = id##_FIRST - 1,
#define COLUMN(id, name, type, unit, is) id##_##name,
#define CELL(id)                         id##_CELL, id##_CELL_LAST = id##_CELL + CELL_COLUMNS - 1,
#define ADDED(id)                        id##_ADDED, id##_BEFORE_ADDED = id##_ADDED - 1,
#define END(id)                          id##_END, id##_BEFORE_END = id##_END - 1,
#include "record/columns.def"
#undef TABLE
#undef COLUMN
#undef CELL
#undef ADDED
#undef END
	COLUMNS
};

enum table_id {
#define TABLE(id, file, life, per) TABLE_##id,
#define COLUMN(id, name, type, unit, is)
#define CELL(id)
#define ADDED(id)
#define END(id)
#include "record/columns.def"
#undef TABLE
#undef COLUMN
#undef CELL
#undef ADDED
#undef END
	TABLES
};

/* The widest table has room in every row. */
#define TABLE_COLUMNS_MAX 96

enum column_type {
	COLUMN_TEXT,
	COLUMN_NUMBER,  /* %.9g; empty where there is no value */
	COLUMN_INTEGER, /* exact, never negative */
};

struct column {
	const char *name;
	enum column_type type;
	const char *unit; /* "value": that of the row; "" without one */
	const char *about;
};

enum table_life {
	TABLE_GROWS, /* rows are appended as they come: what is on disk is whole rows */
	TABLE_WHOLE, /* the file appears complete, by rename */
};

struct table {
	const char *name; /* "summary": in summary.csv and shmbench.summary.v1 */
	const char *rows; /* what there is one row per */
	enum table_life life;
	unsigned first, columns; /* enum column_id first .. first + columns - 1 */
	unsigned cell;           /* the first of its cell columns */
	unsigned required;       /* how many of the columns the oldest files have, too */
};

const struct table *schema_table(enum table_id id);

struct column schema_column(unsigned column);

/* "shmbench.summary.v1" in buf, which is returned. */
const char *schema_version(const struct table *t, char *buf, size_t len);

/* The column of a table by its name; -1 when it has none. */
int schema_find(const struct table *t, const char *name);

/* Where in a table's cell columns these are. */
enum {
	CELL_BENCHMARK = 0,
	CELL_FILESYSTEM = AXIS_DIRECTORY + 2,
	CELL_METRIC = CELL_COLUMNS - 3,
	CELL_UNIT,
	CELL_KIND
};

/* ... and this axis. */
unsigned schema_axis(enum axis a);

/* The word in the kind column. */
const char *schema_kind(enum kind k);

/* results/README.md: how to read a row, and every column of every file. */
void schema_document(FILE *f);

#endif
