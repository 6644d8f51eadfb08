/* SPDX-License-Identifier: MIT */
#ifndef REGISTRY_H
#define REGISTRY_H
#include "bench.h"

/* Everything the program can measure, each list NULL-ended, in list.def order. */
extern const struct region_ops *const regions[];
extern const struct channel_ops *const channels[];
extern const struct bench *const benches[];

/* By the user's word; NULL when there is none. */
const struct region_ops *registry_region(const char *name);
const struct channel_ops *registry_channel(const char *name);
const struct bench *registry_bench(const char *name);
/* One of those that no user can ask for, HIDDEN in bench/list.def. */
const struct bench *registry_hidden(const char *name);
const struct part *registry_part(const struct bench *b, const char *name);

/* Is every required hook there? Called once at start-up; the sentence names the plug-in and the
 * hook. */
int registry_check(struct why *w);

#endif
