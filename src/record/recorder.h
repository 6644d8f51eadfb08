/* SPDX-License-Identifier: MIT */
#ifndef RECORDER_H
#define RECORDER_H
#include "measure/measure.h"
#include "record/calm.h"
#include "record/counted.h"
#include "record/distribution.h"
#include "record/profile.h"
#include "record/csv.h"
#include "record/reduce.h"
#include "record/standing.h"
#include "record/standstill.h"
#include "record/steal.h"

/*
 * Where finished invocations go: rows of invocations.csv and windows.csv at once, what
 * distribution.csv and profile.csv need in memory. Parent only; the plan must stay in place from
 * open to close.
 */
struct recorder {
	const struct plan *plan;
	const char *dir, *run_id;
	bool raw;                    /* keep every sample; set after recorder_open */
	bool discard_flagged;        /* disturbed invocations are no calm values; likewise */
	struct reference *reference; /* of the calm gate; set after recorder_open; NULL: none */
	struct steal *steal;         /* set after recorder_open; NULL: not read */
	struct csv_writer invocations, windows;
	struct csv_writer counters; /* made with the first counted invocation */
	struct journal journal;
	struct distribution distribution;
	struct profile profile;
	struct workspace workspace;
	struct calm calm; /* of the invocation at hand */
	bool stolen;      /* a CPU of it, in the block so far */
	struct standing standing;
};

/* Make both files in dir, with a row for every metric of every cell that the plan has found
 * impossible. dir and run_id stay the caller's, until close. */
int recorder_open(struct recorder *r, const struct plan *p, const char *dir, const char *run_id,
		  struct why *w);

/* Go on with the files of a directory that was left there: what came later is cut off, and what was in
 * memory comes back. at->journal is the recorder's from then on, or closed. */
struct recorder_left {
	const struct plan *plan; /* that of the run */
	const char *dir, *run_id;
	struct standstill *at;
};
int recorder_resume(struct recorder *r, const struct recorder_left *left, struct why *w);

/* A milestone_sink: arg is the recorder. From here a run could go on. */
int recorder_milestone(void *arg, const struct milestone *m, size_t group, struct why *w);

/* An invocation_sink: arg is the recorder. Every metric of the cell gets a row, whatever happened,
 * and with two roles on two CPUs one more for each relation in which it has windows enough; a cell of which the row of recorder_open() stands is passed over. An error is one of
 * writing: rows before it are whole. */
int recorder_take(void *arg, const struct invocation *i, struct why *w);

/* Write distribution.csv and profile.csv. Also in between, to have them early. */
int recorder_write(struct recorder *r, struct why *w);

/* Close the tables that grow: no row follows. */
int recorder_close_tables(struct recorder *r, struct why *w);

/* Close everything. Call it whatever happened; it may be called twice. */
int recorder_close(struct recorder *r, struct why *w);

/* Nothing is owed: what only a resumed run would need goes. Before recorder_close(). */
void recorder_forget(struct recorder *r);

/* For recorder.c and recorder_resume.c: everything in memory, and no file; from now on what comes into
 * memory goes to the journal as well. */
int recorder_prepare(struct recorder *r, const struct recorder_left *left, struct why *w);
void recorder_keep(struct recorder *r);

#endif
