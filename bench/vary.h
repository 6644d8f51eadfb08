/* SPDX-License-Identifier: MIT */
#ifndef VARY_H
#define VARY_H
#include "base/random.h"
#include "bench.h"

/*
 * Where the kernel keeps what it keeps for this process, drawn anew before every window: what a
 * system call costs depends on it, and one draw per run would be a number right by luck.
 */
enum { VARY_FILES = 32 };

struct vary {
	struct random random;
	int file[VARY_FILES];
	unsigned files, draws;
};

/* Worker, never inside what is timed. */
void vary_open(struct vary *v);
int vary_draw(struct vary *v, struct why *w);
void vary_close(struct vary *v);

#endif
