/* SPDX-License-Identifier: MIT */
#ifndef LOAD_H
#define LOAD_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/fail.h"

/*
 * What others do to a machine, done on purpose: `selftest` watches the canaries meanwhile. A load is
 * a child that ends with this process.
 */
enum load {
	LOAD_SPIN,   /* adds in registers: it takes a CPU, or its share of a core */
	LOAD_STREAM, /* copies from one buffer to another, over and over: it takes memory bandwidth */
};

struct load_wish {
	enum load load;
	const char *cpus; /* where, for bind_cpu */
	size_t bytes;     /* of each of the two buffers: beyond the last cache */
};

/* It is at work when this returns: its PID, or -errno with a sentence. */
pid_t load_start(const struct load_wish *l, struct why *w);

/* False when it had ended by itself: then nobody knows for how long it was at work. */
bool load_stop(pid_t pid);

#endif
