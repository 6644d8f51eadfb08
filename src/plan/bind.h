/* SPDX-License-Identifier: MIT */
#ifndef BIND_H
#define BIND_H
#include "base/fail.h"

/* Bind the calling process to CPUs given as a list, "5" or "0-3,8" (the text of place.cpus), and
 * see that it is so: the affinity is exactly that, and *cpu (OS index) is where the process now
 * runs. Anything less is -errno; a list that is none is -EINVAL. Each role calls it for itself. */
int bind_cpu(const char *cpulist, int *cpu, struct why *w);

#endif
