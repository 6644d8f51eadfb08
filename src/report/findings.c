/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"
#include "report/findings.h"

__attribute__((format(printf, 3, 4))) static int say(struct findings *f, struct why *w,
						     const char *fmt, ...)
{
	void *grown = realloc(f->sentence, (f->n + 1) * sizeof *f->sentence);
	va_list ap;

	if (!grown)
		return fail(w, ENOMEM, "a report's sentences");
	f->sentence = grown;
	va_start(ap, fmt);
	vsnprintf(f->sentence[f->n++], sizeof *f->sentence, fmt, ap);
	va_end(ap);
	return 0;
}

/* Which rows a sentence is about. NULL: any. */
struct pick {
	const char *benchmark, *metric, *region, *channel, *state, *access, *order, *filesystem;
	uint64_t size, message; /* 0: any */
};

static bool is(const char *wanted, const char *text)
{
	return !wanted || !strcmp(wanted, text);
}

static uint64_t axis_number(const struct row *r, enum axis a)
{
	return strtoull(row_axis(r, a), NULL, 10);
}

static bool picked(const struct row *r, const struct pick *p)
{
	return row_has_value(r) && is(p->benchmark, row_benchmark(r)) &&
	       is(p->metric, row_metric(r)) && is(p->region, row_axis(r, AXIS_REGION)) &&
	       is(p->channel, row_axis(r, AXIS_CHANNEL)) && is(p->state, row_axis(r, AXIS_STATE)) &&
	       is(p->access, row_axis(r, AXIS_ACCESS)) && is(p->order, row_axis(r, AXIS_ORDER)) &&
	       is(p->filesystem, row_text(r, SUMMARY_CELL + CELL_FILESYSTEM)) &&
	       (!p->size || p->size == axis_number(r, AXIS_SIZE)) &&
	       (!p->message || p->message == axis_number(r, AXIS_MESSAGE));
}

static const struct row *find(const struct rows *r, const struct pick *p)
{
	for (size_t i = 0; i < r->n; i++)
		if (picked(&r->row[i], p))
			return &r->row[i];
	return NULL;
}

/* The comparable row with the smallest median; NULL unless there are two. */
static const struct row *smallest(const struct rows *r, const struct pick *p,
				  const struct row *like)
{
	const struct row *best = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];

		if (!picked(row, p) || !row_comparable(row, like))
			continue;
		n++;
		if (!best || row_number(row, SUMMARY_median) < row_number(best, SUMMARY_median))
			best = row;
	}
	return n > 1 ? best : NULL;
}

/* Sizes or messages of rows that are picked: the largest, or the smallest. */
static uint64_t extreme(const struct rows *r, const struct pick *p, enum axis a, bool largest)
{
	uint64_t found = 0;

	for (size_t i = 0; i < r->n; i++) {
		uint64_t v = picked(&r->row[i], p) ? axis_number(&r->row[i], a) : 0;

		if (v && (!found || (largest ? v > found : v < found)))
			found = v;
	}
	return found;
}

/* Does the interval of a ratio leave 1 out? Without an interval nothing is shown. */
static bool differs(const struct row *r)
{
	return row_number(r, SUMMARY_ratio_low) > 1 || row_number(r, SUMMARY_ratio_high) < 1;
}

/* "Attaching (64M fresh): memfd has the lowest median, ...; sysv takes .... Ratio ...." */
static int fastest(struct findings *f, const struct rows *r, const char *what, const struct pick *p,
		   struct why *w)
{
	struct pick of_base = *p;
	char axes[120], best_name[200], best_text[120], base_text[120], ratio[80];

	of_base.region = "sysv";
	const struct row *base = find(r, &of_base);
	const struct row *best = base ? smallest(r, p, base) : NULL;
	if (!best)
		return 0;
	row_axes(base, AXIS(SIZE) | AXIS(STATE) | AXIS(ACCESS) | AXIS(ORDER), axes, sizeof axes);
	row_estimate(base, base_text, sizeof base_text);
	if (best == base)
		return say(f, w, "%s (%s): sysv has the lowest median, %s.", what, axes, base_text);
	row_mechanism(best, best_name, sizeof best_name);
	row_estimate(best, best_text, sizeof best_text);
	row_ratio(best, ratio, sizeof ratio);
	return say(f, w, "%s (%s): %s has the lowest median, %s; sysv takes %s. Ratio %s%s", what,
		   axes, best_name, best_text, base_text, ratio,
		   differs(best) ? "."
		   : *row_text(best, SUMMARY_ratio_low)
			   ? ": the interval contains 1, so no difference is shown."
			   : ": too few invocations for an interval.");
}

