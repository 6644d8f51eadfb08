/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include "analyse/quantile.h"
#include "record/cell.h"
#include "record/distribution.h"

/* Even steps where most of the cost is, finer towards the tails, which are what one looks for. */
static const double ladder[] = { 0,    .001,  .002, .005, .01,   .02,   .03,  .04,  .05,
				 .075, .1,    .125, .15,  .175,  .2,    .225, .25,  .275,
				 .3,   .325,  .35,  .375, .4,    .425,  .45,  .475, .5,
				 .525, .55,   .575, .6,   .625,  .65,   .675, .7,   .725,
				 .75,  .775,  .8,   .825, .85,   .875,  .9,   .91,  .92,
				 .93,  .94,   .95,  .96,  .97,   .98,   .985, .99,  .9925,
				 .995, .9975, .998, .999, .9995, .9999, 1 };

enum { RUNGS = sizeof ladder / sizeof *ladder };

/* The ladders of one metric of one cell, one invocation after the other. */
struct rungs {
	double *value;
	size_t invocations, room;
	uint64_t samples;
};

int distribution_open(struct distribution *d, const struct plan *p, struct why *w)
{
	*d = (struct distribution){ .plan = p,
				    .of = calloc(p->n * METRICS_MAX + 1, sizeof *d->of) };
	return d->of ? 0 : fail(w, ENOMEM, "the distributions of %zu cells", p->n);
}

void distribution_close(struct distribution *d)
{
	if (d->of)
		for (size_t i = 0; i < d->plan->n * METRICS_MAX; i++)
			free(d->of[i].value);
	free(d->of);
	d->of = NULL;
}

static int rungs_room(struct rungs *g)
{
	if (g->invocations < g->room)
		return 0;
	size_t room = g->room ? 2 * g->room : 8;
	double *grown = realloc(g->value, room * RUNGS * sizeof *grown);
	if (!grown)
		return -ENOMEM;
	g->value = grown;
	g->room = room;
	return 0;
}

int distribution_add(struct distribution *d, size_t cell, unsigned metric,
		     const struct reduction *r)
{
	struct rungs *g = &d->of[cell * METRICS_MAX + metric];

	if (!r->sampled)
		return 0;
	if (rungs_room(g))
		return -ENOMEM;
	double *value = g->value + g->invocations++ * RUNGS;
	for (size_t i = 0; i < RUNGS; i++)
		value[i] = quantile_of(r->sorted, r->n, ladder[i]);
	g->samples += r->n;
	return 0;
}

/* Of rates, too: the middle of two rates is the inverse of the middle of their times. */
static double median_of_rung(const struct rungs *g, size_t rung, bool rate, double *scratch)
{
	for (size_t i = 0; i < g->invocations; i++) {
		double value = g->value[i * RUNGS + rung];

		scratch[i] = rate ? 1 / value : value;
	}
	quantile_sort(scratch, g->invocations);
	double median = quantile_median(scratch, g->invocations);
	return rate ? 1 / median : median;
}

static int write_metric(const struct distribution *d, struct csv_writer *out, struct csv_row *row,
			size_t slot, struct why *w)
{
	const struct planned *p = &d->plan->cells[slot / METRICS_MAX];
	const struct metric *m = &p->cell.part->metrics[slot % METRICS_MAX];
	const struct rungs *g = &d->of[slot];
	bool rate = m->kind == KIND_RATE || m->kind == KIND_BOUND_RATE;
	double *scratch = malloc(g->invocations * sizeof *scratch);
	int err = scratch ? 0 : fail(w, ENOMEM, "the distribution of %s", m->name);

	cell_row(row, p, m);
	csv_row_text(row, DISTRIBUTION_relation, cell_relation(p));
	csv_row_integer(row, DISTRIBUTION_samples, g->samples);
	for (size_t i = 0; i < RUNGS && !err; i++) {
		csv_row_number(row, DISTRIBUTION_quantile, ladder[i]);
		csv_row_number(row, DISTRIBUTION_value, median_of_rung(g, i, rate, scratch));
		err = csv_writer_append(out, row, w);
	}
	free(scratch);
	return err;
}

int distribution_write(const struct distribution *d, const char *dir, const char *run_id,
		       struct why *w)
{
	struct csv_writer out;
	struct csv_row row;
	int err = csv_writer_open(&out, dir, TABLE_DISTRIBUTION, w);

	if (err)
		return err;
	csv_row_begin(&row, out.table, run_id);
	for (size_t slot = 0; slot < d->plan->n * METRICS_MAX && !err; slot++)
		if (d->of[slot].invocations)
			err = write_metric(d, &out, &row, slot, w);
	if (!err)
		return csv_writer_close(&out, w);
	csv_writer_abandon(&out);
	return err;
}
