/* SPDX-License-Identifier: MIT */
#include <math.h>
#include "analyse/gate.h"

/* A cluster is what lies within 1 % of a reading. It counts when it holds 2 % of all readings:
 * an interrupted loop puts far fewer into any 1 % above the undisturbed ones, and on a host that
 * is calm for one window in twenty the calm ones are still more than that. */
static const double cluster_width = .01, cluster_share = .02;
static const size_t cluster_least = 8;

/* Of cache-line times: a class has so many others within 10 % of its fullest time; never more than a
 * reference takes, so that the readings before a run can add a class to a long history. */
static const double neighbour_width = .10, neighbour_share = .01;
static const size_t neighbour_least = 2, neighbour_most = GATE_CLUSTER_MIN - 1;

/* What lies between two classes, and what is outside of one, is at most a twentieth as full: the host
 * changes the relation in the middle of a reading now and then, and in a long history there are dozens of
 * those (seen: of 110000 readings 61 % about 133 ns, 37 % about 230, 34 within 5 % of 194). */
static const double valley_share = .05;

/* The first index whose value is at least `value`. */
static size_t lower(const double *sorted, size_t n, double value)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct range {
	size_t from, to; /* sorted[from .. to) */
};

/* What lies within a share of a value. */
static struct range around(const double *sorted, size_t n, double x, double share)
{
	return (struct range){ lower(sorted, n, x * (1 - share)),
			       lower(sorted, n, nextafter(x * (1 + share), INFINITY)) };
}

static size_t least_of(size_t n, double share, size_t least)
{
	size_t wanted = (size_t)ceil((double)n * share);

	return wanted > least ? wanted : least;
}

/* From the fastest readings downhill until the surroundings become no fuller. */
static struct range fastest_cluster(const double *sorted, size_t n)
{
	size_t enough = least_of(n, cluster_share, cluster_least);
	struct range best = { 0, 0 };
	double reach = 0;

	for (size_t i = n; i-- > 0 && (!best.to || sorted[i] >= reach);) {
		struct range r = around(sorted, n, sorted[i], cluster_width);

		if (r.to - r.from < enough || r.to - r.from <= best.to - best.from)
			continue;
		best = r;
		reach = sorted[i] * (1 - cluster_width);
	}
	return best;
}

double gate_mode(const double *sorted, size_t n, double width)
{
	struct range best = { 0, 0 };

	for (size_t i = 0; i < n; i++) {
		struct range r = around(sorted, n, sorted[i], width);

		if (r.to - r.from > best.to - best.from)
			best = r;
	}
	return best.to ? (sorted[(best.from + best.to - 1) / 2] +
			  sorted[(best.from + best.to) / 2]) /
				 2
		       : NAN;
}

/* The median of the shortest half. */
static double shortest_half(const double *v, size_t n)
{
	size_t half = n / 2 + 1, at = 0;

	for (size_t i = 1; i + half <= n; i++)
		if (v[i + half - 1] - v[i] < v[at + half - 1] - v[at])
			at = i;
	return (v[at + (half - 1) / 2] + v[at + half / 2]) / 2;
}

double gate_reference(const double *sorted, size_t n)
{
	if (n < GATE_CLUSTER_MIN)
		return NAN;
	struct range r = fastest_cluster(sorted, n);
	return r.to ? shortest_half(sorted + r.from, r.to - r.from) : NAN;
}

bool gate_agrees(double reading, double reference, double tolerance)
{
	return fabs(reading / reference - 1) <= tolerance;
}

/* How many others lie about sorted[i]. */
static size_t neighbours(const double *sorted, size_t n, size_t i)
{
	struct range r = around(sorted, n, sorted[i], neighbour_width);

	return r.to - r.from - 1;
}

/* How many lie about the middle between sorted[i - 1] and sorted[i]. */
static size_t between(const double *sorted, size_t n, size_t i)
{
	struct range r = around(sorted, n, sqrt(sorted[i - 1] * sorted[i]), neighbour_width);

	return r.to - r.from;
}

/* The fullest time of a class, and what is its: sorted[from .. to). */
struct peak {
	size_t at, full, from, to;
};

/* The emptiest place above a peak, and the first reading beyond it. */
struct valley {
	size_t full, beyond;
};

