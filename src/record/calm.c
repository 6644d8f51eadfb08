/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "record/calm.h"
#include "record/cell.h"

void calm_close(struct calm *c)
{
	free(c->window);
	free(c->in);
	free(c->in_calm);
	free(c->values);
	*c = (struct calm){ 0 };
}

static int make_room(struct calm *c, size_t n)
{
	if (n <= c->room)
		return 0;
	calm_close(c);
	c->window = calloc(n, sizeof *c->window);
	c->in = calloc(n, sizeof *c->in);
	c->in_calm = calloc(n, sizeof *c->in_calm);
	c->values = calloc(2 * n, sizeof *c->values);
	if (!c->window || !c->in || !c->in_calm || !c->values) {
		calm_close(c);
		return -ENOMEM;
	}
	c->room = n;
	return 0;
}

/* Every role at one end of a window: did nobody disturb it? */
static bool alone(const struct calm_window *c, const struct canary end[ROLES_MAX], int roles,
		  double tolerance)
{
	for (int role = 0; role < roles; role++)
		if (!c->reference[role] ||
		    !gate_agrees(end[role].adds_per_cycle, c->reference[role]->adds_per_cycle,
				 tolerance))
			return false;
	return true;
}

/* And did every role keep its CPU, but for as long as a canary may be off? What comes and goes within a
 * window is not to be seen at its ends. Roles that share a CPU stop each other. */
static bool kept_cpu(const struct window *w, const struct invocation *i, double tolerance)
{
	if (i->roles == 2 && reference_active(i->planned) < 2)
		return true;
	for (int role = 0; role < i->roles; role++)
		if ((double)w->stopped_ns[role] > tolerance * (double)w->elapsed_ns)
			return false;
	return true;
}

/* And was the clock at the reference's level? */
static bool at_clock(const struct calm_window *c, const struct canary end[ROLES_MAX], int roles)
{
	for (int role = 0; role < roles; role++)
		if (!c->reference[role] ||
		    !gate_agrees(end[role].chain_ghz, c->clock_ghz[role], GATE_CLOCK))
			return false;
	return true;
}

/* And the kernel, in the invocation? Where its level is not known, was a mapping not far dearer than before the
 * run? */
static bool at_level(const struct calm_window *c, const struct outcome *out)
{
	const struct canary_reference *r = c->reference[0];

	if (!r)
		return false;
	if (r->mapping_cycles > 0)
		return gate_agrees(out->mapping_cycles, r->mapping_cycles, GATE_MAPPING);
	return !(out->mapping_cycles >= reference_dearest(r));
}

/* And what passes between two CPUs, in the invocation? A single reading is good to 1.4 %; how far the
 * whole invocation was from the level says more than either window does (30 runs of a pipe's round trip
 * between CPUs kept awake: sd of calm medians 1.39 % with windows held to 4 %; 0.94 when invocations were
 * held to 2 afterwards, of a level taken from the same runs: results/stability.md). */
static bool at_line(const struct calm_window *c, const struct invocation *i)
{
	double level = isnan(c->line_ns) || !c->reference[0]
			       ? NAN
			       : reference_line(c->reference[0], i->planned);

	return isnan(level) || gate_agrees(c->line_ns, level, GATE_LINE);
}

/* The median of both ends of all windows in a relation. */
static double line_of(struct calm *c, const struct outcome *out, const char *relation)
{
	size_t n = 0;

	for (uint64_t k = 0; k < c->n; k++) {
		if (strcmp(c->window[k].relation, relation))
			continue;
		c->values[n++] = out->window[k].line_before;
		c->values[n++] = out->window[k].line_after;
	}
	quantile_sort(c->values, n);
	return quantile_median(c->values, n);
}

