/* SPDX-License-Identifier: MIT */
#ifndef WRITE_H
#define WRITE_H
#include <stddef.h>

/* All of it, however many calls of write(2) that takes; else -errno, and some of it may be there. */
int write_whole(int fd, const void *bytes, size_t len);

#endif
