/* SPDX-License-Identifier: MIT */
/*
 * Rows go out in groups, one write(2) each: a process that is killed between two of them leaves
 * whole rows. A write that the disk cuts short is taken back to the last whole row.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/grow.h"
#include "base/write.h"
#include "record/csv.h"

/* Tables that appear whole are written in pieces of about this size, which bounds memory. */
enum { GROUP_MAX = 64 * 1024 };

void csv_row_begin(struct csv_row *r, const struct table *t, const char *run_id)
{
	r->table = t;
	for (unsigned i = 0; i < t->columns; i++)
		r->text[i] = NULL;
	r->text[0] = schema_version(t, r->schema, sizeof r->schema);
	r->text[1] = run_id;
}

/* A column of another table is a slip of the caller's. */
static unsigned position(const struct csv_row *r, unsigned column)
{
	unsigned at = column - r->table->first;

	assert(at < r->table->columns);
	return at;
}

void csv_row_text(struct csv_row *r, unsigned column, const char *text)
{
	r->text[position(r, column)] = text;
}

void csv_row_number(struct csv_row *r, unsigned column, double value)
{
	unsigned at = position(r, column);

	r->text[at] = NULL;
	if (!isfinite(value))
		return;
	snprintf(r->number[at], sizeof r->number[at], "%.9g", value);
	r->text[at] = r->number[at];
}

void csv_row_integer(struct csv_row *r, unsigned column, uint64_t value)
{
	unsigned at = position(r, column);

	snprintf(r->number[at], sizeof r->number[at], "%" PRIu64, value);
	r->text[at] = r->number[at];
}

/* Room for `more` bytes in the group. */
static int reserve(struct csv_writer *c, size_t more, struct why *w)
{
	return GROW(c->group, c->cap, c->used + more) ? fail(w, ENOMEM, "rows of %s", c->path) : 0;
}

/* At most twice its length and two quotes, which the caller has reserved. */
static char *put_field(char *to, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")])
		return stpcpy(to, text);
	*to++ = '"';
	for (; *text; text++) {
		if (*text == '"')
			*to++ = '"';
		*to++ = *text;
	}
	*to++ = '"';
	return to;
}

static int put_row(struct csv_writer *c, const char *const *text, struct why *w)
{
	size_t most = 1;

	for (unsigned i = 0; i < c->table->columns; i++)
		most += text[i] ? 2 * strlen(text[i]) + 3 : 1;
	int err = reserve(c, most, w);
	if (err)
		return err;
	char *to = c->group + c->used;
	for (unsigned i = 0; i < c->table->columns; i++) {
		if (i)
			*to++ = ',';
		if (text[i])
			to = put_field(to, text[i]);
	}
	*to++ = '\n';
	c->used = (size_t)(to - c->group);
	return 0;
}

static int put_header(struct csv_writer *c, struct why *w)
{
	const char *names[TABLE_COLUMNS_MAX];

	for (unsigned i = 0; i < c->table->columns; i++)
		names[i] = schema_column(c->table->first + i).name;
	return put_row(c, names, w);
}

static int begin(struct csv_writer *c, const char *dir, enum table_id id, struct why *w)
{
	*c = (struct csv_writer){ .table = schema_table(id), .fd = -1 };
	bool whole = c->table->life == TABLE_WHOLE;

	if (snprintf(c->path, sizeof c->path, "%s/%s.csv", dir, c->table->name) >=
	    (int)sizeof c->path)
		return misused(w, "the path of the run directory '%.80s...' is too long", dir);
	snprintf(c->made, sizeof c->made, "%s%s", c->path, whole ? ".new" : "");
	return 0;
}

int csv_writer_reopen(struct csv_writer *c, const struct csv_place *at, enum table_id id,
		      struct why *w)
{
	int err = begin(c, at->dir, id, w);

	if (err)
		return err;
	c->whole = at->whole;
	c->fd = open(c->path, O_WRONLY | O_CLOEXEC);
	if (c->fd < 0 || ftruncate(c->fd, (off_t)c->whole) ||
	    lseek(c->fd, (off_t)c->whole, SEEK_SET) < 0) {
		err = fail(w, errno, "going on with %s", c->path);
		csv_writer_abandon(c);
	}
	return err;
}

int csv_writer_open(struct csv_writer *c, const char *dir, enum table_id id, struct why *w)
{
	int err = begin(c, dir, id, w);

	if (err)
		return err;
	c->fd = open(c->made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (c->fd < 0)
		return fail(w, errno, "making %s", c->made);
	err = put_header(c, w);
	if (!err)
		err = csv_writer_flush(c, w);
	if (err)
		csv_writer_abandon(c);
	return err;
}

int csv_writer_append(struct csv_writer *c, const struct csv_row *r, struct why *w)
{
	int err = put_row(c, r->text, w);

	if (!err && c->table->life == TABLE_WHOLE && c->used >= GROUP_MAX)
		err = csv_writer_flush(c, w);
	return err;
}

int csv_writer_flush(struct csv_writer *c, struct why *w)
{
	size_t len = c->used;
	int err = write_whole(c->fd, c->group, len);

	c->used = 0;
	if (!err) {
		c->whole += len;
		return 0;
	}
	if (ftruncate(c->fd, (off_t)c->whole) == 0)
		lseek(c->fd, (off_t)c->whole, SEEK_SET);
	return fail(w, -err, "writing %s (its first %" PRIu64 " bytes are whole rows)", c->made,
		    c->whole);
}

int csv_writer_close(struct csv_writer *c, struct why *w)
{
	if (c->fd < 0)
		return 0;
	bool whole = c->table->life == TABLE_WHOLE;
	int err = csv_writer_flush(c, w);

	/* A rename may reach the disk before the bytes do: fsync(2). */
	if (!err && whole && fsync(c->fd))
		err = fail(w, errno, "writing %s", c->made);
	int closed = close(c->fd);
	c->fd = -1;
	if (!err && closed)
		err = fail(w, errno, "closing %s", c->made);
	if (!err && whole && rename(c->made, c->path))
		err = fail(w, errno, "renaming %s to %s", c->made, c->path);
	if (err && whole)
		unlink(c->made);
	free(c->group);
	c->group = NULL;
	return err;
}

void csv_writer_abandon(struct csv_writer *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	if (c->table->life == TABLE_WHOLE)
		unlink(c->made);
	free(c->group);
	c->group = NULL;
}
