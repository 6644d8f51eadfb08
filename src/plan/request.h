/* SPDX-License-Identifier: MIT */
#ifndef REQUEST_H
#define REQUEST_H
#include "plan/plan.h"

/*
 * What a user asks for: a benchmark (or one part of it) and lists of axis values, as text. A
 * suite is a table of such requests, written as a user would type them.
 */
struct request {
	const struct bench *bench;
	const struct part *part; /* NULL: all parts */
	const char *axis[AXES];  /* the list given; NULL: the default */
	char *line;              /* what axis points into; NULL when that is somebody else's */
};

/* Everything that a plan is made from. */
struct wish {
	struct request *request;
	size_t requests;
	const char *const *directories; /* NULL-ended; where file regions live */
	const char *base;               /* "sysv", "pipe", "ring/memfd"; NULL: sysv and ring/sysv */
	unsigned blocks;
	bool verify;
	bool outline; /* for its expected time only: limits and file systems are not looked at */
	const struct topology *topology;
};

/* "attach" or "attach/life" -> bench and part. Unknown: misused(), naming the accepted ones. */
int request_name(struct request *r, const char *text, struct why *w);

/* "attach/life --state fresh --size 4K,64M", as in suites. */
int request_parse(struct request *r, const char *line, struct why *w);

/* What request_parse allocated. A plan that was made from it stands alone. */
void request_free(struct request *r);

/* A malloc'ed array of requests. */
void requests_free(struct request *requests, size_t n);

/* Make the plan. Values that are none are errors (-EINVAL); cells that cannot run here are in the
 * plan with their reason. Text that cells refer to stays owned by the wish; the plan owns the
 * rest until plan_free. */
int plan_make(struct plan *p, const struct wish *wish, struct why *w);
void plan_free(struct plan *p);

/* plan/group.c: set group and base of every cell. For plan_make. */
int plan_group(struct plan *p, const char *base, struct why *w);

#endif