static bool is_apart(const double *sorted, const struct peak *p, const struct valley *v,
		     const struct peak *from)
{
	return sorted[p->at] >= sorted[from->at] * GATE_GAP &&
	       (double)v->full <= valley_share * (double)p->full &&
	       (double)v->full <= valley_share * (double)from->full;
}

/* Ascending, each apart from the one before it: by GATE_GAP, and by a valley. */
static size_t find_peaks(const double *sorted, size_t n, struct peak peak[GATE_CLASSES])
{
	size_t enough = least_of(n, neighbour_share, neighbour_least), found = 0;
	struct valley valley = { n, 0 };

	if (enough > neighbour_most)
		enough = neighbour_most;
	for (size_t i = 0; i < n; i++) {
		struct peak here = { i, neighbours(sorted, n, i), 0, n };
		struct peak *last = &peak[found - (found > 0)];
		size_t full = i > 0 ? between(sorted, n, i) : n;

		if (full < valley.full)
			valley = (struct valley){ full, i };
		if (here.full < enough)
			continue;
		if (!found) {
			peak[found++] = here;
		} else if (is_apart(sorted, &here, &valley, last)) {
			if (found == GATE_CLASSES)
				break;
			here.from = last->to = valley.beyond;
			peak[found++] = here;
		} else if (here.full > last->full) {
			here.from = last->from;
			*last = here;
		} else {
			continue;
		}
		valley = (struct valley){ n, 0 };
	}
	return found;
}

/* What is about as full as its peak, at least by the share that a valley has. */
static struct gate_class slopes(const double *sorted, size_t n, const struct peak *p)
{
	double least = valley_share * (double)p->full;
	size_t from = p->at, to = p->at;

	while (from > p->from && (double)neighbours(sorted, n, from - 1) >= least)
		from--;
	while (to + 1 < p->to && (double)neighbours(sorted, n, to + 1) >= least)
		to++;
	return (struct gate_class){ sorted[from], sorted[to] };
}

size_t gate_classes(const double *sorted, size_t n, struct gate_class c[GATE_CLASSES])
{
	struct peak peak[GATE_CLASSES];
	size_t found = find_peaks(sorted, n, peak);
	double below = GATE_GAP; /* what is free below a class */

	for (size_t i = 0; i < found; i++)
		c[i] = slopes(sorted, n, &peak[i]);
	for (size_t i = 0; i < found; i++) {
		double above = i + 1 < found ? fmin(GATE_GAP, c[i + 1].low / c[i].high) : GATE_GAP;

		c[i].low /= sqrt(below);
		c[i].high *= sqrt(above);
		below = above;
	}
	return found;
}

int gate_class(const struct gate_class *c, size_t n, double line_ns)
{
	for (size_t i = 0; i < n; i++)
		if (line_ns >= c[i].low && line_ns <= c[i].high)
			return (int)i;
	return -1;
}

uint64_t gate_windows_needed(uint64_t windows)
{
	return windows < GATE_WINDOWS ? windows : GATE_WINDOWS;
}

double gate_after_fails(const struct gate_tally *t)
{
	return t->passed_before > 0 ? 1 - t->calm / t->passed_before : NAN;
}

/* Variance of a share, with one success and one failure added: of few windows none is sure. */
static double variance(const struct gate_tally *t)
{
	double n = t->passed_before + 2, p = (t->passed_before - t->calm + 1) / n;

	return p * (1 - p) / n;
}

static bool fails_more(const struct gate_tally *t, const struct gate_tally *than)
{
	double more = gate_after_fails(t) - gate_after_fails(than);

	return more > GATE_BIAS && more > 2 * sqrt(variance(t) + variance(than));
}

bool gate_biased(const struct gate_tally *cell, const struct gate_tally *null)
{
	const struct gate_tally backwards = { .windows = cell->windows,
					      .passed_before = cell->passed_after,
					      .passed_after = cell->passed_before,
					      .calm = cell->calm };

	/* Where none of those that passed before passes after, the few that pass after alone all fail
	 * backwards, and say nothing. */
	bool none = !(cell->passed_after > 0) ||
		    (!(cell->calm > 0) && 2 * cell->passed_after < cell->passed_before);

	return fails_more(cell, null) && (none || fails_more(cell, &backwards));
}

bool gate_thin(const struct gate_tally *t)
{
	return t->calm < GATE_THIN * t->windows;
}
