/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "base/grow.h"
#include "record/cell.h"
#include "record/profile_load.h"

static const double quantiles[] = { .5, .9, .99, .999 };
static const unsigned columns[] = { PROFILE_median, PROFILE_p90, PROFILE_p99, PROFILE_p999 };
enum { QUANTILES = sizeof quantiles / sizeof *quantiles };

/* Of one metric of one cell, one invocation after the other: the quantiles of a metric with
 * samples, NAN where there were too few; of one without, its median in [0]. */
struct load {
	double (*of)[QUANTILES];
	size_t n, room;
	uint64_t samples;
};

static struct load *loads_of(const struct profile *p, size_t cell)
{
	return p->loads ? p->loads + cell * METRICS_MAX : NULL;
}

/* What one invocation leaves, as in the journal. */
struct noted {
	uint64_t slot, samples;
	double of[QUANTILES];
};

static int add(struct profile *p, const struct noted *n)
{
	if (!p->loads)
		p->loads = calloc(p->plan->n * METRICS_MAX, sizeof *p->loads);
	if (!p->loads)
		return -ENOMEM;
	struct load *l = &p->loads[n->slot];
	if (GROW(l->of, l->room, l->n + 1))
		return -ENOMEM;
	memcpy(l->of[l->n++], n->of, sizeof n->of);
	l->samples += n->samples;
	return 0;
}

int profile_load_add(struct profile *p, const struct profile_source *from)
{
	const struct reduction *r = from->reduction;
	struct noted n = { .slot = from->cell * METRICS_MAX + from->metric };
	struct journal_record record = { JOURNAL_LOAD, &n, NULL, sizeof n, 0 };

	if (!(p->plan->cells[from->cell].cell.has & AXIS(RATE)))
		return 0;
	n.samples = r->n;
	for (unsigned q = 0; q < QUANTILES; q++)
		n.of[q] = quantile_printable(r->n, quantiles[q])
				  ? quantile_of(r->sorted, r->n, quantiles[q])
				  : NAN;
	if (!r->sampled)
		n.of[0] = r->median;
	return add(p, &n) || journal_add(p->journal, &record) ? -ENOMEM : 0;
}

int profile_load_restore(struct profile *p, const struct journal_record *r, struct why *w)
{
	const struct noted *n = r->head;

	if (r->head_len != sizeof *n || n->slot >= p->plan->n * METRICS_MAX)
		return misused(w, JOURNAL_NAME " has rates of another plan");
	return add(p, n) ? fail(w, ENOMEM, "the profile of " JOURNAL_NAME) : 0;
}

static double median_of(const struct load *l, unsigned q, double *scratch)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (!isnan(l->of[i][q]))
			scratch[n++] = l->of[i][q];
	quantile_sort(scratch, n);
	return quantile_median(scratch, n);
}

/* The metric whose value is the index. */
static unsigned offered_of(const struct part *part)
{
	unsigned m = 0;

	while (part->metrics[m].name && strcmp(part->metrics[m].name, "offered"))
		m++;
	return m;
}

static int write_metric(const struct load *l, struct profile_sink *to, struct why *w)
{
	double *scratch = malloc(l->n * sizeof *scratch);

	if (!scratch)
		return fail(w, ENOMEM, "a profile by offered rate");
	for (unsigned q = 0; q < QUANTILES; q++)
		csv_row_number(&to->row, columns[q], median_of(l, q, scratch));
	csv_row_integer(&to->row, PROFILE_samples, l->samples);
	free(scratch);
	return csv_writer_append(&to->out, &to->row, w);
}

int profile_load_write(const struct profile *p, size_t cell, struct profile_sink *to, struct why *w)
{
	const struct planned *c = &p->plan->cells[cell];
	const struct metric *metrics = c->cell.part->metrics;
	const struct load *loads = loads_of(p, cell);
	unsigned offered = offered_of(c->cell.part);
	int err = 0;

	if (!loads || !metrics[offered].name || !loads[offered].n)
		return 0;
	double *scratch = malloc(loads[offered].n * sizeof *scratch);
	if (!scratch)
		return fail(w, ENOMEM, "a profile by offered rate");
	uint64_t index = (uint64_t)llround(median_of(&loads[offered], 0, scratch));
	free(scratch);
	for (unsigned m = 0; metrics[m].name && !err; m++) {
		if (!metrics[m].samples || !loads[m].n)
			continue;
		cell_row(&to->row, c, &metrics[m]);
		csv_row_text(&to->row, PROFILE_relation, cell_relation(c));
		csv_row_text(&to->row, PROFILE_index_kind, "offered_rate");
		csv_row_integer(&to->row, PROFILE_index, index);
		err = write_metric(&loads[m], to, w);
	}
	return err;
}

void profile_load_close(struct profile *p)
{
	for (size_t i = 0; p->loads && i < p->plan->n * METRICS_MAX; i++)
		free(p->loads[i].of);
	free(p->loads);
	p->loads = NULL;
}
