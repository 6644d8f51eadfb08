/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include "base/lookup.h"

static size_t *slot_of(const struct lookup *l, uint64_t key)
{
	return &l->slot[key & (2 * l->room - 1)];
}

static void link_in(struct lookup *l, size_t element)
{
	size_t *slot = slot_of(l, l->key[element]);

	l->next[element] = *slot;
	*slot = element;
}

static int grow(struct lookup *l)
{
	size_t room = l->room ? 2 * l->room : 64;
	uint64_t *key = realloc(l->key, room * sizeof *key);

	if (key)
		l->key = key;
	size_t *next = realloc(l->next, room * sizeof *next);
	if (next)
		l->next = next;
	size_t *slot = realloc(l->slot, 2 * room * sizeof *slot);
	if (slot)
		l->slot = slot;
	if (!key || !next || !slot)
		return -ENOMEM;
	l->room = room;
	for (size_t i = 0; i < 2 * room; i++)
		slot[i] = LOOKUP_NONE;
	for (size_t i = 0; i < l->n; i++)
		link_in(l, i);
	return 0;
}

int lookup_add(struct lookup *l, uint64_t key)
{
	if (l->n == l->room && grow(l))
		return -ENOMEM;
	l->key[l->n] = key;
	link_in(l, l->n++);
	return 0;
}

static size_t follow(const struct lookup *l, size_t element, uint64_t key)
{
	while (element != LOOKUP_NONE && l->key[element] != key)
		element = l->next[element];
	return element;
}

size_t lookup_first(const struct lookup *l, uint64_t key)
{
	return l->n ? follow(l, *slot_of(l, key), key) : LOOKUP_NONE;
}

size_t lookup_next(const struct lookup *l, size_t element)
{
	return follow(l, l->next[element], l->key[element]);
}

void lookup_free(struct lookup *l)
{
	free(l->key);
	free(l->next);
	free(l->slot);
	*l = (struct lookup){ .n = 0 };
}
