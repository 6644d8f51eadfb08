/* SPDX-License-Identifier: MIT */
#ifndef RELATIONS_H
#define RELATIONS_H
#include "record/reader.h"
#include "record/reference.h"

/*
 * What the two CPUs of a pair were to each other over a run, how often, and how often that was on
 * a calm machine: from windows.csv and run.json. In a guest a relation is a class of cache-line
 * times and its number says nothing: here it gets its time, and the words for what takes as long.
 */
enum { RELATIONS_MAX = 16 };

struct relation {
	char name[RELATION_MAX]; /* as in the rows; "" with one role, "mixed" between two */
	size_t windows, calm;
	double class_low, class_high; /* bounds in run.json, ns; NAN: no class */
	double low, high;             /* the middle half of its cache-line times; NAN: none */
	double adds;                  /* the canaries' reference in it; NAN: none */
};

struct relations {
	struct relation seen[RELATIONS_MAX];
	size_t n;
	size_t windows, calm; /* of all */
	bool gated;           /* calm windows were told from others */
	bool fresh;           /* by a reference of the seconds before the run */
	double alone;         /* the reference of a CPU with one role; NAN: none */
};

int relations_read(struct relations *r, const struct reader *run, struct why *w);

/* NULL: it was not seen. */
const struct relation *relations_find(const struct relations *r, const char *name);

/* "between CPUs like two cores under one cache: r2, 49 to 53 ns a cache line", in buf, which is returned;
 * "" with one role. */
const char *relations_text(const struct relations *r, const char *name, char *buf, size_t len);

#endif
