/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "base/grow.h"
#include "record/calm.h"
#include "record/calm_now.h"

enum { RELATIONS = GATE_CLASSES + 2 };

struct tally_of_relation {
	char relation[RELATION_MAX];
	uint64_t windows;
};

/* What is gathered at one spot. */
struct gathered {
	struct window *window;
	size_t n, room;
	double *mapping_cycles; /* of each worker */
	size_t workers;
	struct tally_of_relation relation[RELATIONS];
};

struct looking {
	const struct calm_look *look;
	struct calm calm;
	struct gathered *gathered; /* by spot */
	size_t now;
};

static void count_relation(struct gathered *g, const char *relation)
{
	for (size_t i = 0; i < RELATIONS; i++) {
		struct tally_of_relation *t = &g->relation[i];

		if (t->windows && strcmp(t->relation, relation))
			continue;
		snprintf(t->relation, sizeof t->relation, "%s", relation);
		t->windows++;
		return;
	}
}

static int keep_windows(struct gathered *g, const struct outcome *out)
{
	if (GROW(g->window, g->room, g->n + out->windows))
		return -ENOMEM;
	memcpy(g->window + g->n, out->window, out->windows * sizeof *out->window);
	g->n += out->windows;
	return 0;
}

static int keep_mapping(struct gathered *g, const struct outcome *out)
{
	double *grown = realloc(g->mapping_cycles, (g->workers + 1) * sizeof *grown);

	if (!grown)
		return -ENOMEM;
	g->mapping_cycles = grown;
	g->mapping_cycles[g->workers++] = out->mapping_cycles;
	return 0;
}

static void count_windows(struct looking *l, int roles)
{
	struct calm_spot *s = &l->look->spot[l->now];

	for (size_t k = 0; k < l->calm.n; k++) {
		const struct calm_window *w = &l->calm.window[k];
		bool judged = true;

		for (int role = 0; role < roles; role++)
			judged &= w->reference[role] != NULL;
		s->windows++;
		s->judged += judged;
		s->calm += w->calm;
		s->alone += w->alone;
		count_relation(&l->gathered[l->now], w->relation);
	}
}

static int take(void *arg, const struct outcome *out, struct why *w)
{
	struct looking *l = arg;
	const struct station *at = &l->look->spot[l->now].station;
	struct invocation i = { .planned = at->like, .roles = at->roles, .out = out };

	if (calm_judge(&l->calm, l->look->reference, &i) ||
	    reference_add(l->look->reference, at->like, out) ||
	    keep_windows(&l->gathered[l->now], out) || keep_mapping(&l->gathered[l->now], out))
		return fail(w, ENOMEM, "the canaries' readings");
	count_windows(l, at->roles);
	return 0;
}

/* The median over both ends of all windows. */
static double median_over(const struct gathered *g, double *values,
			  void (*read)(const struct window *w, int role, double two[2]), int role)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		double two[2];

		read(&g->window[i], role, two);
		for (int end = 0; end < 2; end++)
			if (isfinite(two[end]))
				values[n++] = two[end];
	}
	quantile_sort(values, n);
	return quantile_median(values, n);
}

static void read_adds(const struct window *w, int role, double two[2])
{
	two[0] = w->before[role].adds_per_cycle;
	two[1] = w->after[role].adds_per_cycle;
}

static void read_chain(const struct window *w, int role, double two[2])
{
	two[0] = w->before[role].chain_ghz;
	two[1] = w->after[role].chain_ghz;
}

static void read_line(const struct window *w, int role, double two[2])
{
	(void)role;
	two[0] = w->line_before;
	two[1] = w->line_after;
}

static int describe(const struct looking *l, struct calm_spot *s, struct gathered *g)
{
	double *values = calloc(2 * g->n + 1, sizeof *values);

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < RELATIONS; i++) {
		if (g->relation[i].windows <= s->same)
			continue;
		s->same = g->relation[i].windows;
		snprintf(s->relation, sizeof s->relation, "%s", g->relation[i].relation);
	}
	for (int role = 0; role < s->station.roles; role++) {
		s->adds_per_cycle[role] = median_over(g, values, read_adds, role);
		s->chain_ghz[role] = median_over(g, values, read_chain, role);
		const struct canary_reference *e =
			reference_find(l->look->reference, s->station.like, role, s->relation);

		s->reference[role] = e;
		if (e)
			s->clock_ghz[role] = reference_clock(l->look->reference, e,
							     s->station.like->place.os[role]);
	}
	quantile_sort(g->mapping_cycles, g->workers);
	s->mapping_cycles =
		s->station.roles == 1 ? quantile_median(g->mapping_cycles, g->workers) : NAN;
	s->line_ns = s->station.roles == 2 ? median_over(g, values, read_line, 0) : NAN;
	free(values);
	return 0;
}

static int look_round(struct looking *l, struct why *w)
{
	int err = 0;

	for (l->now = 0; l->now < l->look->spots && !err; l->now++)
		err = calibrate(l->look->measurement, &l->look->spot[l->now].station, take, l, w);
	return err;
}

int calm_look(const struct calm_look *look, struct why *w)
{
	uint64_t start = clock_ns();
	struct looking l = { .look = look,
			     .gathered = calloc(look->spots + 1, sizeof *l.gathered) };
	int err = l.gathered ? 0 : fail(w, ENOMEM, "the canaries' readings");

	for (size_t i = 0; i < look->spots; i++)
		look->spot[i] = (struct calm_spot){ .station = look->spot[i].station };
	for (unsigned round = 0; !err && (round == 0 || clock_ns() - start < look->ns); round++)
		err = look_round(&l, w);
	for (size_t i = 0; i < look->spots && !err; i++)
		if (describe(&l, &look->spot[i], &l.gathered[i]))
			err = fail(w, ENOMEM, "the canaries' readings");
	for (size_t i = 0; l.gathered && i < look->spots; i++) {
		free(l.gathered[i].window);
		free(l.gathered[i].mapping_cycles);
	}
	free(l.gathered);
	calm_close(&l.calm);
	return err;
}

double calm_spot_share(const struct calm_spot *s)
{
	return s->judged ? (double)s->calm / (double)s->judged : NAN;
}

double calm_spot_alone(const struct calm_spot *s)
{
	return s->judged ? (double)s->alone / (double)s->judged : NAN;
}

const char *calm_spot_name(const struct calm_spot *s, char *buf, size_t len)
{
	const int *os = s->station.like->place.os;

	if (s->station.roles == 1)
		snprintf(buf, len, "CPU %d", os[0]);
	else
		snprintf(buf, len, "CPUs %d and %d", os[0], os[1]);
	return buf;
}
