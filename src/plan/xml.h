/* SPDX-License-Identifier: MIT */
#ifndef XML_H
#define XML_H
#include <stddef.h>
#include "base/fail.h"

/* A topology's file as it stands. */
struct xml {
	const char *path; /* for sentences */
	char *text;
	size_t len;
};

/* Read a file whole, a pipe or standard input ("-") too. -EINVAL (misused) for what cannot be
 * read. Not parsed: that is hwloc's. */
int xml_open(struct xml *x, const char *path, struct why *w);
void xml_close(struct xml *x);

/* -EINVAL: this is no topology. */
int xml_refused(const struct xml *x, struct why *w);

#endif
