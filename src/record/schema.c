/* SPDX-License-Identifier: MIT */
/* columns.def as arrays. The cell columns stand there as one word each table: the axes bring
 * their names, so that a new axis appears in every file at once. */
#include <stdio.h>
#include <string.h>
#include "record/schema.h"

static const struct column columns[COLUMNS] = {
#define TABLE(id, file, how, per)
#define COLUMN(id, column, is, of, means)                                                          \
	[id##_##column] = { .name = #column, .type = COLUMN_##is, .unit = of, .about = means },
#define CELL(id)
#define ADDED(id)
#define END(id)
#include "record/columns.def"
#undef TABLE
#undef COLUMN
#undef CELL
#undef ADDED
#undef END
};

static const struct table tables[TABLES] = {
#define TABLE(id, file, how, per)                                                                  \
	[TABLE_##id] = { .name = file,                                                             \
			 .rows = per,                                                              \
			 .life = TABLE_##how,                                                      \
			 .first = id##_FIRST,                                                      \
			 .columns = id##_END - id##_FIRST,                                         \
			 .required = id##_ADDED - id##_FIRST,                                      \
			 .cell = id##_CELL },
#define COLUMN(id, column, is, of, means)
#define CELL(id)
#define ADDED(id)
#define END(id)
#include "record/columns.def"
#undef TABLE
#undef COLUMN
#undef CELL
#undef ADDED
#undef END
};

#define END(id)
#define TABLE(id, file, how, per)                                                                  \
	_Static_assert(id##_END - id##_FIRST <= TABLE_COLUMNS_MAX, "a row has no room for " file);
#define COLUMN(id, column, is, of, means)
#define CELL(id)
#define ADDED(id)
#include "record/columns.def"
#undef TABLE
#undef COLUMN
#undef CELL
#undef ADDED
#undef END

const struct table *schema_table(enum table_id id)
{
	return &tables[id];
}

unsigned schema_axis(enum axis a)
{
	return a <= AXIS_DIRECTORY ? a + 1u : a + 2u;
}

/* The cell columns that are no axis. */
static struct column cell_word(unsigned at)
{
	switch (at) {
	case CELL_BENCHMARK:
		return (struct column){ .name = "benchmark", .about = "The question asked." };
	case CELL_FILESYSTEM:
		return (struct column){ .name = "filesystem",
					.about = "Type of the file system of `directory`." };
	case CELL_METRIC:
		return (struct column){ .name = "metric", .about = "The quantity measured." };
	case CELL_UNIT:
		return (struct column){ .name = "unit",
					.about = "Unit of every value in the row." };
	default:
		return (struct column){
			.name = "kind",
			.about = "`time`, `rate`, `count` (deterministic) or `bound` (the best "
				 "that this machine could do)."
		};
	}
}

static struct column cell_column(unsigned at)
{
	for (unsigned a = 0; a < AXES; a++) {
		const struct axis_info *i = &axis_table[a];
		bool number = i->type == AXIS_BYTES || i->type == AXIS_NUMBER;

		if (schema_axis(a) == at)
			return (struct column){
				.name = i->column,
				.type = number ? COLUMN_INTEGER : COLUMN_TEXT,
				.unit = i->type == AXIS_BYTES ? "bytes" : "",
				.about = i->about,
			};
	}
	struct column c = cell_word(at);
	c.type = COLUMN_TEXT;
	c.unit = "";
	return c;
}

struct column schema_column(unsigned column)
{
	for (unsigned t = 0; t < TABLES; t++)
		if (column >= tables[t].cell && column < tables[t].cell + CELL_COLUMNS)
			return cell_column(column - tables[t].cell);
	return columns[column];
}

const char *schema_version(const struct table *t, char *buf, size_t len)
{
	snprintf(buf, len, "shmbench.%s.v1", t->name);
	return buf;
}

int schema_find(const struct table *t, const char *name)
{
	for (unsigned c = t->first; c < t->first + t->columns; c++)
		if (!strcmp(schema_column(c).name, name))
			return (int)c;
	return -1;
}

const char *schema_kind(enum kind k)
{
	switch (k) {
	case KIND_TIME:
		return "time";
	case KIND_RATE:
		return "rate";
	case KIND_COUNT:
		return "count";
	case KIND_BOUND:
	case KIND_BOUND_RATE:
		break;
	}
	return "bound";
}
