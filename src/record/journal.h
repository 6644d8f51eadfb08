/* SPDX-License-Identifier: MIT */
#ifndef JOURNAL_H
#define JOURNAL_H
#include <limits.h>
#include "measure/measure.h"

/*
 * resume.bin: what a run has in memory and no other file, so that another one can go on where it
 * ended, however that was. Records are in this machine's byte order, for the program that wrote them.
 * They reach the file at milestones, behind the rows that they belong to; the last milestone that is
 * whole, and whose rows are, is where the run stands. The file is locked (flock(2)) for as long as
 * the run lasts, and goes when nothing is owed. Parent only.
 */
#define JOURNAL_NAME "resume.bin"

enum journal_kind {
	JOURNAL_VALUE = 1, /* standing.c */
	JOURNAL_LADDER,    /* distribution.c */
	JOURNAL_TOUCHES,   /* profile.c */
	JOURNAL_LOAD,      /* profile_load.c */
	JOURNAL_WORKERS,   /* profile_worker.c */
	JOURNAL_POINT,
};

struct journal_point {
	struct milestone at;
	uint64_t group;                /* that is over, or NO_GROUP */
	uint64_t invocations, windows; /* bytes of whole rows in the files of that name */
};

/* One record: two pieces, of which each begins at a multiple of 8 bytes in the file. */
struct journal_record {
	uint32_t kind;
	const void *head, *body; /* body may be NULL */
	size_t head_len, body_len;
};

struct journal {
	int fd;      /* -1: closed */
	char *group; /* records not yet written */
	size_t used, cap;
	uint64_t whole; /* bytes of whole records in the file */
	char path[PATH_MAX];
};

/* Make DIR/resume.bin, locked. */
int journal_create(struct journal *j, const char *dir, struct why *w);

/* Open the one that there is. -EINVAL with a sentence: there is none, it is none, or its run is still
 * going on. */
int journal_open(struct journal *j, const char *dir, struct why *w);

/* Add a record; NULL journal: nothing. -ENOMEM. */
int journal_add(struct journal *j, const struct journal_record *r);

/* Write what was added by one write(2); on a full disk the file is cut back to whole records. */
int journal_flush(struct journal *j, struct why *w);

/* Forget all records from this byte on. */
int journal_cut(struct journal *j, uint64_t whole, struct why *w);

/* Close it, and with `remove` take it away. May be called twice. */
void journal_close(struct journal *j, bool remove);

/* What is in it, from the first record. */
struct journal_reader {
	const char *map;
	size_t len;
	size_t at; /* of the next record */
};
int journal_read(const struct journal *j, struct journal_reader *r, struct why *w);

/* The next whole record, which points into the file; false at the end, or where records are not whole
 * any more. */
bool journal_next(struct journal_reader *r, struct journal_record *record);
void journal_read_end(struct journal_reader *r);

#endif
