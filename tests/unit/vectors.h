/* SPDX-License-Identifier: MIT */
#ifndef VECTORS_H
#define VECTORS_H
#include <stdbool.h>
#include <stddef.h>

/*
 * The reference cases of vectors/: what vectors/generate.R wrote, read back.
 */
enum { VECTOR_GROUPS = 4, VECTOR_VALUES = 128 };

struct vector {
	char name[64]; /* "shift.txt:17", for messages */
	size_t groups, n[VECTOR_GROUPS];
	double v[VECTOR_GROUPS][VECTOR_VALUES];
};

typedef void vector_check(const struct vector *v);

/* Calls check for each case of vectors/<topic>.txt; fails the test when there are fewer than
 * `least` of them or one does not have so many groups. */
void vectors_each(const char *topic, size_t groups, size_t least, vector_check *check);

/* Fails the test unless they agree within tolerance * max(1, |expected|); NAN agrees with NAN. */
void assert_near(double actual, double expected, double tolerance, const char *what);

/* To the 1e-9 that all estimators agree with R to. */
#define AGREE 1e-9

#endif
