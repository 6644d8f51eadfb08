/* SPDX-License-Identifier: MIT */
/* Latency under load: what the tail does as the rate grows, and where the channel cannot follow. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "report/findings.h"

/* Of one mechanism in one relation: cells that differ in nothing but the rate. NULL: none. */
struct sweep {
	const struct row *least, *most; /* response, not saturated */
	const struct row *saturated;    /* the lowest rate that is */
	char who[400];
};

static bool is_response(const struct row *r)
{
	const char *region = row_axis(r, AXIS_REGION);

	return row_has_value(r) && !strcmp(row_benchmark(r), "latency") &&
	       !strcmp(row_metric(r), "response") && *row_text(r, SUMMARY_p99) &&
	       (!*region || !strcmp(region, "sysv"));
}

static bool same_but_rate(const struct row *a, const struct row *b)
{
	return row_same_but(a, b, AXIS(RATE)) &&
	       !strcmp(row_text(a, SUMMARY_relation), row_text(b, SUMMARY_relation));
}

/* Another metric of the same cell; NAN without it. */
static double beside(const struct row *response, const char *metric)
{
	const struct row *found = row_beside(response, metric);

	return found ? row_number(found, SUMMARY_median) : NAN;
}

static double offered(const struct row *response)
{
	return beside(response, "offered");
}

static void sweep_add(struct sweep *s, const struct row *row)
{
	double rate = offered(row);

	if (beside(row, "achieved") < .99 * rate) {
		if (!s->saturated || rate < offered(s->saturated))
			s->saturated = row;
		return;
	}
	if (!s->least || rate < offered(s->least))
		s->least = row;
	if (!s->most || rate > offered(s->most))
		s->most = row;
}

/* "77 ns at 4.65 M/s" */
static void point_text(const struct row *row, char *buf, size_t len)
{
	char time[40], rate[40];

	snprintf(buf, len, "%s at %s", row_value(row, SUMMARY_p99, time, sizeof time),
		 value_text(offered(row), "/s", rate, sizeof rate));
}

static int say_range(struct findings *f, const struct sweep *s, struct why *w)
{
	char low[100], high[100];

	if (!s->least)
		return 0;
	point_text(s->least, low, sizeof low);
	point_text(s->most, high, sizeof high);
	if (s->least == s->most)
		return findings_say(f, w, "Under load, %s: the p99 of the response is %s.", s->who,
				    low);
	return findings_say(f, w, "Under load, %s: the p99 of the response is %s and %s.", s->who,
			    low, high);
}

static int say_saturated(struct findings *f, const struct sweep *s, struct why *w)
{
	const struct row *row = s->saturated;
	char given[40], got[40];

	return findings_say(
		f, w,
		"Past saturation, %s: of %s offered (--rate %s) %s arrive. The response to this "
		"rate grows for as long as one looks; its value says nothing else.",
		s->who, value_text(offered(row), "/s", given, sizeof given),
		row_axis(row, AXIS_RATE),
		value_text(beside(row, "achieved"), "/s", got, sizeof got));
}

/* The sweep that this row is the first of. */
static int say_sweep(struct findings *f, const struct row *first, struct why *w)
{
	struct sweep s = { .who = "" };
	char mechanism[200], axes[80];

	for (const struct row *row = first; row; row = row->with[SHARED_PLACE].next)
		if (is_response(row) && same_but_rate(row, first))
			sweep_add(&s, row);
	snprintf(s.who, sizeof s.who, "%s (%s, relation %s)",
		 row_mechanism(first, mechanism, sizeof mechanism),
		 row_axes(first, AXIS(MESSAGE) | AXIS(WAIT), axes, sizeof axes),
		 row_text(first, SUMMARY_relation));
	int err = say_range(f, &s, w);
	return !err && s.saturated ? say_saturated(f, &s, w) : err;
}

/* Is no earlier row of the same sweep? */
static bool is_first(const struct row *r)
{
	const struct row *row = r->with[SHARED_PLACE].first;

	while (row != r && !(is_response(row) && same_but_rate(row, r)))
		row = row->with[SHARED_PLACE].next;
	return row == r;
}

int findings_load(struct findings *f, const struct rows *r, struct why *w)
{
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++)
		if (is_response(&r->row[i]) && is_first(&r->row[i]))
			err = say_sweep(f, &r->row[i], w);
	return err;
}
