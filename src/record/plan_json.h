/* SPDX-License-Identifier: MIT */
#ifndef PLAN_JSON_H
#define PLAN_JSON_H
#include <jansson.h>
#include "plan/plan.h"

/* What run.json says of a plan: cells, groups and blocks. NULL: no memory. */
json_t *plan_json(const struct plan *plan);

/* Beside the cells' own status: what was left out, in one place. */
json_t *plan_json_skipped(const struct plan *plan);

#endif