/* Does attaching depend on the size? Only sysv's two ends are looked at. */
static int by_size(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = {
		.benchmark = "attach", .metric = "attach", .region = "sysv", .state = "fresh"
	};
	char a[120], b[120], from[32], to[32];

	p.size = extreme(r, &p, AXIS_SIZE, false);
	const struct row *small = p.size ? find(r, &p) : NULL;
	p.size = 0;
	p.size = extreme(r, &p, AXIS_SIZE, true);
	const struct row *large = p.size ? find(r, &p) : NULL;
	if (!small || !large || small == large)
		return 0;
	double ratio = row_number(large, SUMMARY_median) / row_number(small, SUMMARY_median);
	units_size_text(axis_number(small, AXIS_SIZE), from, sizeof from);
	units_size_text(axis_number(large, AXIS_SIZE), to, sizeof to);
	return say(f, w, "Attaching a fresh System V segment takes %s at %s and %s at %s: %s.",
		   row_value(small, SUMMARY_median, a, sizeof a), from,
		   row_value(large, SUMMARY_median, b, sizeof b), to,
		   fabs(ratio - 1) < .1 ? "the cost does not grow with the size"
		   : ratio > 1          ? "larger segments cost more"
					: "larger segments cost less");
}

/* Faults per page of a resident read: who maps around a fault and who does not. */
static int fault_around(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "first-touch",
			  .metric = "faults",
			  .region = "sysv",
			  .state = "resident",
			  .access = "read",
			  .order = "sequential" };
	const struct row *sysv = find(r, &p);
	char names[300] = "", name[200], few_text[32];
	double few = NAN;

	if (!sysv || row_number(sysv, SUMMARY_median) < .95)
		return 0;
	p.region = NULL;
	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];
		double v = row_number(row, SUMMARY_median);

		if (!picked(row, &p) || !row_comparable(row, sysv) || fabs(v * 16 - 1) > .05)
			continue;
		few = v;
		size_t used = strlen(names);
		snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
			 row_mechanism(row, name, sizeof name));
	}
	if (isnan(few))
		return 0;
	snprintf(few_text, sizeof few_text, "%.3g", few);
	return say(
		f, w,
		"A process that reads pages which exist already takes %s fault per page in sysv "
		"and "
		"%s, one per 16 pages, in %s: System V mappings have no fault-around (their vm_ops "
		"have no map_pages), so every page is a fault of its own.",
		row_value(sysv, SUMMARY_median, name, sizeof name), few_text, names);
}

/* Files of a disk file system may be cached in folios of many pages. */
static int large_folios(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "first-touch",
			  .metric = "faults",
			  .region = "file",
			  .state = "fresh",
			  .access = "write",
			  .order = "sequential" };
	char name[200];
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++) {
		const struct row *row = &r->row[i];
		double v = row_number(row, SUMMARY_median);

		if (!picked(row, &p) ||
		    !strcmp(row_text(row, SUMMARY_CELL + CELL_FILESYSTEM), "tmpfs") || v > .5 ||
		    v <= 0)
			continue;
		err = say(
			f, w,
			"A first write to %s takes %.3g faults per page, one per %.0f pages: its "
			"page cache uses large folios, and one fault maps several of their pages.",
			row_mechanism(row, name, sizeof name), v, 1 / v);
	}
	return err;
}

/* A fresh write is one fault per page where nothing larger than a page is mapped. */
static int fresh_faults(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "first-touch",
			  .metric = "faults",
			  .state = "fresh",
			  .access = "write",
			  .order = "sequential" };
	char names[300] = "", name[200];

	for (size_t i = 0; i < r->n; i++) {
		size_t used = strlen(names);

		if (picked(&r->row[i], &p) && row_number(&r->row[i], SUMMARY_median) == 1)
			snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
				 row_mechanism(&r->row[i], name, sizeof name));
	}
	return *names ? say(f, w, "A first write takes exactly 1 fault per page in %s.", names) : 0;
}

/* Ring and pipe at one message size, or for a round trip. */
static int ring_and_pipe(struct findings *f, const struct rows *r, const struct pick *p,
			 const char *what, struct why *w)
{
	struct pick ring = *p, pipe = *p;
	char a[120], b[120], ratio[80], message[32];

	ring.channel = "ring";
	ring.region = "sysv";
	pipe.channel = "pipe";
	const struct row *of_ring = find(r, &ring), *of_pipe = find(r, &pipe);
	if (!of_ring || !of_pipe || !row_comparable(of_ring, of_pipe))
		return 0;
	units_size_text(axis_number(of_ring, AXIS_MESSAGE), message, sizeof message);
	row_ratio(of_pipe, ratio, sizeof ratio);
	return say(f, w, "%s of %s bytes: a ring in a System V segment takes %s, a pipe %s%s%s.",
		   what, message, row_estimate(of_ring, a, sizeof a),
		   row_estimate(of_pipe, b, sizeof b), *ratio ? "; ratio " : "", ratio);
}

