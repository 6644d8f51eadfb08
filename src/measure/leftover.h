/* SPDX-License-Identifier: MIT */
#ifndef LEFTOVER_H
#define LEFTOVER_H
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include "measure/account.h"

/*
 * What processes of a ledger left behind, each proved to be theirs before it is named:
 *
 *	segment     cpid was noted, made by and belonging to this user, nobody attached, made after
 *		    the note and within an hour of it (PIDs come round again)
 *	queue,      of System V: the PID in its key (channel/key.h) was noted, made by and
 *	semaphores  belonging to this user, in the same time
 *	file        /dev/shm/shmbench-PID-SERIAL or the same in a directory of the ledger, PID was
 *		    noted, a regular file or fifo of this user's, changed after the note
 *	mqueue      POSIX queue /shmbench-PID-SERIAL, likewise
 *
 * If a process with that PID runs now, the object may be its: `in_use`.
 */
enum leftover_kind {
	LEFTOVER_SEGMENT,
	LEFTOVER_QUEUE,
	LEFTOVER_SEMAPHORES,
	LEFTOVER_FILE,
	LEFTOVER_MQUEUE,
};

struct leftover {
	enum leftover_kind kind;
	int id;              /* of a System V object */
	char path[PATH_MAX]; /* of a file; the name of a POSIX queue */
	uint64_t bytes;
	pid_t pid;   /* who made it */
	bool in_use; /* leave it alone */
};

struct leftover_scope {
	pid_t group;     /* only processes of this group; 0: all */
	bool files_only; /* written before the last boot: memory is empty since */
};

struct leftover_visit {
	int (*found)(void *arg, const struct leftover *l, struct why *w); /* non-zero ends it */
	void *arg;
};

int leftover_each(const struct account *a, const struct leftover_scope *scope,
		  const struct leftover_visit *visit, struct why *w);

/* 0 also when somebody else was faster. */
int leftover_remove(const struct leftover *l, struct why *w);

#endif
