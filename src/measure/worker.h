/* SPDX-License-Identifier: MIT */
#ifndef WORKER_H
#define WORKER_H

/*
 * The process that an invocation is: exec'ed anew, it reads its assignment, makes the region or
 * channel, forks its other roles, measures, and leaves an outcome in the shared mapping that
 * outcome_fd describes. Returns the process's exit status; the hidden command `worker` calls it.
 *
 *	benchmark		worker is		forks
 *	one role		role 0			-
 *	two roles		role 0			role 1
 *	resident, cold state	the keeper		role 0
 *	named regions		who made them		role 0
 */
int worker_main(int assignment_fd, int outcome_fd, int ledger_fd);

#endif
