/* SPDX-License-Identifier: MIT */
#ifndef PLAN_H
#define PLAN_H
#include "base/lookup.h"
#include "bench.h"
#include "plan/place.h"

/*
 * What a run will do: cells, the groups that they form, and what cannot be done here and why.
 * Made once, before the first block, and fixed from then on.
 */
enum { THREADS_MAX = 64 };

struct planned {
	struct cell cell;
	int status; /* 0: will be run; CANNOT: `why` says what is in the way */
	struct why why;
	struct place place;       /* resolved; one-role cells run on its first CPU */
	unsigned long nodes;      /* memory nodes as a mask; 0: one node, nothing to bind */
	unsigned cpus;            /* of its threads, or processes: */
	int member_cpu[CPUS_MAX]; /* OS indexes */
	char *filesystem;         /* of cell.directory: "ext4"; NULL without one */
	size_t base;              /* index of the cell that its ratios are relative to; NO_BASE */
	size_t group;             /* index into groups */
	bool companion;           /* not asked for: every plan has it (method.md, section 1) */
	uint64_t expected_ns;     /* of one invocation, wall time */
};
#define NO_BASE ((size_t)-1)

struct plan {
	struct planned *cells;
	size_t n, room;
	struct lookup known; /* cells by what they are */
	size_t groups;       /* cells of a group are run back to back */
	size_t *member;      /* all cells, group by group, each in the order of the plan... */
	size_t *first;       /* ...and where in it each group begins; one more at the end */
	unsigned blocks;     /* J: how often every cell is invoked */
	char **kept;         /* text that cells point to */
	size_t n_kept, kept_room;
};

/* The cells of a group, ascending; returns how many. */
size_t plan_members(const struct plan *p, size_t group, const size_t **cells);

/* The cell that c's ratios are relative to, as it stands in the `base` column: "region=sysv",
 * "channel=ring/region=sysv"; "" without a base. In buf. */
const char *plan_base_name(const struct plan *p, const struct planned *c, char *buf, size_t len);

/* Wall time of all blocks, by the expectation of every cell. */
uint64_t plan_expected_ns(const struct plan *p);

/* Keep a copy of text as long as the plan; NULL without memory. */
char *plan_keep(struct plan *p, const char *text);

/* Bytes of region that a cell needs, a multiple of the page. Parent and worker. */
uint64_t plan_region_bytes(const struct cell *c);

/* A channel as the cell wants it, not yet open. Parent and worker. */
void plan_channel(struct channel *channel, const struct cell *c, struct why *w);

#endif
