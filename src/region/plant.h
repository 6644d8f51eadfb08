/* SPDX-License-Identifier: MIT */
#ifndef PLANT_H
#define PLANT_H
#include "region/region.h"

/*
 * A slowdown of known size, to see whether comparisons find it: only in builds with
 * -DSHMBENCH_PLANT=ON, of which none is to be measured with. There SHMBENCH_PLANT=sysv:140ns in the
 * environment makes every attach of a System V segment spin for 140 ns more. The call and the end of
 * the loop come on top, some 25 ns: what it is compared with has sysv:0ns.
 *
 * ops itself, or the same with a slower attach. A value that is none makes every attach fail.
 */
const struct region_ops *plant(const struct region_ops *ops);

#endif