static int messages(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "throughput", .metric = "message" };
	uint64_t small = extreme(r, &p, AXIS_MESSAGE, false),
		 large = extreme(r, &p, AXIS_MESSAGE, true);

	p.message = small;
	int err = small ? ring_and_pipe(f, r, &p, "A message", w) : 0;
	p.message = large;
	if (!err && large != small)
		err = ring_and_pipe(f, r, &p, "A message", w);
	p = (struct pick){ .benchmark = "latency", .metric = "rtt" };
	return err ? err : ring_and_pipe(f, r, &p, "A round trip", w);
}

/* Does it matter which region a ring lives in? */
static int ring_regions(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "throughput", .metric = "message", .channel = "ring" };
	double low = NAN, high = NAN;
	size_t n = 0, intervals = 0, shown = 0;
	char a[32], b[32], c[80] = "";

	for (size_t i = 0; i < r->n; i++) {
		double ratio = row_number(&r->row[i], SUMMARY_ratio);

		if (!picked(&r->row[i], &p) || rows_is_base(r, &r->row[i]) || isnan(ratio))
			continue;
		low = fmin(low, ratio);
		high = fmax(high, ratio);
		n++;
		intervals += *row_text(&r->row[i], SUMMARY_ratio_low) != '\0';
		shown += differs(&r->row[i]);
	}
	if (n < 2)
		return 0;
	digits_text(low, a, sizeof a);
	digits_text(high, b, sizeof b);
	if (intervals)
		snprintf(c, sizeof c, "; the interval shows a difference in %zu of %zu rows", shown,
			 intervals);
	return say(f, w,
		   "Rings in other regions take %s to %s times as long per message as a ring in a "
		   "System V segment%s.",
		   a, b, c);
}

/* How near the ring comes to copying alone. */
static int near_bound(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "throughput",
			  .metric = "bandwidth",
			  .channel = "ring",
			  .region = "sysv" };
	char a[60], b[60], message[32];

	p.message = extreme(r, &p, AXIS_MESSAGE, true);
	const struct row *ring = p.message ? find(r, &p) : NULL;
	p = (struct pick){ .benchmark = "bounds", .metric = "copy", .message = p.message };
	const struct row *bound = find(r, &p);
	p.message = 0;
	if (!bound)
		bound = find(r, &p);
	if (!bound || !ring)
		return 0;
	double share = row_number(ring, SUMMARY_median) / row_number(bound, SUMMARY_median);
	units_size_text(axis_number(ring, AXIS_MESSAGE), message, sizeof message);
	return say(
		f, w,
		"With messages of %s bytes a ring in a System V segment moves %s, %.0f %% of the "
		"copy bound of %s%s.",
		message, row_value(ring, SUMMARY_median, a, sizeof a), 100 * share,
		row_value(bound, SUMMARY_median, b, sizeof b),
		share > 1.05 ? ", which was taken at another moment: the machine was not the same "
			       "in both (see the figure of its state)"
			     : "");
}

/* What to distrust, last: it qualifies everything above. */
static int flagged(struct findings *f, const struct rows *r, struct why *w)
{
	size_t n = 0, with = 0;

	for (size_t i = 0; i < r->n; i++) {
		n += row_has_value(&r->row[i]);
		with += row_has_value(&r->row[i]) && *row_text(&r->row[i], SUMMARY_flags);
	}
	return with ? say(f, w,
			  "%zu of %zu rows carry a flag, a reason to distrust them: see the "
			  "column flags.",
			  with, n)
		    : 0;
}

static int life_and_touch(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "attach", .metric = "attach", .state = "fresh" };

	p.size = extreme(r, &p, AXIS_SIZE, true);
	int err = fastest(f, r, "Attaching", &p, w);
	p.metric = "detach";
	if (!err)
		err = fastest(f, r, "Detaching", &p, w);
	if (!err)
		err = by_size(f, r, w);
	p = (struct pick){ .benchmark = "first-touch",
			   .metric = "sweep",
			   .state = "fresh",
			   .access = "write",
			   .order = "sequential" };
	if (!err)
		err = fastest(f, r, "First touch, per page", &p, w);
	if (!err)
		err = fresh_faults(f, r, w);
	p.state = "resident";
	p.access = "read";
	if (!err)
		err = fastest(f, r, "First touch, per page", &p, w);
	if (!err)
		err = fault_around(f, r, w);
	return err ? err : large_folios(f, r, w);
}

int findings_make(struct findings *f, const struct rows *r, struct why *w)
{
	*f = (struct findings){ .n = 0 };
	int err = life_and_touch(f, r, w);
	if (!err)
		err = messages(f, r, w);
	if (!err)
		err = ring_regions(f, r, w);
	if (!err)
		err = near_bound(f, r, w);
	if (!err)
		err = flagged(f, r, w);
	if (err)
		findings_free(f);
	return err;
}

void findings_free(struct findings *f)
{
	free(f->sentence);
	*f = (struct findings){ .n = 0 };
}
