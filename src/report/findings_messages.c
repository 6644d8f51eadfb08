/* SPDX-License-Identifier: MIT */
/* What flows between two CPUs depends on what they are to each other more than on anything else:
 * every sentence says between which. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/units.h"
#include "report/findings.h"
#include "report/pick.h"

/* Where one of two runs for a smaller share of a round trip, the rest is worth a sentence. */
static const double awake_min = .75;

struct sentences {
	struct findings *to;
	const struct findings_source *from;
};

/* " between CPUs like two cores under one cache (r2, 49 to 53 ns a cache line; contended)", or "". */
static const char *place_of(const struct sentences *s, const struct row *r, char *buf, size_t len)
{
	char text[160];
	const char *relation = row_text(r, SUMMARY_relation);
	bool contended = row_contended(r);

	relations_text(s->from->relations, relation, text, sizeof text);
	char *colon = strstr(text, ": ");
	if (colon)
		snprintf(buf, len, " %.*s (%s%s)", (int)(colon - text), text, colon + 2,
			 contended ? "; contended" : "");
	else
		snprintf(buf, len, "%s", contended ? " (contended)" : "");
	return buf;
}

/* Ring and pipe at one message size, or for a round trip. */
static int ring_and_pipe(const struct sentences *s, const struct pick *p, const char *what,
			 struct why *w)
{
	struct pick ring = *p, pipe = *p;
	char a[120], b[120], ratio[80], message[32], where[200];

	ring.channel = "ring";
	ring.region = "sysv";
	pipe.channel = "pipe";
	const struct row *of_ring = pick_first(s->from->rows, &ring);
	const struct row *of_pipe = pick_first(s->from->rows, &pipe);
	if (!of_ring || !of_pipe || !row_comparable(of_ring, of_pipe))
		return 0;
	units_size_text(row_axis_number(of_ring, AXIS_MESSAGE), message, sizeof message);
	row_ratio(of_pipe, ratio, sizeof ratio);
	return findings_say(
		s->to, w, "%s of %s bytes%s: a ring in a System V segment takes %s, a pipe %s%s%s.",
		what, message, place_of(s, of_ring, where, sizeof where),
		row_estimate(of_ring, a, sizeof a), row_estimate(of_pipe, b, sizeof b),
		*ratio ? "; ratio " : "", ratio);
}

static int messages(const struct sentences *s, struct why *w)
{
	struct pick p = { .benchmark = "throughput", .metric = "message" };
	uint64_t small = pick_extreme(s->from->rows, &p, AXIS_MESSAGE, false),
		 large = pick_extreme(s->from->rows, &p, AXIS_MESSAGE, true);

	p.message = small;
	int err = small ? ring_and_pipe(s, &p, "A message", w) : 0;
	p.message = large;
	if (!err && large != small)
		err = ring_and_pipe(s, &p, "A message", w);
	p = (struct pick){ .benchmark = "latency", .metric = "rtt" };
	return err ? err : ring_and_pipe(s, &p, "A round trip", w);
}

/* Does it matter which region a ring lives in? */
static int ring_regions(const struct sentences *s, struct why *w)
{
	const struct rows *r = s->from->rows;
	const struct row *one = NULL;
	struct pick p = { .benchmark = "throughput", .metric = "message", .channel = "ring" };
	double low = NAN, high = NAN;
	size_t n = 0, intervals = 0, shown = 0;
	char a[32], b[32], c[80] = "", where[200] = "";

	for (size_t i = 0; i < r->n; i++) {
		double ratio = row_number(&r->row[i], SUMMARY_ratio);

		if (!row_picked(&r->row[i], &p) || row_is_base(&r->row[i]) || isnan(ratio))
			continue;
		low = fmin(low, ratio);
		high = fmax(high, ratio);
		n++;
		one = &r->row[i];
		intervals += *row_text(&r->row[i], SUMMARY_ratio_low) != '\0';
		shown += findings_differ(&r->row[i]);
	}
	if (n < 2)
		return 0;
	place_of(s, one, where, sizeof where);
	digits_text(low, a, sizeof a);
	digits_text(high, b, sizeof b);
	if (intervals)
		snprintf(c, sizeof c, "; the interval shows a difference in %zu of %zu rows", shown,
			 intervals);
	return findings_say(
		s->to, w,
		"Rings in other regions%s take %s to %s times as long per message as a ring in a "
		"System V segment%s.",
		where, a, b, c);
}

