/* SPDX-License-Identifier: MIT */
#include <math.h>
#include "analyse/gate.h"

/* A cluster is what lies within 1 % of a reading. It counts when it holds 2 % of all readings:
 * an interrupted loop puts far fewer into any 1 % above the undisturbed ones, and on a host that
 * is calm for one window in twenty the calm ones are still more than that. */
static const double cluster_width = .01, cluster_share = .02;
static const size_t cluster_least = 8;

/* Of cache-line times: within 10 % of a time there are so many others; never more than a reference
 * takes, so that the readings before a run can add a class to a long history. */
static const double neighbour_width = .10, neighbour_share = .01;
static const size_t neighbour_least = 2, neighbour_most = GATE_CLUSTER_MIN - 1;

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

/* What lies within a share of sorted[at]. */
static struct range around(const double *sorted, size_t n, size_t at, double share)
{
	double x = sorted[at];

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
		struct range r = around(sorted, n, i, cluster_width);

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
		struct range r = around(sorted, n, i, width);

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

size_t gate_classes(const double *sorted, size_t n, struct gate_class c[GATE_CLASSES])
{
	size_t enough = least_of(n, neighbour_share, neighbour_least), found = 0;

	if (enough > neighbour_most)
		enough = neighbour_most;
	for (size_t i = 0; i < n; i++) {
		struct range r = around(sorted, n, i, neighbour_width);

		if (r.to - r.from - 1 < enough)
			continue;
		if (!found || sorted[i] >= c[found - 1].high * GATE_GAP) {
			if (found == GATE_CLASSES)
				break;
			c[found++].low = sorted[i];
		}
		c[found - 1].high = sorted[i];
	}
	for (size_t i = 0; i < found; i++) {
		c[i].low /= sqrt(GATE_GAP);
		c[i].high *= sqrt(GATE_GAP);
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
