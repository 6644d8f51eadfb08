/* SPDX-License-Identifier: MIT */
#ifndef GATE_BESIDE_H
#define GATE_BESIDE_H
#include "command/gate_trial.h"

/*
 * What the gate says of one process beside another that is busy, window by window: in a guest the two
 * CPUs may be two threads of one core for a tenth of a second at a time, too short for rounds with a
 * load and without. For selftest_gate.c only.
 */

/* Windows of `null/two`, in which both CPUs of the pair are busy, that saw them in one relation: what
 * the gate would say of role 0 if it were by itself. */
struct beside {
	char relation[RELATION_MAX];
	double line_ns; /* one way, of the last invocation */
	struct gate_tally tally;
};

#define BESIDE_RELATIONS (GATE_CLASSES + 1)

struct besides {
	struct beside in[BESIDE_RELATIONS];
	size_t n;
	double windows; /* of these and of all other relations */
};

/* Add one invocation. */
int beside_run(struct trial *t, struct besides *b, struct why *w);

/* Do the two CPUs of the pair share a core in a relation? Off guests the topology knows. In a guest it is
 * what the host says from second to second: then the cache-line time has said in which of the machine's
 * relations the two are, and the history knows whether adds are halved in that one. */
bool beside_shares_core(const struct trial *t, const char *relation);

#endif
