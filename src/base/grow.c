/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"

enum { FIRST = 8 };

int grow(void *array, size_t *room, size_t needed, size_t element_bytes)
{
	size_t more = 2 * *room > needed ? 2 * *room : needed, bytes;
	void *old, *grown;

	if (needed <= *room)
		return 0;
	if (more < FIRST)
		more = FIRST;
	if (__builtin_mul_overflow(more, element_bytes, &bytes))
		return -ENOMEM;
	memcpy(&old, array, sizeof old); /* a pointer to whatever it is */
	grown = realloc(old, bytes);
	if (!grown)
		return -ENOMEM;
	memcpy(array, &grown, sizeof grown);
	*room = more;
	return 0;
}
