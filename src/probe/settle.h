/* SPDX-License-Identifier: MIT */
#ifndef SETTLE_H
#define SETTLE_H
#include "base/fail.h"

/*
 * After this every page that a process has of its own, of code, data and stack, is mapped, and no
 * longer shared with the process that it was forked from: none of them faults in a window. Shared
 * memory is left as it is.
 *
 * In every role before its windows, and again in a process that has forked: fork(2) makes what is
 * private copy on write in both. Takes some 0.2 ms. -errno and a sentence without /proc.
 */
int settle_process(struct why *w);

#endif
