/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "base/grow.h"
#include "record/cell.h"
#include "record/distribution.h"
#include "record/reference.h"

/* Even steps where most of the cost is, finer towards the tails, which are what one looks for. */
static const double ladder[] = { 0,    .001,  .002, .005, .01,   .02,   .03,  .04,  .05,
				 .075, .1,    .125, .15,  .175,  .2,    .225, .25,  .275,
				 .3,   .325,  .35,  .375, .4,    .425,  .45,  .475, .5,
				 .525, .55,   .575, .6,   .625,  .65,   .675, .7,   .725,
				 .75,  .775,  .8,   .825, .85,   .875,  .9,   .91,  .92,
				 .93,  .94,   .95,  .96,  .97,   .98,   .985, .99,  .9925,
				 .995, .9975, .998, .999, .9995, .9999, 1 };

enum { RUNGS = sizeof ladder / sizeof *ladder };

/* The ladders of one metric of one cell in one relation, one invocation after the other. */
struct rungs {
	char relation[RELATION_MAX];
	double *value;
	size_t invocations, room;
	uint64_t samples;
	struct rungs *next; /* another relation: in the order in which they were seen */
};

int distribution_open(struct distribution *d, const struct plan *p, struct why *w)
{
	*d = (struct distribution){ .plan = p,
				    .of = calloc(p->n * METRICS_MAX + 1, sizeof *d->of) };
	return d->of ? 0 : fail(w, ENOMEM, "the distributions of %zu cells", p->n);
}

void distribution_close(struct distribution *d)
{
	for (size_t i = 0; d->of && i < d->plan->n * METRICS_MAX; i++)
		for (struct rungs *g = d->of[i], *next; g; g = next) {
			next = g->next;
			free(g->value);
			free(g);
		}
	free(d->of);
	d->of = NULL;
}

/* Those of this relation, made if need be; NULL: no memory. */
static struct rungs *rungs_of(struct rungs **at, const char *relation)
{
	while (*at && strcmp((*at)->relation, relation))
		at = &(*at)->next;
	if (!*at) {
		*at = calloc(1, sizeof **at);
		if (*at)
			snprintf((*at)->relation, sizeof(*at)->relation, "%s", relation);
	}
	return *at;
}

/* What one invocation leaves, as in the journal. */
struct noted {
	uint64_t slot, samples;
	char relation[RELATION_MAX];
	double value[RUNGS];
};

static int add(struct distribution *d, const struct noted *n)
{
	struct rungs *g = rungs_of(&d->of[n->slot], n->relation);

	if (!g || grow(&g->value, &g->room, g->invocations + 1, RUNGS * sizeof *g->value))
		return -ENOMEM;
	memcpy(g->value + g->invocations++ * RUNGS, n->value, sizeof n->value);
	g->samples += n->samples;
	return 0;
}

int distribution_add(struct distribution *d, const struct distribution_source *from)
{
	const struct reduction *r = from->reduction;
	struct noted n = { from->cell * METRICS_MAX + from->metric, r->n, "", { 0 } };
	struct journal_record record = { JOURNAL_LADDER, &n, NULL, sizeof n, 0 };

	if (!r->sampled)
		return 0;
	snprintf(n.relation, sizeof n.relation, "%s", from->relation);
	for (size_t i = 0; i < RUNGS; i++)
		n.value[i] = quantile_of(r->sorted, r->n, ladder[i]);
	return add(d, &n) || journal_add(d->journal, &record) ? -ENOMEM : 0;
}

int distribution_restore(struct distribution *d, const struct journal_record *r, struct why *w)
{
	const struct noted *n = r->head;

	if (r->head_len != sizeof *n || n->slot >= d->plan->n * METRICS_MAX)
		return misused(w, JOURNAL_NAME " has quantiles of another plan");
	return add(d, n) ? fail(w, ENOMEM, "the distributions of " JOURNAL_NAME) : 0;
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

/* The file, and the row in the making. */
struct sink {
	struct csv_writer out;
	struct csv_row row;
};

static int write_rungs(struct sink *to, const struct rungs *g, bool rate, struct why *w)
{
	double *scratch = malloc(g->invocations * sizeof *scratch);
	int err = scratch ? 0 : fail(w, ENOMEM, "the rows of %s", to->out.path);

	csv_row_text(&to->row, DISTRIBUTION_relation, g->relation);
	csv_row_integer(&to->row, DISTRIBUTION_samples, g->samples);
	for (size_t i = 0; i < RUNGS && !err; i++) {
		csv_row_number(&to->row, DISTRIBUTION_quantile, ladder[i]);
		csv_row_number(&to->row, DISTRIBUTION_value, median_of_rung(g, i, rate, scratch));
		err = csv_writer_append(&to->out, &to->row, w);
	}
	free(scratch);
	return err;
}

/* One metric of one cell, in all of its relations. */
static int write_slot(const struct distribution *d, size_t slot, struct sink *to, struct why *w)
{
	const struct planned *p = &d->plan->cells[slot / METRICS_MAX];
	const struct metric *m = &p->cell.part->metrics[slot % METRICS_MAX];
	bool rate = m->kind == KIND_RATE || m->kind == KIND_BOUND_RATE;
	int err = 0;

	cell_row(&to->row, p, m);
	for (const struct rungs *g = d->of[slot]; g && !err; g = g->next)
		err = write_rungs(to, g, rate, w);
	return err;
}

int distribution_write(const struct distribution *d, const char *dir, const char *run_id,
		       struct why *w)
{
	struct sink to;
	int err = csv_writer_open(&to.out, dir, TABLE_DISTRIBUTION, w);

	if (err)
		return err;
	csv_row_begin(&to.row, to.out.table, run_id);
	for (size_t slot = 0; slot < d->plan->n * METRICS_MAX && !err; slot++)
		if (d->of[slot])
			err = write_slot(d, slot, &to, w);
	if (!err)
		return csv_writer_close(&to.out, w);
	csv_writer_abandon(&to.out);
	return err;
}
