/* SPDX-License-Identifier: MIT */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/fail.h"

/*
 * In what the machines of two runs, or the programs, differ. What moves numbers by itself has a
 * word, and a comparison across it must be meant; the rest is worth a note.
 */
enum environment_word {
	ENVIRONMENT_KERNEL,
	ENVIRONMENT_CPU,
	ENVIRONMENT_THP,
	ENVIRONMENT_TOPOLOGY,
	ENVIRONMENT_VERSION,
	ENVIRONMENT_WORDS, /* number of words; as a word: a note */
};

struct environment_difference {
	enum environment_word word;
	const char *what; /* "shmem_thp" */
	char in_base[300], in_new[300];
	bool accepted; /* by --across, or a note */
};

enum { ENVIRONMENT_MAX = 24 };

struct environment {
	struct environment_difference difference[ENVIRONMENT_MAX];
	unsigned n;
	unsigned refused; /* that are not accepted */
};

/* "kernel", ...; "" for a note. */
const char *environment_word(enum environment_word word);

/* "kernel,version" -> bits, added to *across. -EINVAL names the words. */
int environment_across(const char *text, uint32_t *across, struct why *w);

/* Two run.json. -ENOMEM. */
struct environment_pair {
	const json_t *base, *new;
	uint32_t across; /* what may differ: bits by environment_word */
};
int environment_compare(struct environment *e, const struct environment_pair *p, struct why *w);

#endif
