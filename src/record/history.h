/* SPDX-License-Identifier: MIT */
#ifndef HISTORY_H
#define HISTORY_H
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/fail.h"

/*
 * The machine's own canary readings of the last day, in CACHE/canaries.json: what a reference is
 * made from, so that a run which is contended from end to end can tell. Only readings are kept;
 * what follows from them is worked out anew each time. Parent only.
 */
#define HISTORY_BATCH   500 /* readings that one run adds of a kind */
#define HISTORY_BATCHES 32  /* that are kept of a kind: the newest */
#define HISTORY_AGE_S   86400

struct canary_reading {
	double adds_per_cycle, chain_ghz;
	double line_ns;        /* between two roles; NAN with one */
	double mapping_cycles; /* with one role; NAN with two */
	double pair;           /* of which CPUs line_ns is: canary_pair(); NAN with one */
	double cpu;            /* OS index */
};

/* Two CPUs, by OS index, as one whole number, which is not 0; and back. */
double canary_pair(int cpu0, int cpu1);
void canary_pair_cpus(double pair, int cpu[2]);

/*
 * What moves by itself and readings are compared with is kept from run to run, so that their absolute
 * times are of one clock, of one level of the kernel and of one distance: levels. One stays until another one has
 * so many times its readings, or its weight.
 */
#define HISTORY_MANY 2

/*
 * At what a CPU runs while so many roles are active. In a guest its CPUs are moved between cores of two
 * clocks, every some minutes (seen: 3.63 and 3.72 GHz), and elsewhere some cores boost higher than others.
 * A CPU has several; the one that runs are held to is kept until another one has twice its weight, which is
 * how often it was seen of late.
 */
struct clock_level {
	int roles, cpu;
	double ghz;
	double weight; /* when it was seen last; it halves every HISTORY_HALVED_S */
	int64_t seen;  /* wall clock, s */
	bool kept;
};
#define HISTORY_CLOCKS   256 /* beyond that the oldest goes */
#define HISTORY_HALVED_S 900

/* What a cache line takes between two CPUs, and which they are. Pairs that share the same things
 * differ by how far they are apart on the chip, so each has a level of its own; and in a guest one for
 * every class that it has been in. */
struct line_level {
	double pair, ns;
};
#define HISTORY_LINES 64 /* the last that were settled */

/* Whose readings they are. */
struct canary_kind {
	int core;          /* kind of core, place.h */
	int roles;         /* active at once */
	char relation[16]; /* off guests what the two CPUs share; else "" */
};

struct batch {
	struct canary_kind kind;
	int64_t taken;        /* wall clock, s */
	double mapping_level; /* cycles; 0: not settled */
	struct canary_reading *reading;
	size_t n;
};

struct history {
	char path[PATH_MAX]; /* "": in memory only */
	char model[128];     /* of the CPU: readings of another one are not ours */
	struct batch *batch; /* oldest first */
	size_t n;
	struct line_level line[HISTORY_LINES]; /* settled */
	size_t lines;
	struct clock_level clock[HISTORY_CLOCKS]; /* settled */
	size_t clocks;
};

/* Read DIR/canaries.json (dir NULL: nothing) at the time `now`. A file that is damaged, foreign or
 * not there is an empty history; for a damaged one `warning` says so. -ENOMEM. */
int history_open(struct history *h, const char *dir, const char *model, int64_t now,
		 struct why *warning);
void history_close(struct history *h);

/* Copy readings in: evenly spaced ones where there are more than HISTORY_BATCH. -ENOMEM. */
int history_add(struct history *h, const struct batch *b);

/* Forget the readings of a kind, and the clocks of their CPUs. */
void history_forget(struct history *h, const struct canary_kind *k);

/* The level of the life of a mapping of a kind, in cycles: what the newest batch that has one says; 0: none. */
double history_mapping(const struct history *h, const struct canary_kind *k);
void history_settle_mapping(struct history *h, const struct canary_kind *k, double cycles);

/* The level of a CPU's clock that is kept; 0: none. */
double history_clock(const struct history *h, int roles, int cpu);

/* Those of the CPUs of a batch are no longer known. */
void history_forget_clocks(struct history *h, const struct batch *b);

/* A CPU ran at a rate, roles, cpu, ghz and weight of `level`, at its `seen`; rates within a share are one
 * level. */
void history_saw_clock(struct history *h, const struct clock_level *level, double share);

/* The level of a pair that lies from low to high, ns; 0: none is settled. */
double history_line(const struct history *h, double pair, double low, double high);
void history_settle_line(struct history *h, double pair, double low, double high, double ns);

/* Replace the file. */
int history_save(const struct history *h, struct why *w);

int canary_kind_same(const struct canary_kind *a, const struct canary_kind *b);

#endif
