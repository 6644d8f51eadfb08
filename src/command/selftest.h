/* SPDX-License-Identifier: MIT */
#ifndef SELFTEST_H
#define SELFTEST_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/fail.h"

/*
 * What the program finds out about itself: whether it computes, reads and costs what it should. A
 * check is one line; one that cannot be made here is skipped with the reason and fails nothing.
 */
enum outcome_of_check { CHECK_OK, CHECK_FAILED, CHECK_SKIPPED };

struct selftest {
	bool json, simulate;
	uint64_t runs; /* --aa; 0: no */
	uint64_t pause_ns;
	uint64_t seed, repetitions;
	json_t *rows; /* with json */
	unsigned count[3];
};

/* Print a check, or keep it for the JSON. `evidence` has the numbers. */
__attribute__((format(printf, 4, 5))) void
selftest_check(struct selftest *s, const char *name, enum outcome_of_check o, const char *fmt, ...);

void selftest_statistics(struct selftest *s); /* selftest_reference.c */
void selftest_machine(struct selftest *s);    /* selftest_machine.c: clock, canaries */
void selftest_gate(struct selftest *s);       /* selftest_gate.c: some 12 s */
void selftest_overhead(struct selftest *s);   /* selftest_overhead.c */

/* The exit status; 0, or -errno with a sentence. */
int selftest_simulate(struct selftest *s, struct why *w); /* selftest_simulate.c */
int selftest_aa(struct selftest *s, struct why *w);       /* selftest_aa.c */

#endif
