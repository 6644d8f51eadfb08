/* SPDX-License-Identifier: MIT */
#ifndef RUN_UNAVAILABLE_H
#define RUN_UNAVAILABLE_H
#include "command/run_options.h"
#include "record/counted.h"
#include "record/run_json.h"
#include "record/steal.h"

/*
 * What this machine cannot give, each with its reason, for run.json; and whether there is anything
 * to count in counted invocations. It stays in place for as long as the list is used.
 */
enum { UNAVAILABLE_MAX = 4 + EVENTS + 1 };

struct run_unavailable {
	struct unavailable list[UNAVAILABLE_MAX + 1];
	bool counting; /* there is, and it is wanted */
	struct why no_pressure;
	struct counted_missing missing[EVENTS + 1];
};

/* steal: open. */
void run_unavailable_find(struct run_unavailable *u, enum counters_wish wish,
			  const struct steal *steal);

#endif