static bool is_bound(const struct row *r)
{
	return !strcmp(row_benchmark(r), "bounds") && !strcmp(row_metric(r), "copy");
}

/* In the relation of the ring, or it bounds nothing. Of several, in other regions, the largest counts; one without a message size holds for all. */
static const struct row *copy_bound(const struct rows *r, const struct row *ring)
{
	uint64_t message = row_axis_number(ring, AXIS_MESSAGE);
	const struct row *best = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];
		uint64_t at = row_axis_number(row, AXIS_MESSAGE);

		if (row_has_value(row) && is_bound(row) && (!at || at == message) &&
		    !strcmp(row_text(row, SUMMARY_relation), row_text(ring, SUMMARY_relation)) &&
		    (!best || row_number(row, SUMMARY_median) > row_number(best, SUMMARY_median)))
			best = row;
	}
	return best;
}

/* How near the ring comes to copying alone. */
static int near_bound(const struct sentences *s, struct why *w)
{
	const struct rows *r = s->from->rows;
	struct pick p = { .benchmark = "throughput",
			  .metric = "bandwidth",
			  .channel = "ring",
			  .region = "sysv" };
	char a[60], b[60], message[32], where[200];

	p.message = pick_extreme(r, &p, AXIS_MESSAGE, true);
	const struct row *ring = p.message ? pick_first(r, &p) : NULL;
	const struct row *bound = ring ? copy_bound(r, ring) : NULL;
	if (!bound)
		return 0;
	double share = row_number(ring, SUMMARY_median) / row_number(bound, SUMMARY_median);
	units_size_text(row_axis_number(ring, AXIS_MESSAGE), message, sizeof message);
	return findings_say(
		s->to, w,
		"With messages of %s bytes%s a ring in a System V segment moves %s, %.0f %% of the "
		"copy bound of %s%s.",
		message, place_of(s, ring, where, sizeof where),
		row_value(ring, SUMMARY_median, a, sizeof a), 100 * share,
		row_value(bound, SUMMARY_median, b, sizeof b),
		share > 1.05 ? ": more than the bound, so the two did not see the same machine, or "
			       "it is no bound"
			     : "");
}

/* A role that waits asleep leaves its CPU idle. While neither of the two runs one of them is being woken, for
 * one of them has always been sent something; and in a guest who wakes a halted CPU leaves for its host, which
 * is in its own time. */
static int asleep(const struct sentences *s, struct why *w)
{
	const struct pick p = { .benchmark = "latency", .metric = "rtt", .channel = "pipe" };
	const struct row *trip = pick_first(s->from->rows, &p);
	const struct row *producer = trip ? row_beside(trip, "producer-busy") : NULL;
	const struct row *consumer = trip ? row_beside(trip, "consumer-busy") : NULL;
	char whole[60], run[60], rest[60], message[32];

	if (!producer || !consumer)
		return 0;
	double ns = row_number(trip, SUMMARY_median);
	double busy = row_number(producer, SUMMARY_median) + row_number(consumer, SUMMARY_median);
	if (!(busy < awake_min * ns)) /* NAN: one of them is not known */
		return 0;
	units_size_text(row_axis_number(trip, AXIS_MESSAGE), message, sizeof message);
	return findings_say(
		s->to, w,
		"Of a round trip of %s bytes through a pipe, %s, the two processes run for %s, and "
		"for %s neither does: each sleeps until the other has written, and its CPU goes "
		"idle. `--cpu-latency 0us` keeps CPUs awake: what it saves is what waking one "
		"costs, both processes.",
		message, value_text(ns, "ns", whole, sizeof whole),
		value_text(busy, "ns", run, sizeof run),
		value_text(ns - busy, "ns", rest, sizeof rest));
}

int findings_messages(struct findings *f, const struct findings_source *from, struct why *w)
{
	struct sentences s = { f, from };
	int err = messages(&s, w);

	if (!err)
		err = asleep(&s, w);
	if (!err)
		err = ring_regions(&s, w);
	return err ? err : near_bound(&s, w);
}
