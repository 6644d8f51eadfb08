/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_JSON_H
#define MACHINE_JSON_H
#include <jansson.h>

/* The state of the machine now, as run.json keeps it: {"kernel": "...", ...}, a text for each of
 * machine_items; what cannot be read is "unavailable: " and the reason. The caller owns it; NULL
 * without memory. Parent, before the first block. */
json_t *machine_json(void);

#endif
