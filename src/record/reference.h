/* SPDX-License-Identifier: MIT */
#ifndef REFERENCE_H
#define REFERENCE_H
#include <jansson.h>
#include <stdbool.h>
#include "analyse/gate.h"
#include "measure/calibrate.h"
#include "record/history.h"
#include "record/machine.h"

/*
 * What calm is, for one run: references of the canaries and classes of cache-line times, fixed
 * before its first block. They follow from the machine's history of readings; where that has none
 * that is valid, 200 are taken first. Parent only.
 */
#define RELATION_MAX 16

struct canary_reference {
	struct canary_kind kind; /* its relation is what rows say: "", "r1", "l3" */
	double adds_per_cycle;   /* NAN: too few readings of this relation */
	double chain_ghz;        /* of CPUs that have no level of their own */
	double mapping_cycles;   /* NAN: two roles, before a first run, or it was left */
	double mapping_was;      /* the level that was left; 0: none was */
	double mapping_look;     /* the cheapest before the run. NAN: two roles, or all disturbed */
	struct line_level line[HISTORY_LINES]; /* with two roles: of each pair. NAN: not gated */
	size_t lines;
	size_t readings;
	double age_s, oldest_s; /* of the newest, of the oldest */
};

struct reference {
	bool guest;   /* relations are classes of the cache-line time; else what CPUs share */
	bool fresh;   /* readings had to be taken */
	double given; /* --canary-reference, adds per cycle; 0: none */
	struct gate_class class[GATE_CLASSES];
	size_t classes;
	struct canary_reference *entry;
	size_t n;
	struct clock_level clock[HISTORY_CLOCKS]; /* kept */
	size_t clocks;
	struct history history; /* the machine's */
	struct batch *seen;     /* readings of this run, by kind */
	size_t kinds;
};

struct reference_wish {
	const struct plan *plan;
	const char *cache; /* directory; NULL: keep nothing */
	const char *model; /* of the CPU */
	bool guest;
	double given;
	uint64_t spread_ns;              /* time over which new readings are taken */
	struct measurement *measurement; /* for calibrate() */
};

/* What is this machine's of a wish: cache, model and guest. The texts are in `room`. */
struct reference_room {
	char cache[PATH_MAX];
	struct reading model;
};
void reference_wish_here(struct reference_wish *wish, struct reference_room *room);

/* Read the history, look at the clock the CPUs have now, take what is missing. `warning` gets a
 * sentence when the history could not be read. -EINTR: a signal. reference_close also after a
 * failure. */
int reference_open(struct reference *r, const struct reference_wish *wish, struct why *warning,
		   struct why *w);
void reference_close(struct reference *r);

/* Of a run that goes on: classes and levels are those that its run.json has, whatever the history says
 * by now; nothing is read of the CPUs. -ENOMEM. */
int reference_restore(struct reference *r, const struct reference_wish *wish, const json_t *run,
		      struct why *warning);

/* Work out classes and references from r->history. -ENOMEM. */
int reference_derive(struct reference *r);

/* The levels of one entry, by its adds_per_cycle, r->class and r->history; room has space for every
 * reading. -ENOMEM. */
int reference_level(const struct reference *r, struct canary_reference *e, double *room);

/* A sentence on a level that the kernel has left since earlier runs; "" where it has not. */
void reference_tell_left(const struct reference *r, struct why *left);

/* r->clock, from r->history. */
void reference_clocks(struct reference *r);

/* At which rate each CPU of a batch was most has so much weight from now on. -ENOMEM. */
int reference_see_clocks(struct history *h, const struct batch *b, double weight);

/* Keep the levels of every kind for the next run; of a run that is over, when its readings are in
 * r->history. One that had to be taken from a few seconds' readings makes way for the one that this
 * run saw most, any other for one that the last runs saw far more of. -ENOMEM. */
int reference_settle(struct reference *r);

/* What the two CPUs of a cell are to each other, by the cache-line time at both ends of a window:
 * "r1", ...; "new" outside every class; "mixed" when the ends differ; off guests what they share,
 * or "mixed" when the time jumped. "same" on one CPU, "" with one role. In buf or static. */
const char *reference_relation(const struct reference *r, const struct planned *p,
			       const double line_ns[2], char buf[RELATION_MAX]);

/* Where canaries of a plan are read: its kinds of core, active roles and, off guests, relations,
 * each once. Returns how many. */
#define REFERENCE_STATIONS 32
size_t reference_stations(const struct reference *r, const struct plan *p,
			  struct station station[REFERENCE_STATIONS]);

/* NULL: there is none, and no window of this relation is calm. */
const struct canary_reference *reference_find(const struct reference *r, const struct planned *p,
					      int role, const char *relation);

/* What a cache line takes between the CPUs of a cell of two active roles, ns, where e is role 0's
 * reference; NAN: not known. */
double reference_line(const struct canary_reference *e, const struct planned *p);

/* From which life of a mapping on no window is calm where no level of it is known, cycles; NAN: one is, or there
 * was nothing to see before the run. */
double reference_dearest(const struct canary_reference *e);

/* The rate of a CPU's clock where e is its role's reference, GHz. */
double reference_clock(const struct reference *r, const struct canary_reference *e, int cpu);

/* The processes of a cell that are active at once: 1 where two roles share a CPU. */
int reference_active(const struct planned *p);

/* The readings of a finished invocation, for the history. -ENOMEM. */
int reference_add(struct reference *r, const struct planned *p, const struct outcome *out);

/* The run is over: its readings enter the cache. */
int reference_save(struct reference *r, struct why *w);

/* For run.json: relation_classes and canary_references, with the clocks of the CPUs that a plan uses. */
json_t *reference_classes_json(const struct reference *r);
json_t *reference_entries_json(const struct reference *r, const struct plan *p);

/* At the end of a run, before it is saved, to the entries: "mapping_seen_cycles", what a mapping took most
 * while nobody disturbed, whether windows were held to a level or not. -ENOMEM. */
int reference_seen_json(const struct reference *r, json_t *entries);

#endif
