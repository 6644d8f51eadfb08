/* SPDX-License-Identifier: MIT */
/* splitmix64, and what is drawn from it. */
#include "base/random.h"

uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t random_below(struct random *r, uint64_t below)
{
	/* 2^64 mod below: draws under it would make small results more likely. */
	uint64_t unfair = -below % below, v;

	do
		v = random_next(r);
	while (v < unfair);
	return v % below;
}

void random_order(struct random *r, uint32_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t j = random_below(r, i + 1);

		order[i] = order[j];
		order[j] = (uint32_t)i;
	}
}
