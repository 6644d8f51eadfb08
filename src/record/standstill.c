/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "record/standstill.h"

/* 0 of a file that is not there. */
static uint64_t bytes_of(const char *dir, const char *name)
{
	char path[PATH_MAX + 32];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return stat(path, &st) ? 0 : (uint64_t)st.st_size;
}

static bool point_of(const struct journal_record *r, struct journal_point *p)
{
	if (r->kind != JOURNAL_POINT || r->head_len != sizeof *p)
		return false;
	memcpy(p, r->head, sizeof *p);
	return true;
}

static int find_last(struct standstill *s, const char *dir, struct why *w)
{
	uint64_t invocations = bytes_of(dir, "invocations.csv");
	uint64_t windows = bytes_of(dir, "windows.csv");
	struct journal_reader r;
	struct journal_record record;
	struct journal_point p;
	int err = journal_read(&s->journal, &r, w);

	while (!err && journal_next(&r, &record))
		if (point_of(&record, &p) && p.invocations <= invocations && p.windows <= windows) {
			s->point = p;
			s->whole = r.at;
		}
	journal_read_end(&r);
	if (!err && !s->whole)
		err = misused(w, "%s ended before it had measured anything: begin it anew", dir);
	return err;
}

int standstill_find(struct standstill *s, const char *dir, struct why *w)
{
	*s = (struct standstill){ .whole = 0 };
	int err = journal_open(&s->journal, dir, w);

	if (err)
		return err;
	err = find_last(s, dir, w);
	if (err)
		standstill_close(s);
	return err;
}

int standstill_over(const struct standstill *s, size_t groups, bool *over, struct why *w)
{
	struct journal_reader r;
	struct journal_record record;
	struct journal_point p;
	int err = journal_read(&s->journal, &r, w);

	while (!err && r.at < s->whole && journal_next(&r, &record))
		if (point_of(&record, &p) && p.group < groups && p.at.pass != PASS_NONE &&
		    p.at.block == s->point.at.block)
			over[p.group] = true;
	journal_read_end(&r);
	return err;
}

void standstill_close(struct standstill *s)
{
	journal_close(&s->journal, false);
}
