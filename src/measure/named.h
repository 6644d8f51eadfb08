/* SPDX-License-Identifier: MIT */
#ifndef NAMED_H
#define NAMED_H
#include "bench.h"

/*
 * REGION_NAMED of bench.h: a region that other processes find by its name, and as many more as the
 * cell's `segments` says, a page each. Names live as long as the work: whoever is killed meanwhile
 * leaves them, and leftover.h tells whose they are. Made by a process that is in the ledger.
 */
struct named {
	struct region *other;
	size_t others; /* that exist */
	bool made;     /* t->region exists */
};

/* t->region is attached here too, and filled. What was made when it fails is for named_remove. */
int named_make(struct named *n, struct task *t);

/* 0, or what failed first; removes what it can. */
int named_remove(struct named *n, struct task *t);

#endif
