/* SPDX-License-Identifier: MIT */
#ifndef SCRATCH_H
#define SCRATCH_H

/*
 * A directory of a test's own: cmocka's setup and teardown, with its path as *state.
 */
int scratch_make(void **state);
int scratch_remove(void **state); /* with the files in it */

/* Make a file in it, or fail the test. */
void scratch_write(const char *dir, const char *name, const char *contents);

/* The whole file (free() it); NULL when there is none. */
char *scratch_read(const char *dir, const char *name);

#endif
