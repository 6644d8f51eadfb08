/* SPDX-License-Identifier: MIT */
#ifndef FILESYSTEM_H
#define FILESYSTEM_H
#include "base/fail.h"

/* The type of the file system that a directory is on, as the kernel names it ("ext4", "tmpfs"),
 * malloc'ed. Fails for what is no directory or cannot be written, with a sentence for the user. */
int filesystem_of(const char *directory, char **type, struct why *w);

#endif
