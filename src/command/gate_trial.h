/* SPDX-License-Identifier: MIT */
#ifndef GATE_TRIAL_H
#define GATE_TRIAL_H
#include "record/calm.h"
#include "record/calm_now.h"

/*
 * Some cells, run by the hand of `selftest` and judged by the gate as those of a run are: what it
 * accepts, and what it accepts says. The clock rate is left out: who is to be kept out here is other
 * work, and a clock that moves by itself would hide what that does. For selftest_gate.c and
 * gate_turns.c only.
 */
enum trial_cell { TRIAL_NULL, TRIAL_ATTACH, TRIAL_TOUCH, TRIAL_DEFERRED, TRIAL_CELLS };

struct trial {
	struct topology *topology;
	struct plan plan;
	struct planned cell[TRIAL_CELLS];
	struct planned pair; /* null/two, for the relation */
	struct ledger ledger;
	struct measurement measurement;
	struct reference reference;
	struct calm calm;
	unsigned number;    /* of the next invocation */
	bool opened, ready; /* the ledger; the reference */
};

/* CANNOT where there are no canaries or the topology is another machine's. trial_close also after
 * a failure. */
int trial_open(struct trial *t, struct why *w);
void trial_close(struct trial *t);

/* Run every cell on these CPUs from now on. */
void trial_move(struct trial *t, const struct place *p);

/* Windows of one cell in one condition. */
struct trial_seen {
	struct gate_tally tally;
	double *value; /* of accepted windows, in cycles */
	size_t n, room;
};

/* Add one invocation. */
int trial_run(struct trial *t, enum trial_cell c, struct trial_seen *seen, struct why *w);

/* Add what another one has seen. -ENOMEM. */
int trial_add(struct trial_seen *to, const struct trial_seen *from);
void trial_forget(struct trial_seen *seen);

/* The median of accepted windows; sorts them. NAN: none. */
double trial_median(struct trial_seen *seen);

/* Share of windows accepted; NAN: none ran. */
double trial_accepted(const struct trial_seen *seen);

/* What the two CPUs of the pair are to each other now. */
int trial_relation(struct trial *t, struct calm_spot *spot, struct why *w);

#endif
