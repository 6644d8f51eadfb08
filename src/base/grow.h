/* SPDX-License-Identifier: MIT */
#ifndef GROW_H
#define GROW_H
#include <stddef.h>

/*
 * Room for `needed` elements in `array`, a pointer that is NULL or malloc's, with `room` elements so far.
 * Room at least doubles, so that adding one by one takes time in proportion to their number. 0 or -ENOMEM,
 * and then both are as they were.
 */
#define GROW(array, room, needed) grow(&(array), &(room), (needed), sizeof *(array))

/* What GROW calls: `array` is the address of the pointer. */
int grow(void *array, size_t *room, size_t needed, size_t element_bytes);

#endif
