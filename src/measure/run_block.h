/* SPDX-License-Identifier: MIT */
#ifndef RUN_BLOCK_H
#define RUN_BLOCK_H
#include "measure/measure.h"

/* One block of a run, for run.c: which blocks there are is decided there. */
struct run_state {
	struct measurement *run;
	uint32_t *groups, *cells; /* the order of the block and of the group; room for all */
	unsigned number, block;
	uint64_t *group_ns;  /* what each group took last, or is expected to */
	uint64_t start;      /* what the budget counts from */
	uint64_t before_ns;  /* what the run that is resumed took */
	uint64_t patient_ns; /* patience of both */
	uint64_t pass_start;
	bool *wanted; /* groups of the block that is next */
	enum pass pass;
	bool ran; /* a block, in this run */
};

/* Run the groups that are wanted, as a block of this pass; or end the block that has begun. */
int run_block(struct run_state *p, enum pass pass, struct why *w);
int run_block_end(struct run_state *p, struct why *w);

/* The groups that are wanted, in the block's order: without a block, of the counted pass. */
int run_block_groups(struct run_state *p, struct why *w);

/* Tell where the run stands: a group is over, or NO_GROUP. */
int run_block_mark(struct run_state *p, size_t group, struct why *w);

/* What planned blocks took, of the run that is resumed as well. */
uint64_t run_block_planned_ns(const struct run_state *p);

/* The groups that are wanted take about as long as they did the last time. */
uint64_t run_block_expected_ns(const struct run_state *p);

/* Would the groups that are wanted, and what is to be counted after them, end too late? */
bool run_block_late(const struct run_state *p);

#endif
