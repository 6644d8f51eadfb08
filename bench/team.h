/* SPDX-License-Identifier: MIT */
#ifndef TEAM_H
#define TEAM_H
#include <pthread.h>
#include "bench.h"

/*
 * The threads of a cell (--threads), each on a CPU of its own, that do a region's parts at once.
 * Between jobs all but the calling one sleep: a spinning one would be seen by the canaries of a core
 * that shares it. So a job has two steps: team_ready wakes them and waits until all spin, untimed;
 * team_run lets them go and waits for the last.
 */
enum { TEAM_MAX = 64 };

/* Do [at, at + len) of t->region. Any thread; w is its own. */
typedef int team_fn(const struct task *t, char *at, size_t len, struct why *w);

struct member {
	struct team *team;
	pthread_t thread;
	unsigned index;
	int status;
	struct why why;
};

struct team {
	struct task task;                     /* whose region is done */
	team_fn *fn;                          /* of the job; NULL: the end */
	unsigned members;                     /* the calling thread is member 0 */
	_Alignas(128) _Atomic uint32_t woken; /* jobs announced; futex word */
	_Alignas(128) _Atomic uint32_t ready; /* members that spin, over all jobs */
	_Alignas(128) _Atomic uint32_t go;    /* jobs begun */
	_Alignas(128) _Atomic uint32_t done;  /* members that are through, over all jobs */
	struct member member[TEAM_MAX];
};

/* Never inside a window. */
int team_open(struct team *team, const struct task *t);
void team_close(struct team *team);

void team_ready(struct team *team);

/* fn of team->task.region, in equal parts of whole pages; what failed first, by index. */
int team_run(struct team *team, team_fn *fn);

#endif
