/* SPDX-License-Identifier: MIT */
#ifndef AXIS_H
#define AXIS_H
#include "bench.h"

/*
 * The axes as data: one table drives the options of `run`, the cell columns of every CSV file,
 * `list axes`, the keys of run.json and the plan that a worker receives.
 */
enum axis_type {
	AXIS_WORD,   /* one of `words`; an enum in the cell */
	AXIS_BYTES,  /* units_size */
	AXIS_NUMBER, /* units_count */
	AXIS_LOAD,   /* units_rate, or units_whole_percent of a peak: RATE_PERCENT of bench.h */
	AXIS_TEXT,   /* place, node, directory: a string in the cell */
	AXIS_PLUGIN, /* region, channel: a registry name */
};

struct axis_info {
	const char *option; /* "size": --size, and the key in run.json */
	const char *column; /* "size_bytes": the CSV column */
	enum axis_type type;
	const char *const *words; /* AXIS_WORD: accepted values in enum order, NULL-ended */
	const char *standard; /* the default, as a user would type it; NULL: depends, see plan.c */
	const char *about;    /* one line for --help */
	size_t offset;        /* of the field in struct cell */
};

extern const struct axis_info axis_table[AXES];

/* The value of one axis as text: as in CSV (sizes in bytes), "" where the cell does not have it.
 * In buf or static; never NULL. */
const char *axis_text(const struct cell *c, enum axis a, char *buf, size_t len);

/* Set one axis of a cell from such text, and its bit in `has`. TEXT values are not copied. */
int axis_set(struct cell *c, enum axis a, const char *text, struct why *w);

/* For lookup.h: cells of one part that agree in these axes, AXIS_... bits, have the same key. */
uint64_t axis_key(const struct cell *c, uint32_t axes);

#endif
