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
	for (unsigned i = 0; i < AXES; i++)
		if (i != AXIS_RATE && strcmp(row_axis(a, (enum axis)i), row_axis(b, (enum axis)i)))
			return false;
	return !strcmp(row_text(a, SUMMARY_relation), row_text(b, SUMMARY_relation));
}

/* Another metric of the same cell; NAN without it. */
static double beside(const struct rows *r, const struct row *response, const char *metric)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(row_metric(&r->row[i]), metric) && row_same_cell(&r->row[i], response))
			return row_number(&r->row[i], SUMMARY_median);
	return NAN;
}

static double offered(const struct rows *r, const struct row *response)
{
	return beside(r, response, "offered");
}

static void sweep_add(struct sweep *s, const struct rows *r, const struct row *row)
{
	double rate = offered(r, row);

	if (beside(r, row, "achieved") < .99 * rate) {
		if (!s->saturated || rate < offered(r, s->saturated))
			s->saturated = row;
		return;
	}
	if (!s->least || rate < offered(r, s->least))
		s->least = row;
	if (!s->most || rate > offered(r, s->most))
		s->most = row;
}

/* "77 ns at 4.65 M/s" */
static void point_text(const struct rows *r, const struct row *row, char *buf, size_t len)
{
	char time[40], rate[40];

	snprintf(buf, len, "%s at %s", row_value(row, SUMMARY_p99, time, sizeof time),
		 value_text(offered(r, row), "/s", rate, sizeof rate));
}

static int say_range(struct findings *f, const struct rows *r, const struct sweep *s,
		     const char *who, struct why *w)
{
	char low[100], high[100];

	if (!s->least)
		return 0;
	point_text(r, s->least, low, sizeof low);
	point_text(r, s->most, high, sizeof high);
	if (s->least == s->most)
		return findings_say(f, w, "Under load, %s: the p99 of the response is %s.", who,
				    low);
	return findings_say(f, w, "Under load, %s: the p99 of the response is %s and %s.", who, low,
			    high);
}

static int say_saturated(struct findings *f, const struct rows *r, const struct row *row,
			 const char *who, struct why *w)
{
	char given[40], got[40];

	return findings_say(
		f, w,
		"Past saturation, %s: of %s offered (--rate %s) %s arrive. The response to this "
		"rate grows for as long as one looks; its value says nothing else.",
		who, value_text(offered(r, row), "/s", given, sizeof given),
		row_axis(row, AXIS_RATE),
		value_text(beside(r, row, "achieved"), "/s", got, sizeof got));
}

/* The sweep that this row is the first of. */
static int say_sweep(struct findings *f, const struct rows *r, size_t first, struct why *w)
{
	struct sweep s = { NULL, NULL, NULL };
	char mechanism[200], axes[80], who[400];
	const struct row *row = &r->row[first];

	for (size_t i = first; i < r->n; i++)
		if (is_response(&r->row[i]) && same_but_rate(&r->row[i], row))
			sweep_add(&s, r, &r->row[i]);
	snprintf(who, sizeof who, "%s (%s, relation %s)",
		 row_mechanism(row, mechanism, sizeof mechanism),
		 row_axes(row, AXIS(MESSAGE) | AXIS(WAIT), axes, sizeof axes),
		 row_text(row, SUMMARY_relation));
	int err = say_range(f, r, &s, who, w);
	return !err && s.saturated ? say_saturated(f, r, s.saturated, who, w) : err;
}

int findings_load(struct findings *f, const struct rows *r, struct why *w)
{
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++) {
		bool first = is_response(&r->row[i]);

		for (size_t k = 0; k < i && first; k++)
			first = !is_response(&r->row[k]) || !same_but_rate(&r->row[k], &r->row[i]);
		if (first)
			err = say_sweep(f, r, i, w);
	}
	return err;
}
