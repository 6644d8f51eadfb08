/* SPDX-License-Identifier: MIT */
#ifndef LOOKUP_H
#define LOOKUP_H
#include <stddef.h>
#include <stdint.h>

/*
 * Which elements of an array have this key? Keys are hashes (hash.h), and two things may share one:
 * whoever asks compares what is found. Zeroed by its owner.
 */
struct lookup {
	uint64_t *key; /* of each element */
	size_t *next;  /* another element in its slot */
	size_t *slot;  /* the newest element of each; twice as many as there is room for */
	size_t n, room;
};

#define LOOKUP_NONE SIZE_MAX

/* The next element, number l->n, has this key. -ENOMEM. */
int lookup_add(struct lookup *l, uint64_t key);

/* Elements with this key, the newest first; LOOKUP_NONE: no more. */
size_t lookup_first(const struct lookup *l, uint64_t key);
size_t lookup_next(const struct lookup *l, size_t element);

void lookup_free(struct lookup *l);

#endif
