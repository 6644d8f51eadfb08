/* SPDX-License-Identifier: MIT */
/* What is asked for: names narrow a suite, axes given replace those of its lines. An axis that
 * nothing asked for has is a mistake, not a wish. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "command/run_requests.h"
#include "plan/axis.h"
#include "plan/registry.h"

/* Requests by name, or all benchmarks. */
static int named(const struct run_options *o, struct request **requests, size_t *n, struct why *w)
{
	int err = 0;

	*n = o->names;
	for (size_t i = 0; !o->names && benches[i]; i++)
		++*n;
	*requests = calloc(*n, sizeof **requests);
	if (!*requests)
		return fail(w, ENOMEM, "%zu requests", *n);
	for (size_t i = 0; i < *n && !err; i++) {
		if (o->names)
			err = request_name(&(*requests)[i], o->name[i], w);
		else
			(*requests)[i].bench = benches[i];
	}
	return err;
}

/* Is this request of the suite what a name on the command line means? */
static bool is_named(const struct run_options *o, const struct request *r)
{
	for (size_t k = 0; k < o->names; k++) {
		struct why w = { 0 };
		struct request wanted;

		if (!request_name(&wanted, o->name[k], &w) && r->bench == wanted.bench &&
		    (!wanted.part || !r->part || r->part == wanted.part))
			return true;
	}
	return false;
}

/* Keep the suite's requests that are named. */
static int narrow(const struct run_options *o, struct request *requests, size_t *n, struct why *w)
{
	size_t kept = 0;
	int err = 0;

	for (size_t k = 0; k < o->names && !err; k++) {
		struct request wanted;

		err = request_name(&wanted, o->name[k], w);
	}
	for (size_t i = 0; i < *n && !err; i++) {
		if (is_named(o, &requests[i]))
			requests[kept++] = requests[i];
		else
			request_free(&requests[i]);
	}
	if (err)
		return err;
	*n = kept;
	return kept ? 0 : misused(w, "the suite %s has none of these benchmarks", o->suite->name);
}

/* Does any part, or any channel of it, have this axis? */
static bool has_axis(const struct request *r, enum axis a)
{
	uint32_t channel = AXIS(REGION) | AXIS(PAGE) | AXIS(NODE) | AXIS(DIRECTORY) | AXIS(DEPTH) |
			   AXIS(PUBLISH) | AXIS(WAIT);

	for (const struct part *p = r->bench->parts; p->name; p++)
		if ((!r->part || r->part == p) &&
		    ((p->axes & 1u << a) || ((p->axes & AXIS(CHANNEL)) && (channel & 1u << a))))
			return true;
	return false;
}

static int override(const struct run_options *o, struct request *requests, size_t n, struct why *w)
{
	for (int a = 0; a < AXES; a++) {
		bool used = false;

		for (size_t i = 0; o->axis[a] && i < n; i++) {
			if (!has_axis(&requests[i], (enum axis)a))
				continue;
			/* A rate would make other cells of a suite's closed loops. */
			if (o->suite && a == AXIS_RATE && !requests[i].axis[a])
				continue;
			requests[i].axis[a] = o->axis[a];
			used = true;
		}
		if (o->axis[a] && !used)
			return misused(w, "none of the benchmarks asked for varies by --%s",
				       axis_table[a].option);
	}
	return 0;
}

/* Of the requests that are matrices only: pairs by the thousand are no place of a channel. */
static int represent(struct request *requests, size_t n, struct why *w)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(requests[i].bench->name, "matrix"))
			continue;
		requests[i].axis[AXIS_PLACE] = "representatives";
		any = true;
	}
	return any ? 0 : misused(w, "--representatives is for the benchmark matrix");
}

int run_requests(const struct run_options *o, struct request **requests, size_t *n, struct why *w)
{
	int err = o->suite ? suite_requests(o->suite, requests, n, w) : named(o, requests, n, w);

	if (!err && o->suite && o->names)
		err = narrow(o, *requests, n, w);
	/* Whoever asks for everything does not mean half an hour of pairs. */
	if (!err && (o->representatives || (!o->suite && !o->names)))
		err = represent(*requests, *n, w);
	return err ? err : override(o, *requests, *n, w);
}
