/* SPDX-License-Identifier: MIT */
#ifndef FINDINGS_H
#define FINDINGS_H
#include "record/reader.h"
#include "report/relations.h"
#include "report/rows.h"

/*
 * What a run says, in sentences. Each is made from rows of this run and is only said where they
 * show it: no row, no sentence. Causes are named where faults per page prove them, else left open.
 */
struct findings {
	char (*sentence)[600];
	size_t n;
};

struct findings_source {
	const struct rows *rows;
	const struct relations *relations;
};

int findings_make(struct findings *f, const struct findings_source *s, struct why *w);
void findings_free(struct findings *f);

/* Append what run.json says of the clocks. */
int findings_clock(struct findings *f, const struct reader *run, struct why *w);

/* That a host takes part in system calls, and that a mapping is dearer beside a process on the other CPU,
 * where it is so; last but for the flags. */
int findings_host(struct findings *f, const struct rows *r, struct why *w);

/* The rest is for the files that make sentences. Append one; -ENOMEM. */
__attribute__((format(printf, 3, 4))) int findings_say(struct findings *f, struct why *w,
						       const char *fmt, ...);

/* Those about messages, of the relation that was seen most; it is named. */
int findings_messages(struct findings *f, const struct findings_source *s, struct why *w);

/* Does the interval of a ratio leave 1 out? Without an interval nothing is shown. */
bool findings_differ(const struct row *r);

/* Those about page faults; about latency under load; about names, crowds and ways to populate; about
 * how much more several processes do at once than one. */
int findings_faults(struct findings *f, const struct rows *r, struct why *w);
int findings_crowd(struct findings *f, const struct rows *r, struct why *w);
int findings_scaling(struct findings *f, const struct rows *r, struct why *w);
int findings_load(struct findings *f, const struct rows *r, struct why *w);

/* Which pair of CPUs is nearest and which furthest, of `matrix`. */
int findings_matrix(struct findings *f, const struct rows *r, struct why *w);

/* Those about which memory node everything is on, of `--place node-pairs --node each`. */
int findings_nodes(struct findings *f, const struct rows *r, struct why *w);

#endif
