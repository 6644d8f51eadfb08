/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "base/grow.h"
#include "record/cell.h"
#include "record/profile_worker.h"

/* Of one metric of one cell: value[i] is of worker i % cell.processes. */
struct workers {
	double *value;
	size_t n, room;
};

static struct workers *workers_of(const struct profile *p, size_t cell)
{
	return p->workers ? p->workers + cell * METRICS_MAX : NULL;
}

/* Before the values of one invocation in the journal. */
struct noted {
	uint64_t cell, metric;
};

static int add(struct profile *p, const struct noted *noted, const double *value, size_t n)
{
	if (!p->workers)
		p->workers = calloc(p->plan->n * METRICS_MAX, sizeof *p->workers);
	if (!p->workers)
		return -ENOMEM;
	struct workers *of = workers_of(p, noted->cell) + noted->metric;
	if (GROW(of->value, of->room, of->n + n))
		return -ENOMEM;
	memcpy(of->value + of->n, value, n * sizeof *value);
	of->n += n;
	return 0;
}

static int add_samples(struct profile *p, const struct profile_source *from, size_t n)
{
	const uint32_t *sample = outcome_samples(from->out, from->metric);
	struct noted noted = { from->cell, from->metric };
	double *value = malloc(n * sizeof *value);
	struct journal_record r = { JOURNAL_WORKERS, &noted, value, sizeof noted,
				    n * sizeof *value };

	for (size_t i = 0; value && i < n; i++)
		value[i] = sample[i] / (double)from->reduction->batch;
	int err = !value || add(p, &noted, value, n) || journal_add(p->journal, &r) ? -ENOMEM : 0;
	free(value);
	return err;
}

/* Every window has a sample of each worker, in their order; where some were lost nobody knows whose
 * the others are. */
int profile_worker_add(struct profile *p, const struct profile_source *from)
{
	const struct cell *c = &p->plan->cells[from->cell].cell;

	if (!c->part->cpus_each || !c->part->metrics[from->metric].samples)
		return 0;
	const struct series *s = &from->out->series[from->metric];
	return s->lost || !s->len || s->len % c->processes ? 0 : add_samples(p, from, s->len);
}

int profile_worker_restore(struct profile *p, const struct journal_record *r, struct why *w)
{
	const struct noted *n = r->head;

	if (r->head_len != sizeof *n || n->cell >= p->plan->n || n->metric >= METRICS_MAX)
		return misused(w, JOURNAL_NAME " has workers of another plan");
	return add(p, n, r->body, r->body_len / sizeof(double))
		       ? fail(w, ENOMEM, "the profile of " JOURNAL_NAME)
		       : 0;
}

static int write_worker(double *value, size_t n, struct profile_sink *to, struct why *w)
{
	struct csv_row *row = &to->row;

	quantile_sort(value, n);
	csv_row_integer(row, PROFILE_samples, n);
	csv_row_number(row, PROFILE_median, quantile_median(value, n));
	csv_row_number(row, PROFILE_p90,
		       quantile_printable(n, .9) ? quantile_of(value, n, .9) : NAN);
	csv_row_number(row, PROFILE_p99,
		       quantile_printable(n, .99) ? quantile_of(value, n, .99) : NAN);
	return csv_writer_append(&to->out, row, w);
}

static int write_metric(const struct workers *of, size_t processes, struct profile_sink *to,
			struct why *w)
{
	double *value = malloc(of->n * sizeof *value);
	int err = value ? 0 : fail(w, ENOMEM, "a profile by worker");

	for (size_t worker = 0; worker < processes && !err; worker++) {
		size_t n = 0;

		for (size_t i = worker; i < of->n; i += processes)
			value[n++] = of->value[i];
		csv_row_integer(&to->row, PROFILE_index, worker);
		err = write_worker(value, n, to, w);
	}
	free(value);
	return err;
}

int profile_worker_write(const struct profile *p, size_t cell, struct profile_sink *to,
			 struct why *w)
{
	const struct planned *c = &p->plan->cells[cell];
	const struct metric *metrics = c->cell.part->metrics;
	const struct workers *of = workers_of(p, cell);
	int err = 0;

	for (unsigned m = 0; of && metrics[m].name && !err; m++) {
		if (!of[m].n)
			continue;
		cell_row(&to->row, c, &metrics[m]);
		csv_row_text(&to->row, PROFILE_relation, cell_relation(c));
		csv_row_text(&to->row, PROFILE_index_kind, "worker");
		err = write_metric(&of[m], c->cell.processes, to, w);
	}
	return err;
}

void profile_worker_close(struct profile *p)
{
	for (size_t i = 0; p->workers && i < p->plan->n * METRICS_MAX; i++)
		free(p->workers[i].value);
	free(p->workers);
	p->workers = NULL;
}
