/* SPDX-License-Identifier: MIT */
#ifndef CONTRAST_H
#define CONTRAST_H
#include "analyse/judge.h"
#include "record/run_rows.h"

/*
 * Two runs row by row: which rows there are in both, which values of them may be compared, and
 * what is said of each. Reads nothing and prints nothing. Parent only.
 *
 * Calm values are compared with calm ones only. Where neither run told calm windows from others,
 * and where only one of them did, all values of both are compared: the two kinds are never mixed.
 */
struct contrast_wish {
	double threshold;
	const char *metric; /* METRIC or BENCHMARK/METRIC, headline or not; NULL: headlines */
	bool paired;        /* blocks of the two ran side by side */
	bool across_kernel; /* the kernel is what is meant to differ */
};

/* Which values a row was judged by. */
enum used {
	USED_CALM,
	USED_ALL,
	USED_RELATIVE, /* all, each divided by a bound of the same block: there were not enough
			* calm ones */
};

struct contrast_row {
	const struct run_row *base, *new;
	enum used used;
	const char *bound;        /* USED_RELATIVE: "bounds/syscall" */
	const char *explained_by; /* of contest.explained: "bounds/zero-page", "cache_line_ns" */
	bool not_calm;            /* paired: too few pairs of calm values, so all pairs */
	double base_median, new_median; /* of the values used, never relative */
	struct contest contest;
	struct finding finding;
	double *room; /* of the values */
};

/* A row that is not in both, or that has a value in one only, or another kind of value in either:
 * runs of before and after a metric became of_events are not compared in it. */
struct contrast_only {
	const struct run_row *row, *other; /* other: NULL, or without a value, or of that kind */
	bool in_new;                       /* row is of the new run, else of the base */
};

struct contrast {
	const struct run_rows *base, *new;
	struct contrast_wish wish;
	bool gated; /* both were */
	struct contrast_row *row;
	size_t n;
	struct contrast_only *only;
	size_t onlies;
	size_t absent; /* in both, without a value in either */
};

/* The runs stay the caller's and must outlive *c. -EINVAL for a metric that neither has. */
int contrast_make(struct contrast *c, const struct run_rows *base, const struct run_rows *new,
		  const struct contrast_wish *wish, struct why *w);
void contrast_free(struct contrast *c);

/* How many rows have a verdict of these: by the word of the summary's column. */
size_t contrast_count(const struct contrast *c, enum verdict column);

/* Why the row is not compared with `other`: its reason, or what its windows are worth; NULL: none. */
const char *contrast_only_reason(const struct contrast_only *o);

/* "calm", "all", "relative". */
const char *contrast_used(enum used u);

#endif
