/* SPDX-License-Identifier: MIT */
#ifndef RANDOM_H
#define RANDOM_H
#include <stddef.h>
#include <stdint.h>

/*
 * A small seeded generator: the order of a run must be reproducible from the seed in run.json on
 * any C library. splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014).
 */
struct random {
	uint64_t state;
};

uint64_t random_next(struct random *r);

/* Uniform in [0, below), below > 0, without modulo bias. */
uint64_t random_below(struct random *r, uint64_t below);

/* order[0..n) becomes a random permutation of 0..n-1 (Fisher and Yates). */
void random_order(struct random *r, uint32_t *order, size_t n);

#endif
