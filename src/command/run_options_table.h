/* SPDX-License-Identifier: MIT */
#ifndef RUN_OPTIONS_TABLE_H
#define RUN_OPTIONS_TABLE_H
#include <argp.h>
#include <stdbool.h>

/* The options of `run` as argp wants them, for run_options.c. */
enum {
	KEY_AXIS = 0x1000, /* + enum axis */
	KEY_SUITE = 0x2000,
	KEY_BASE,
	KEY_INVOCATIONS,
	KEY_BUDGET,
	KEY_PATIENCE,
	KEY_PRECISION,
	KEY_LEAST,
	KEY_MOST,
	KEY_DEADLINE,
	KEY_CANARY,
	KEY_COUNTERS,
	KEY_CPU_LATENCY,
	KEY_REQUIRE_CALM,
	KEY_DISCARD,
	KEY_SEED,
	KEY_THRESHOLD,
	KEY_VERIFY,
	KEY_REPRESENTATIVES,
	KEY_OUT,
	KEY_RAW,
	KEY_DRY_RUN,
	KEY_LABEL,
	KEY_XML,
	KEY_SYNTHETIC,
	KEY_RESUME,
};

/* The options here, those of the axes, and the end. */
enum { RUN_OPTIONS_MAX = 64 };
void run_options_list(struct argp_option all[RUN_OPTIONS_MAX]);

/* "seed" */
const char *run_options_key_name(int key);

/* May a run that goes on be given it anew? Nothing of it enters the plan. */
bool run_options_key_goes_on(int key);

#endif
