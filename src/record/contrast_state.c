/* SPDX-License-Identifier: MIT */
/* What the bounds of two runs, and what their windows were held to, say of the machine. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/gate.h"
#include "record/contrast_state.h"

static const struct run_row *bound_row(const struct run_rows *r, const char *metric)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(run_row_benchmark(&r->row[i]), "bounds") &&
		    !strcmp(run_row_metric(&r->row[i]), metric) && r->row[i].n)
			return &r->row[i];
	return NULL;
}

static double bound_median(const struct run_row *row, double *values)
{
	size_t n = run_row_values(row, row->calm >= GATE_CALM, values);

	return contrast_median(values, n, false);
}

static struct bound find_bound(const struct contrast *c, const char *name)
{
	const char *metric = strchr(name, '/') + 1;
	struct bound b = { NULL, bound_row(c->base, metric), bound_row(c->new, metric), NAN };

	if (!b.base || !b.new)
		return b;
	b.name = name;
	b.moved = INFINITY; /* where there is no memory to say */
	double *room = malloc((b.base->n + b.new->n + 1) * sizeof *room);
	if (!room)
		return b;
	double was = bound_median(b.base, room);
	b.moved = log(bound_median(b.new, room) / was);
	free(room);
	return b;
}

/*
 * What moves with the machine as rows of a kind do. All the kernel's work on mappings gets faster or slower by
 * 5 to 10 % for minutes, and to give out pages does too: of that the least such work tells (bench/bounds.c),
 * and no canary does. Pages are written besides, and that other guests slow down. Then first touches may follow
 * in part: within half an hour a page of zeroes took 476 to 614 cycles, and a first touch, calm by all that the
 * gate sees, 4900 to 5700; on a quiet day the one moved by 8 % between 30 runs and the other by 0.9.
 */
struct movers {
	const char *bound;    /* it says whether the machine's speed is the same */
	const char *before;   /* what runs have from before there was that; it says nothing */
	const char *explains; /* where it has moved, rows may have, as much and the same way */
};

static const struct movers *movers_of(const struct run_row *row)
{
	static const struct movers life = { "bounds/mapping", "bounds/syscall", NULL };
	static const struct movers pages = { "bounds/page-fault", NULL, "bounds/zero-page" };
	static const char *const touching[] = { "first-touch", "touch-profile", "populate",
						"refault" };
	const char *benchmark = run_row_benchmark(row);

	for (size_t i = 0; i < sizeof touching / sizeof *touching; i++)
		if (!strcmp(benchmark, touching[i]))
			return &pages;
	if (!strcmp(benchmark, "crowd") && !strncmp(run_row_metric(row), "touch", strlen("touch")))
		return &pages;
	return strcmp(benchmark, "attach") ? NULL : &life;
}

struct bound contrast_bound(const struct contrast *c, const struct run_row *row)
{
	const struct movers *m = row->rate ? NULL : movers_of(row);
	struct bound b = { .name = NULL };

	if (m)
		b = find_bound(c, m->bound);
	return m && !b.name && m->before ? find_bound(c, m->before) : b;
}

/* What a cache line took beside the calm values; 0: nothing passed between two CPUs. */
static double line_median(const struct run_row *row, double *values)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n; i++)
		if (!isnan(row->value[i].calm) && row->value[i].line_ns > 0)
			values[n++] = row->value[i].line_ns;
	return n ? contrast_median(values, n, false) : 0;
}

/* Most of a message is cache lines on their way, and with what others do on the chip they take longer:
 * a line by 10 % within half an hour, and with it (0.80) the round trip of a pipe between CPUs that were
 * kept awake. The gate leaves 2 % to either side, and levels move. */
static struct bound find_line(const struct contrast_row *r)
{
	struct bound b = { .name = NULL };
	double *room = malloc((r->base->n + r->new->n + 1) * sizeof *room);
	double was = room ? line_median(r->base, room) : 0;
	double is = room ? line_median(r->new, room) : 0;

	if (!room || (was > 0 && is > 0))
		b = (struct bound){ "cache_line_ns", r->base, r->new,
				    room ? log(is / was) : INFINITY };
	free(room);
	return b;
}

struct bound contrast_explains(const struct contrast *c, const struct contrast_row *r)
{
	const struct movers *m = movers_of(r->base);
	struct bound b = { .name = NULL };

	if (!m)
		b = find_line(r);
	else if (m->explains && !c->wish.across_kernel)
		b = find_bound(c, m->explains);
	return b;
}

/* Was the machine as fast in one run as in the other, for rows like this? What a bound does has not changed
 * between two runs of one kernel: where its time has, the machine's state did. */
static bool same_speed(const struct contrast *c, const struct run_row *row)
{
	const struct movers *m = movers_of(row);
	struct bound b = { .name = NULL };

	if (m && !c->wish.across_kernel)
		b = find_bound(c, m->bound);
	return !b.name || fabs(b.moved) <= log1p(c->wish.threshold / 2);
}

static double apart(double was, double is)
{
	return was > 0 && is > 0 ? fabs(log(is / was)) : 0;
}

/* Were calm windows of both runs of one clock, on the CPU of each role, and of one level of the kernel? Times
 * of different ones differ as they do. */
static bool same_levels(const struct contrast *c, const struct contrast_row *r)
{
	const char *relation = r->base->relation;
	int roles = !*relation || !strcmp(relation, "same") ? 1 : 2;

	for (int role = 0; role < roles; role++)
		if (apart(run_rows_clock(c->base, roles, r->base->cpu[role]),
			  run_rows_clock(c->new, roles, r->new->cpu[role])) > log1p(GATE_CLOCK))
			return false;
	return apart(run_rows_mapping(c->base, roles), run_rows_mapping(c->new, roles)) <=
	       log1p(GATE_MAPPING / 2);
}

bool contrast_same_state(const struct contrast *c, const struct contrast_row *r)
{
	return same_levels(c, r) && same_speed(c, r->base);
}
