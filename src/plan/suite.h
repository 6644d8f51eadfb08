/* SPDX-License-Identifier: MIT */
#ifndef SUITE_H
#define SUITE_H
#include <stdint.h>
#include "plan/request.h"

/* A named set of requests: data, so that `list suites` shows exactly what will run. */
struct suite {
	const char *name;
	const char *about;
	unsigned blocks;
	uint64_t budget_ns;         /* wall time at which no further block begins */
	const char *const *request; /* lines for request_parse, NULL-ended */
};

extern const struct suite suites[]; /* ends with a NULL name */

const struct suite *suite_find(const char *name);

/* The requests of a suite, malloc'ed. */
int suite_requests(const struct suite *s, struct request **requests, size_t *n, struct why *w);

/* The outline of a suite's plan, for its expected time. */
int suite_outline(struct plan *p, const struct suite *s, const struct topology *t,
		  const char *const directories[], struct why *w);

#endif
