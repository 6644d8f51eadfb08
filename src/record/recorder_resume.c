/* SPDX-License-Identifier: MIT */
/* From milestone to milestone: what a run leaves for another one to go on from, and that. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "record/raw.h"
#include "record/recorder.h"

void recorder_keep(struct recorder *r)
{
	r->standing.journal = r->distribution.journal = r->profile.journal = &r->journal;
}

static int restore(struct recorder *r, const struct journal_record *record, struct why *w)
{
	switch (record->kind) {
	case JOURNAL_VALUE:
		return standing_restore(&r->standing, record, w);
	case JOURNAL_LADDER:
		return distribution_restore(&r->distribution, record, w);
	case JOURNAL_TOUCHES:
	case JOURNAL_LOAD:
	case JOURNAL_WORKERS:
		return profile_restore(&r->profile, record, w);
	default:
		return 0;
	}
}

static int restore_memory(struct recorder *r, uint64_t whole, struct why *w)
{
	struct journal_reader reader;
	struct journal_record record;
	int err = journal_read(&r->journal, &reader, w);

	while (!err && reader.at < whole && journal_next(&reader, &record))
		err = restore(r, &record, w);
	journal_read_end(&reader);
	return err;
}

/* The journal first: what it says of rows that are cut off must be gone before others take their
 * place. */
static int cut_files(struct recorder *r, const struct standstill *at, struct why *w)
{
	const struct journal_point *p = &at->point;
	struct csv_place invocations = { r->dir, p->invocations }, windows = { r->dir, p->windows };
	char counters[PATH_MAX];

	int err = journal_cut(&r->journal, at->whole, w);
	if (!err)
		err = csv_writer_reopen(&r->invocations, &invocations, TABLE_INVOCATIONS, w);
	if (!err)
		err = csv_writer_reopen(&r->windows, &windows, TABLE_WINDOWS, w);
	if (err)
		return err;
	raw_forget(r->dir, p->at.number);
	/* Counted invocations are the last of a run, and all of them are owed. */
	snprintf(counters, sizeof counters, "%s/counters.csv", r->dir);
	unlink(counters);
	return 0;
}

int recorder_resume(struct recorder *r, const struct recorder_left *left, struct why *w)
{
	int err = recorder_prepare(r, left, w);

	r->journal = left->at->journal;
	left->at->journal.fd = -1;
	if (!err)
		err = restore_memory(r, left->at->whole, w);
	if (!err)
		err = cut_files(r, left->at, w);
	recorder_keep(r);
	if (err)
		recorder_close(r, &(struct why){ "" });
	return err;
}

int recorder_milestone(void *arg, const struct milestone *m, size_t group, struct why *w)
{
	struct recorder *r = arg;
	struct journal_point point = { *m, group, r->invocations.whole, r->windows.whole };
	struct journal_record record = { JOURNAL_POINT, &point, NULL, sizeof point, 0 };

	return journal_add(&r->journal, &record) ? fail(w, ENOMEM, "%s", r->journal.path)
						 : journal_flush(&r->journal, w);
}

void recorder_forget(struct recorder *r)
{
	journal_close(&r->journal, true);
}
