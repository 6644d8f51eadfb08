/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/gate.h"
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

bool findings_differ(const struct row *r)
{
	return row_number(r, SUMMARY_ratio_low) > 1 || row_number(r, SUMMARY_ratio_high) < 1;
}

/* What a median over all windows is called. */
static const char *contended(const struct row *r)
{
	return row_contended(r) && row_number(r, SUMMARY_invocations) >= GATE_CALM ? " (contended)"
										   : "";
}

/* What is done, as a sentence begins, and the rows that say what it costs. */
struct question {
	const char *what;
	struct pick pick;
};

/* "Attaching (64M fresh): memfd has the lowest median, ...; sysv takes .... Ratio ...." */
static int fastest(struct findings *f, const struct rows *r, const struct question *q,
		   struct why *w)
{
	struct pick of_base = q->pick;
	char axes[120], best_name[200], best_text[120], base_text[120], ratio[80];

	of_base.region = "sysv";
	const struct row *base = pick_first(r, &of_base);
	const struct row *best = base ? pick_smallest(r, &q->pick, base) : NULL;
	if (!best)
		return 0;
	row_axes(base, AXIS(SIZE) | AXIS(STATE) | AXIS(ACCESS) | AXIS(ORDER), axes, sizeof axes);
	row_estimate(base, base_text, sizeof base_text);
	if (best == base)
		return findings_say(f, w, "%s (%s): sysv has the lowest median, %s%s.", q->what,
				    axes, base_text, contended(base));
	row_mechanism(best, best_name, sizeof best_name);
	row_estimate(best, best_text, sizeof best_text);
	row_ratio(best, ratio, sizeof ratio);
	return findings_say(f, w,
			    "%s (%s): %s has the lowest median, %s%s; sysv takes %s%s. Ratio %s%s",
			    q->what, axes, best_name, best_text, contended(best), base_text,
			    contended(base), ratio,
			    findings_differ(best) ? "."
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
	struct question q = { "Attaching", pick_largest(r, &p) };
	int err = fastest(f, r, &q, w);

	q.what = "Detaching";
	q.pick.metric = "detach";
	if (!err)
		err = fastest(f, r, &q, w);
	if (!err)
		err = by_size(f, r, w);
	p = (struct pick){ .benchmark = "first-touch",
			   .metric = "sweep",
			   .state = "fresh",
			   .access = "write",
			   .order = "sequential" };
	q = (struct question){ "First touch, per page", pick_largest(r, &p) };
	if (!err)
		err = fastest(f, r, &q, w);
	p = q.pick;
	p.state = "resident";
	p.access = "read";
	q.pick = pick_largest(r, &p);
	if (!err)
		err = fastest(f, r, &q, w);
	return err ? err : findings_faults(f, r, w);
}

int findings_make(struct findings *f, const struct findings_source *s, struct why *w)
{
	*f = (struct findings){ .n = 0 };
	int err = life_and_touch(f, s->rows, w);
	if (!err)
		err = findings_crowd(f, s->rows, w);
	if (!err)
		err = findings_scaling(f, s->rows, w);
	if (!err)
		err = findings_messages(f, s, w);
	if (!err)
		err = findings_matrix(f, s->rows, w);
	if (!err)
		err = findings_nodes(f, s->rows, w);
	if (!err)
		err = findings_load(f, s->rows, w);
	if (!err)
		err = findings_host(f, s->rows, w);
	if (!err)
		err = flagged(f, s->rows, w);
	if (err)
		findings_free(f);
	return err;
}

void findings_free(struct findings *f)
{
	free(f->sentence);
	*f = (struct findings){ .n = 0 };
}
