/* SPDX-License-Identifier: MIT */
#ifndef ASSIGNMENT_H
#define ASSIGNMENT_H
#include "plan/plan.h"

/*
 * What the parent tells a worker: a cell and where to run it, as JSON in a sealed memfd. CPUs and
 * nodes are resolved by the parent: a worker loads no topology.
 */
struct assignment {
	struct cell cell;
	char cpus[ROLES_MAX][1024]; /* for bind_cpu */
	int member_cpu[CPUS_MAX];
	unsigned long nodes; /* memory nodes as a bit mask; 0: one node, nothing to bind */
	bool one_cpu;        /* both roles share it */
	struct clock clock;  /* of the cell, calibrated by the parent */
	bool counted;        /* perf events are to be open: times mean nothing */
	void *text;          /* what the cell's strings point into */
};

/* A sealed memfd with the assignment of a planned cell, close-on-exec; -errno on failure. The
 * counter is for cells whose clock it is; NULL where there are none. */
int assignment_write(const struct planned *p, const struct clock *counter, bool counted,
		     struct why *w);

/* Read it back, in the worker. */
int assignment_read(int fd, struct assignment *a, struct why *w);

/* Nobody looks at the cell any more. */
void assignment_free(struct assignment *a);

/* Room for samples per metric and for windows: the same answer in parent and worker. */
void assignment_room(const struct cell *c, uint64_t *windows, uint64_t samples[METRICS_MAX]);

#endif
