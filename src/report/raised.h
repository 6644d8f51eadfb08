/* SPDX-License-Identifier: MIT */
#ifndef RAISED_H
#define RAISED_H
#include "report/rows.h"

/*
 * The flags of a run, counted over its rows. One that nearly every row carries says something of
 * the machine and nothing of a row: it is told once and left out of the tables' column.
 */
struct raised_flag {
	char name[32];
	size_t rows;
};

struct raised {
	struct raised_flag flag[24];
	size_t n;    /* different flags, the most frequent first */
	size_t rows; /* with a value */
};

void raised_count(struct raised *f, const struct rows *r);

/* More than nine rows in ten, of at least twenty. */
bool raised_everywhere(const struct raised *f, const char *name);

/* The flags of a row but for those that are raised everywhere, and but for what
 * the tables say in a column of its own: not_calm, and gate_thin with it, in buf, which is returned. */
const char *raised_text(const struct raised *f, const struct row *r, char *buf, size_t len);

#endif
