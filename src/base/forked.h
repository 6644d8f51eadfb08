/* SPDX-License-Identifier: MIT */
#ifndef FORKED_H
#define FORKED_H
#include <stddef.h>
#include <sys/types.h>
#include "base/fail.h"

/* In a child, first of all: it is killed when its parent ends (prctl(2), PR_SET_PDEATHSIG). `parent` is
 * what the parent called itself before fork(2): it may have ended already. */
void forked_die_with(pid_t parent);

/* fork(2) failed with err when `have` of `wanted` processes were there. CANNOT where that is a limit,
 * which the sentence names. */
int forked_no_more(size_t have, size_t wanted, int err, struct why *w);

#endif
