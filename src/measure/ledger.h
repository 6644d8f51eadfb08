/* SPDX-License-Identifier: MIT */
#ifndef LEDGER_H
#define LEDGER_H
#include <limits.h>
#include <sys/types.h>
#include "base/fail.h"

/*
 * Who made what: a file that outlives kill -9.
 *
 * Benchmarks of the life cycle make named objects for microseconds, and whoever is killed in one
 * of those leaves it behind. POSIX and file objects carry their maker's PID in their names;
 * System V segments carry it in cpid and nothing else that is ours. So every process that makes
 * objects is written down first, in one ledger per run in the cache directory, and what such a
 * process left can be told from everybody else's (leftover.h).
 *
 *	parent   ledger_open, then per worker ledger_add; ledger_sweep_worker when one died badly
 *	worker   ledger_note of itself, and so does each role that it forks, before it makes anything
 *
 * A worker leads its own process group (setpgid(2)); its roles stay in it.
 */
struct ledger {
	int fd; /* close-on-exec: the child that becomes a worker clears that */
	char path[PATH_MAX];
};

/* directories: where `file` regions go, NULL-ended. They exist. */
int ledger_open(struct ledger *l, const char *const directories[], struct why *w);

/* Write down a worker that was just forked. Parent. */
int ledger_add(struct ledger *l, pid_t worker, struct why *w);

/* The descriptor that workers inherit, for ledger_note. */
int ledger_fd(const struct ledger *l);

/* Write down the calling process, or another of its group. Worker and roles. 0 or -errno. */
int ledger_note(int fd, pid_t pid);

/* Remove at once what a dead worker and its roles left. The group has been killed and the worker
 * waited for; roles that are still dying are given a second. Returns how many objects went. */
int ledger_sweep_worker(struct ledger *l, pid_t worker, struct why *w);

/* The run is over and every worker was waited for: no more ledger. */
void ledger_close(struct ledger *l);

#endif
