/* SPDX-License-Identifier: MIT */
#ifndef RUN_JSON_ROOT_H
#define RUN_JSON_ROOT_H
#include "record/run_json.h"

/* The contents of run.json, for run_json.c: new references, the caller's; NULL: no memory. */
#define RUN_JSON_SCHEMA "shmbench.run.v1"

json_t *run_json_root(const struct run_facts *f);

/* What the end of the run brings: said to be absent instead of left out. */
void run_json_set_absent(json_t *root);

json_t *run_json_clock(const struct clock_quality *c);
json_t *run_json_words(char *const *word, int n);

/* Which boot of this machine it is; null where that is not known. */
json_t *run_json_boot(void);

#endif
