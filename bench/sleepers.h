/* SPDX-License-Identifier: MIT */
#ifndef SLEEPERS_H
#define SLEEPERS_H
#include <stdatomic.h>
#include <sys/types.h>
#include "bench.h"

/*
 * Processes that have a region attached and every page of it mapped, and otherwise sleep. They come
 * one after another, on the CPU of the role that has made them, each at its word; they go all at
 * once, by ending. Nobody outlives the role: they die with it (prctl(2), PR_SET_PDEATHSIG).
 */
enum { SLEEPERS_MAX = 1 << 16 };

struct sleeper {
	_Alignas(64) _Atomic uint32_t order; /* futex word: sleepers.c */
	uint64_t ns;                         /* for its attach and touches */
	int status;
};

struct sleepers {
	struct sleeper *sleeper; /* shared memory: one a process */
	pid_t *pid;
	size_t wanted, n; /* to be made; made */
	_Atomic uint32_t *through;
};

/* Fork them; nobody is attached yet. CANNOT names the limit that is in the way. t->region exists. */
int sleepers_open(struct sleepers *c, struct task *t);

/* Each attaches and touches, one after another; *ns is the sum of what they took. */
int sleepers_gather(struct sleepers *c, struct task *t, uint64_t *ns);

/* All end, and are gone when this returns; *ns of wall time. */
int sleepers_leave(struct sleepers *c, struct task *t, uint64_t *ns);

void sleepers_close(struct sleepers *c);

#endif