/* What the CPUs were to each other in every window, and how far apart. */
static void find_relations(struct calm *c, const struct reference *r, const struct invocation *i)
{
	for (uint64_t k = 0; k < c->n; k++) {
		const struct window *w = &i->out->window[k];
		double line_ns[2] = { w->line_before, w->line_after };
		char buf[RELATION_MAX];

		c->window[k] = (struct calm_window){ .line_ns = NAN };
		snprintf(c->window[k].relation, RELATION_MAX, "%s",
			 r ? reference_relation(r, i->planned, line_ns, buf)
			   : cell_relation(i->planned));
	}
	for (uint64_t k = 0; reference_active(i->planned) == 2 && k < c->n; k++) {
		struct calm_window *w = &c->window[k], *last = k ? w - 1 : NULL;

		w->line_ns = last && !strcmp(last->relation, w->relation)
				     ? last->line_ns
				     : line_of(c, i->out, w->relation);
	}
}

static void judge_window(struct calm_window *c, const struct reference *r,
			 const struct invocation *i, const struct window *w)
{
	double tolerance = reference_active(i->planned) == 2 ? GATE_TWO_ROLES : GATE_ONE_ROLE;

	for (int role = 0; r && role < i->roles; role++) {
		const struct canary_reference *e = reference_find(r, i->planned, role, c->relation);

		c->reference[role] = e;
		if (e)
			c->clock_ghz[role] = reference_clock(r, e, i->planned->place.os[role]);
	}
	bool kept = kept_cpu(w, i, tolerance);
	c->alone_before = kept && alone(c, w->before, i->roles, tolerance);
	c->alone_after = kept && alone(c, w->after, i->roles, tolerance);
	c->alone = c->alone_before && c->alone_after;
	bool at_levels = at_level(c, i->out) && at_line(c, i);
	c->passed_before = c->alone_before && at_levels && at_clock(c, w->before, i->roles);
	c->passed_after = c->alone_after && at_levels && at_clock(c, w->after, i->roles);
	c->calm = c->passed_before && c->passed_after;
}

int calm_judge(struct calm *c, const struct reference *r, const struct invocation *i)
{
	if (make_room(c, i->out->windows))
		return -ENOMEM;
	c->gated = r && r->n;
	c->n = i->out->windows;
	find_relations(c, r, i);
	for (uint64_t k = 0; k < c->n; k++)
		judge_window(&c->window[k], r, i, &i->out->window[k]);
	return 0;
}

struct calm_count calm_select(struct calm *c, const struct invocation *i, unsigned metric,
			      const char *relation)
{
	const struct part *part = i->planned->cell.part;
	struct calm_count n = { 0 };

	for (uint64_t k = 0; k < c->n; k++) {
		const struct calm_window *w = &c->window[k];

		c->in[k] = reduce_measured(i->out, part, metric, k) &&
			   (!relation || !strcmp(w->relation, relation));
		c->in_calm[k] = c->in[k] && w->calm;
		n.windows += c->in[k];
		n.calm += c->in_calm[k];
		n.passed_before += c->in[k] && w->passed_before;
		n.passed_after += c->in[k] && w->passed_after;
	}
	return n;
}

static double ratio_of(const struct canary *x, const struct calm_window *c, int role, bool chain)
{
	return chain ? x->chain_ghz / c->clock_ghz[role]
		     : x->adds_per_cycle / c->reference[role]->adds_per_cycle;
}

static double worst_median(struct calm *c, const struct invocation *i, bool chain)
{
	double worst = NAN;

	for (int role = 0; role < i->roles; role++) {
		size_t n = 0;

		for (uint64_t k = 0; k < c->n; k++) {
			const struct window *w = &i->out->window[k];
			const struct calm_window *judged = &c->window[k];

			if (!c->in[k] || !judged->reference[role])
				continue;
			c->values[n++] = ratio_of(&w->before[role], judged, role, chain);
			c->values[n++] = ratio_of(&w->after[role], judged, role, chain);
		}
		quantile_sort(c->values, n);
		double median = quantile_median(c->values, n);
		if (isnan(worst) || fabs(median - 1) > fabs(worst - 1))
			worst = median;
	}
	return worst;
}

double calm_canary_ratio(struct calm *c, const struct invocation *i)
{
	return worst_median(c, i, false);
}

double calm_chain_ratio(struct calm *c, const struct invocation *i)
{
	return worst_median(c, i, true);
}
