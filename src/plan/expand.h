/* SPDX-License-Identifier: MIT */
#ifndef EXPAND_H
#define EXPAND_H
#include "plan/request.h"

/* The steps of plan_make, for the files of this folder. */

/* Add the cells of one request to the plan; cells that are there already are not added again. */
int plan_expand(struct plan *p, const struct wish *wish, const struct request *r, struct why *w);

/* Can this cell run here? p->status says whether its place was found. CANNOT names what is in the way; -EINVAL what a user
 * typed wrongly, which comes first. */
int plan_fits(const struct planned *p, struct why *w);

#endif
