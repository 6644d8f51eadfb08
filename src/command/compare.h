/* SPDX-License-Identifier: MIT */
#ifndef COMMAND_COMPARE_H
#define COMMAND_COMPARE_H
#include <stdint.h>
#include <stdio.h>
#include "command/style.h"
#include "record/contrast.h"
#include "record/environment.h"

/*
 * `compare` in three parts: what is compared (compare.c; two programs: interleave.c), the table
 * for people (compare_table.c, its words in compare_words.c) and the JSON (compare_json.c).
 */
struct compare_options {
	const char *base, *new; /* run directories, or programs */
	struct contrast_wish wish;
	uint32_t across; /* bits by enum environment_word */
	bool strict, force, json;
	bool interleave;
	enum style_colour colour;
	char *const *run_options; /* of argv, after "--"; NULL: none was there */
	int run_words;
};

/* Everything there is to tell, whichever way it came about. */
struct comparison_report {
	const struct compare_options *options;
	const struct run_rows *base, *new;
	const struct environment *environment;
	const struct contrast *contrast; /* NULL: refused, because of the environment */
	int status;                      /* what the program will end with */
};

/* What differs between the environments, on f; nothing where they agree. */
void compare_environment(const struct comparison_report *r, FILE *f);

/* -ENOMEM. */
int compare_table(const struct comparison_report *r, struct why *w);
int compare_json(const struct comparison_report *r, struct why *w);

/* Says it all and returns the exit status: after both sides have been read. */
int compare_conclude(const struct compare_options *o, const struct run_rows *base,
		     const struct run_rows *new);

/* Run both programs block by block and compare; the exit status. */
int interleave(const struct compare_options *o);

#endif
