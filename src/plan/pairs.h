/* SPDX-License-Identifier: MIT */
#ifndef PAIRS_H
#define PAIRS_H
#include "plan/place.h"

/*
 * Words of --place that are many places. Each "pu:os:A+pu:os:B":
 *
 *	all-pairs	every two CPUs, the one of lower logical index as role 0
 *	ordered-pairs	the same and each the other way round: is the machine symmetric?
 *	representatives	in every domain the first two threads of a core, the first two cores under an
 *			L2 and the first two without one; and of every two domains their first CPUs.
 *			A domain is what shares the last cache; where no cache is known a package.
 *
 * Each "node:os:A.core:0.pu:0+node:os:B.core:0.pu:0", by the numbers that --node takes:
 *
 *	node-pairs	every two memory nodes that have CPUs, each way round, and in each node two
 *			of its CPUs, of different cores where it has several
 */
extern const char *const pairs_words[]; /* NULL-ended */

/* Is it one of these words? */
bool pairs_word(const char *word);

/* Call `each` with the name of every pair, in order, until it returns non-zero, which is passed on.
 * CANNOT where this process may use one CPU only, and for node-pairs on a machine with one node. */
typedef int pairs_each(void *arg, const char *place);
int pairs_visit(const struct topology *t, const char *word, pairs_each *each, void *arg,
		struct why *w);

/* The two nodes of a place that node-pairs has made. False for other places. */
bool pairs_nodes(const char *place, unsigned node[2]);

#endif
