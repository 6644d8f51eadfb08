/* SPDX-License-Identifier: MIT */
#ifndef TINT_H
#define TINT_H
#include <stdbool.h>
#include <stdio.h>

/*
 * The colours of the terminal, by what they mean. Whoever prints decides whether there are any:
 * a text that is not for a terminal has none.
 */
enum tint {
	TINT_NONE,
	TINT_GOOD,     /* green */
	TINT_BAD,      /* red */
	TINT_DOUBTFUL, /* yellow */
	TINT_DIM,
	TINT_STRONG, /* a heading */
};

/* What switches it on and off again; "" for TINT_NONE. */
const char *tint_begin(enum tint t);
const char *tint_end(enum tint t);

/* A text in its colour where `colour`, else as it is. */
void tint_print(FILE *f, bool colour, enum tint t, const char *text);

#endif
