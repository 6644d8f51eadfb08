/* SPDX-License-Identifier: MIT */
/* How much more do several processes do at once than one does alone? */
#include <stdio.h>
#include <string.h>
#include "report/findings.h"
#include "report/pick.h"

/* Do they differ in nothing but how many there were? */
static bool same_but_processes(const struct row *a, const struct row *b)
{
	return row_same_but(a, b, AXIS(PROCESSES)) &&
	       !strcmp(row_text(a, SUMMARY_relation), row_text(b, SUMMARY_relation));
}

/* What one alone did; NULL: nobody asked. */
static const struct row *alone(const struct pick *p, const struct row *many)
{
	for (const struct row *row = many->with[SHARED_PLACE].first; row;
	     row = row->with[SHARED_PLACE].next)
		if (row_picked(row, p) && row_axis_number(row, AXIS_PROCESSES) == 1 &&
		    same_but_processes(row, many))
			return row;
	return NULL;
}

static uint64_t most_processes(const struct rows *r, const struct pick *p)
{
	uint64_t most = 1;

	for (size_t i = 0; i < r->n; i++) {
		uint64_t n = row_axis_number(&r->row[i], AXIS_PROCESSES);

		if (row_picked(&r->row[i], p) && n > most)
			most = n;
	}
	return most;
}

/* "1.1 in sysv fresh (contended)" */
static void growth_text(const struct row *many, const struct row *one, char buf[400])
{
	char name[200], times[32], axes[80];
	double grown = row_number(many, SUMMARY_median) / row_number(one, SUMMARY_median);

	row_mechanism(many, name, sizeof name);
	row_axes(many, many->varying & ~AXIS(PROCESSES), axes, sizeof axes);
	snprintf(buf, 400, "%s in %s%s%s%s", digits_text(grown, times, sizeof times), name,
		 *axes ? " " : "", axes,
		 row_contended(many) || row_contended(one) ? " (contended)" : "");
}

/* "1.1 in sysv, 1.9 in memfd", of those of which there were `most`, as many as fit, then ", ...";
 * false where nobody is. */
static bool growth(const struct rows *r, const struct pick *p, uint64_t most, char *buf, size_t len)
{
	static const char more[] = ", ...";
	size_t used = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct row *many = &r->row[i];
		const struct row *one =
			row_picked(many, p) && row_axis_number(many, AXIS_PROCESSES) == most
				? alone(p, many)
				: NULL;
		char text[400];

		if (!one)
			continue;
		growth_text(many, one, text);
		if (used + strlen(text) + 2 + sizeof more > len) {
			snprintf(buf + used, len - used, "%s", more);
			return true;
		}
		used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? ", " : "", text);
	}
	return used;
}

static int say(struct findings *f, const struct rows *r, const char *metric, const char *what,
	       struct why *w)
{
	struct pick p = { .benchmark = "crowd", .metric = metric };
	uint64_t most = most_processes(r, &p);
	char text[440];

	if (most == 1 || !growth(r, &p, most, text, sizeof text))
		return 0;
	return findings_say(f, w, "%ju %s have together so many times the rate of one: %s.",
			    (uintmax_t)most, what, text);
}

int findings_scaling(struct findings *f, const struct rows *r, struct why *w)
{
	int err = say(f, r, "attach-one-rate", "processes that attach and detach one object", w);

	if (!err)
		err = say(f, r, "attach-own-rate",
			  "processes that attach and detach an object of their own each", w);
	if (!err)
		err = say(f, r, "touch-rate",
			  "processes that touch parts of one region for the first time", w);
	return err ? err : say(f, r, "pair-rate", "pairs that send messages", w);
}
