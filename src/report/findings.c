/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"
#include "report/findings.h"
#include "report/pick.h"
#include "report/raised.h"

int findings_say(struct findings *f, struct why *w, const char *fmt, ...)
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
	const struct row *base = pick_first(r, &of_base);
	const struct row *best = base ? pick_smallest(r, p, base) : NULL;
	if (!best)
		return 0;
	row_axes(base, AXIS(SIZE) | AXIS(STATE) | AXIS(ACCESS) | AXIS(ORDER), axes, sizeof axes);
	row_estimate(base, base_text, sizeof base_text);
	if (best == base)
		return findings_say(f, w, "%s (%s): sysv has the lowest median, %s.", what, axes,
				    base_text);
	row_mechanism(best, best_name, sizeof best_name);
	row_estimate(best, best_text, sizeof best_text);
	row_ratio(best, ratio, sizeof ratio);
	return findings_say(f, w,
			    "%s (%s): %s has the lowest median, %s; sysv takes %s. Ratio %s%s",
			    what, axes, best_name, best_text, base_text, ratio,
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

	p.size = pick_extreme(r, &p, AXIS_SIZE, false);
	const struct row *small = p.size ? pick_first(r, &p) : NULL;
	p.size = 0;
	p.size = pick_extreme(r, &p, AXIS_SIZE, true);
	const struct row *large = p.size ? pick_first(r, &p) : NULL;
	if (!small || !large || small == large)
		return 0;
	double ratio = row_number(large, SUMMARY_median) / row_number(small, SUMMARY_median);
	units_size_text(row_axis_number(small, AXIS_SIZE), from, sizeof from);
	units_size_text(row_axis_number(large, AXIS_SIZE), to, sizeof to);
	return findings_say(f, w,
			    "Attaching a fresh System V segment takes %s at %s and %s at %s: %s.",
			    row_value(small, SUMMARY_median, a, sizeof a), from,
			    row_value(large, SUMMARY_median, b, sizeof b), to,
			    fabs(ratio - 1) < .1 ? "the cost does not grow with the size"
			    : ratio > 1          ? "larger segments cost more"
						 : "larger segments cost less");
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
	const struct row *of_ring = pick_first(r, &ring), *of_pipe = pick_first(r, &pipe);
	if (!of_ring || !of_pipe || !row_comparable(of_ring, of_pipe))
		return 0;
	units_size_text(row_axis_number(of_ring, AXIS_MESSAGE), message, sizeof message);
	row_ratio(of_pipe, ratio, sizeof ratio);
	return findings_say(f, w,
			    "%s of %s bytes: a ring in a System V segment takes %s, a pipe %s%s%s.",
			    what, message, row_estimate(of_ring, a, sizeof a),
			    row_estimate(of_pipe, b, sizeof b), *ratio ? "; ratio " : "", ratio);
}

static int messages(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "throughput", .metric = "message" };
	uint64_t small = pick_extreme(r, &p, AXIS_MESSAGE, false),
		 large = pick_extreme(r, &p, AXIS_MESSAGE, true);

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

		if (!row_picked(&r->row[i], &p) || rows_is_base(r, &r->row[i]) || isnan(ratio))
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
	return findings_say(
		f, w,
		"Rings in other regions take %s to %s times as long per message as a ring in a "
		"System V segment%s.",
		a, b, c);
}

/* Of several, in other regions, the largest counts; one without a message size holds for all. */
static const struct row *copy_bound(const struct rows *r, uint64_t message)
{
	struct pick p = { .benchmark = "bounds", .metric = "copy" };
	const struct row *best = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];
		uint64_t at = row_axis_number(row, AXIS_MESSAGE);

		if (row_picked(row, &p) && (!at || at == message) &&
		    (!best || row_number(row, SUMMARY_median) > row_number(best, SUMMARY_median)))
			best = row;
	}
	return best;
}

/* How near the ring comes to copying alone. */
static int near_bound(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "throughput",
			  .metric = "bandwidth",
			  .channel = "ring",
			  .region = "sysv" };
	char a[60], b[60], message[32];

	p.message = pick_extreme(r, &p, AXIS_MESSAGE, true);
	const struct row *ring = p.message ? pick_first(r, &p) : NULL;
	const struct row *bound = ring ? copy_bound(r, p.message) : NULL;
	if (!bound)
		return 0;
	double share = row_number(ring, SUMMARY_median) / row_number(bound, SUMMARY_median);
	units_size_text(row_axis_number(ring, AXIS_MESSAGE), message, sizeof message);
	return findings_say(
		f, w,
		"With messages of %s bytes a ring in a System V segment moves %s, %.0f %% of the "
		"copy bound of %s%s.",
		message, row_value(ring, SUMMARY_median, a, sizeof a), 100 * share,
		row_value(bound, SUMMARY_median, b, sizeof b),
		share > 1.05 ? ": more than the bound, so the two did not see the same machine, or "
			       "it is "
			       "no bound"
			     : "");
}

/* What to distrust, last: it qualifies everything above. */
static int flagged(struct findings *f, const struct rows *r, struct why *w)
{
	struct raised raised;
	char text[400] = "";
	size_t used = 0;

	raised_count(&raised, r);
	for (size_t i = 0; i < raised.n && used < sizeof text; i++) {
		const struct raised_flag *flag = &raised.flag[i];

		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %zu%s",
					 i ? ", " : "", flag->name, flag->rows,
					 raised_everywhere(&raised, flag->name)
						 ? " (nearly all: not repeated in the tables)"
						 : "");
	}
	return raised.n ? findings_say(
				  f, w,
				  "Flags, reasons to distrust a row, by how many of the %zu rows "
				  "carry them: %s.",
				  raised.rows, text)
			: 0;
}

static int life_and_touch(struct findings *f, const struct rows *r, struct why *w)
{
	struct pick p = { .benchmark = "attach", .metric = "attach", .state = "fresh" };

	p = pick_largest(r, &p);
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
	p = pick_largest(r, &p);
	if (!err)
		err = fastest(f, r, "First touch, per page", &p, w);
	p.state = "resident";
	p.access = "read";
	p = pick_largest(r, &p);
	if (!err)
		err = fastest(f, r, "First touch, per page", &p, w);
	return err ? err : findings_faults(f, r, w);
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
		err = findings_load(f, r, w);
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
