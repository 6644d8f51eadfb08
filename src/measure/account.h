/* SPDX-License-Identifier: MIT */
#ifndef ACCOUNT_H
#define ACCOUNT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "base/fail.h"

/*
 * What a ledger (ledger.h) says, read back by the run itself or by `clean` long afterwards.
 *
 * The file, one fact a line:
 *
 *	shmbench-ledger 1
 *	host NODENAME			PIDs and segment ids mean something on one machine,
 *	boot UUID			in one boot,
 *	namespaces PID IPC		and in one pair of namespaces
 *	parent PID STARTTIME		starttime of proc(5): tells a PID from its reuse
 *	directory PATH			any number
 *	open				the header is whole
 *	process PID STARTTIME GROUP TIME	appended; TIME is wall clock in s
 */
struct account_process {
	pid_t pid, group;
	uint64_t start; /* clock ticks since boot */
	time_t noted;   /* it made nothing of ours before */
};

struct account {
	bool whole; /* false: killed while writing the header; it lists nobody */
	char host[65], boot[40];
	uint64_t namespaces[2]; /* inodes of PID and IPC namespace */
	pid_t parent;
	uint64_t start;
	char **directory;
	size_t directories;
	struct account_process *process;
	size_t processes, room;
};

enum account_state {
	ACCOUNT_RUNNING,   /* its parent lives: hands off */
	ACCOUNT_GONE,      /* its parent is dead */
	ACCOUNT_PAST,      /* written before the last boot: only files can be left */
	ACCOUNT_ELSEWHERE, /* of another host or namespace: cannot be judged from here */
};

/* Fill in what identifies this process as a parent; the rest is empty. */
int account_here(struct account *a, struct why *w);

/* Read the ledger at path. account_free also after a failure. */
int account_read(struct account *a, const char *path, struct why *w);
void account_free(struct account *a);

int account_state(const struct account *a, enum account_state *state, struct why *w);

/* starttime of a process, 0 when there is none. A zombie has one. */
uint64_t process_start(pid_t pid);

/* Is there such a process, and has it not ended? Zombies have ended. */
bool process_runs(pid_t pid);

/* Of any process of this group. */
bool process_group_runs(pid_t group);

#endif
