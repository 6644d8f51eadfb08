/* SPDX-License-Identifier: MIT */
#ifndef PROGRESS_H
#define PROGRESS_H
#include <stdbool.h>
#include "measure/measure.h"
#include "record/recorder.h"

/*
 * One line on a terminal: where a run is, what its last cell's headline looks like by now, how
 * calm the machine has been, how long it will take. Nothing where standard error is no terminal.
 * It is drawn between invocations only: never while a worker measures.
 */
struct progress {
	const struct measurement *run;
	const struct recorder *recorder;
	bool on;
	size_t cells;         /* that run */
	unsigned before;      /* done by the run that is resumed */
	unsigned planned;     /* invocations done that every cell has */
	unsigned in_block;    /* done in this block */
	unsigned block;       /* the one that `in_block` is of */
	unsigned patient;     /* blocks of patience by then */
	bool patience;        /* this block is one */
	size_t windows, calm; /* so far */
	uint64_t started_ns, patient_ns, block_ns, drawn_ns;
};

/* run and recorder stay the caller's until progress_close(). */
void progress_open(struct progress *p, const struct measurement *run,
		   const struct recorder *recorder, bool quiet);

/* After the recorder has taken it. */
void progress_invocation(struct progress *p, const struct invocation *i);

/* Take the line away. */
void progress_close(struct progress *p);

#endif
