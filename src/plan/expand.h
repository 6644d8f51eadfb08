/* SPDX-License-Identifier: MIT */
#ifndef EXPAND_H
#define EXPAND_H
#include "plan/request.h"

/* The steps of plan_make, for the files of this folder. */

/* Add the cells of one request to the plan; cells that are there already are not added again. */
int plan_expand(struct plan *p, const struct wish *wish, const struct request *r, struct why *w);

/* Add a cell whose place has been looked for (status, why), unless it is there already or its part has
 * no such state. What it cannot run for goes into its status; -EINVAL is what a user typed wrongly. */
int plan_add(struct plan *p, const struct wish *wish, struct planned *new, struct why *w);

/* Can this cell run here? p->status says whether its place was found. CANNOT names what is in the
 * way; -EINVAL what a user typed wrongly, which comes first. */
int plan_fits(const struct planned *p, struct why *w);

/* And on the memory nodes that it got? CANNOT names the one that lacks pages. */
int plan_nodes_fit(const struct planned *p, struct why *w);

#endif
