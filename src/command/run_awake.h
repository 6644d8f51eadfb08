/* SPDX-License-Identifier: MIT */
#ifndef RUN_AWAKE_H
#define RUN_AWAKE_H
#include <stdint.h>
#include "base/fail.h"

/* --cpu-latency: until this process ends no CPU of the machine goes into an idle state that takes longer
 * than `ns` to leave; 0: idle CPUs poll. -EAGAIN and a sentence where that cannot be had. */
int run_stay_awake(uint64_t ns, struct why *w);

#endif
