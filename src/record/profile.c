/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "base/grow.h"
#include "record/cell.h"
#include "record/profile.h"
#include "record/profile_load.h"
#include "record/profile_worker.h"

/* Pages per page-table page on x86-64 and aarch64 with 4K pages; pages per memcg charge
 * (MEMCG_CHARGE_BATCH in the kernel's include/linux/memcontrol.h). */
enum { TABLE_PAGES = 512, CHARGE_PAGES = 64, TOUCHES_MAX = 1024 };

/* touch[i] is a touch of index i % TABLE_PAGES. */
struct pool {
	uint32_t *touch;
	size_t n, room;
	unsigned metric;
};

int profile_open(struct profile *p, const struct plan *plan, struct why *w)
{
	*p = (struct profile){ .plan = plan, .of = calloc(plan->n + 1, sizeof *p->of) };
	return p->of ? 0 : fail(w, ENOMEM, "the profiles of %zu cells", plan->n);
}

void profile_close(struct profile *p)
{
	if (p->of)
		for (size_t i = 0; i < p->plan->n; i++)
			free(p->of[i].touch);
	profile_load_close(p);
	profile_worker_close(p);
	free(p->of);
	p->of = NULL;
}

static bool is_profile(const struct cell *c, unsigned metric)
{
	return !strcmp(c->bench->name, "touch-profile") &&
	       !strcmp(c->part->metrics[metric].name, "touch");
}

/* Before the touches of one invocation in the journal. */
struct noted {
	uint64_t cell, metric;
};

static int add_touches(struct pool *q, const uint32_t *touch, size_t n)
{
	if (GROW(q->touch, q->room, q->n + n))
		return -ENOMEM;
	if (n)
		memcpy(q->touch + q->n, touch, n * sizeof *q->touch);
	q->n += n;
	return 0;
}

/* As many as there is room for. */
static int take_touches(struct profile *p, const struct profile_source *from)
{
	struct pool *q = &p->of[from->cell];
	const struct series *s = &from->out->series[from->metric];
	size_t left = (size_t)TABLE_PAGES * TOUCHES_MAX - q->n;
	size_t n = s->lost ? 0 : s->len / TABLE_PAGES * TABLE_PAGES;
	struct noted noted = { from->cell, from->metric };

	n = n < left ? n : left;
	if (!n)
		return 0;
	const uint32_t *touch = outcome_samples(from->out, from->metric);
	struct journal_record r = { JOURNAL_TOUCHES, &noted, touch, sizeof noted,
				    n * sizeof *touch };
	q->metric = from->metric;
	return add_touches(q, touch, n) || journal_add(p->journal, &r) ? -ENOMEM : 0;
}

int profile_restore(struct profile *p, const struct journal_record *r, struct why *w)
{
	const struct noted *n = r->head;

	if (r->kind == JOURNAL_LOAD)
		return profile_load_restore(p, r, w);
	if (r->kind == JOURNAL_WORKERS)
		return profile_worker_restore(p, r, w);
	if (r->head_len != sizeof *n || n->cell >= p->plan->n || n->metric >= METRICS_MAX)
		return misused(w, JOURNAL_NAME " has touches of another plan");
	p->of[n->cell].metric = (unsigned)n->metric;
	return add_touches(&p->of[n->cell], r->body, r->body_len / sizeof(uint32_t))
		       ? fail(w, ENOMEM, "the profile of " JOURNAL_NAME)
		       : 0;
}

int profile_add(struct profile *p, const struct profile_source *from)
{
	if (is_profile(&p->plan->cells[from->cell].cell, from->metric))
		return take_touches(p, from);
	int err = profile_load_add(p, from);
	return err ? err : profile_worker_add(p, from);
}

/* Where one index's touches are gathered and sorted. */
struct fold {
	const char *kind;
	size_t modulus;
	uint32_t *touch, *spare;
};

static int write_index(struct profile_sink *to, const struct fold *f, size_t n, struct why *w)
{
	struct csv_row *row = &to->row;

	quantile_sort_samples(f->touch, f->spare, n);
	csv_row_integer(row, PROFILE_samples, n);
	csv_row_number(row, PROFILE_median, quantile_median_of_samples(f->touch, n));
	csv_row_number(row, PROFILE_p90,
		       quantile_printable(n, .9) ? quantile_of_samples(f->touch, n, .9) : NAN);
	csv_row_number(row, PROFILE_p99,
		       quantile_printable(n, .99) ? quantile_of_samples(f->touch, n, .99) : NAN);
	return csv_writer_append(&to->out, row, w);
}

static int write_fold(struct profile_sink *to, const struct pool *q, const struct fold *f,
		      struct why *w)
{
	int err = 0;

	csv_row_text(&to->row, PROFILE_index_kind, f->kind);
	for (size_t index = 0; index < f->modulus && !err; index++) {
		size_t n = 0;

		for (size_t i = index; i < q->n; i += f->modulus)
			f->touch[n++] = q->touch[i];
		csv_row_integer(&to->row, PROFILE_index, index);
		err = write_index(to, f, n, w);
	}
	return err;
}

static int write_cell(struct profile_sink *to, const struct planned *c, const struct pool *q,
		      struct why *w)
{
	uint32_t *scratch = malloc(2 * q->n * sizeof *scratch);

	if (!scratch)
		return fail(w, ENOMEM, "the profile of %zu touches", q->n);
	struct fold table = { "page_mod_512", TABLE_PAGES, scratch, scratch + q->n };
	struct fold charge = { "page_mod_64", CHARGE_PAGES, scratch, scratch + q->n };
	cell_row(&to->row, c, &c->cell.part->metrics[q->metric]);
	csv_row_text(&to->row, PROFILE_relation, cell_relation(c));
	int err = write_fold(to, q, &table, w);
	if (!err)
		err = write_fold(to, q, &charge, w);
	free(scratch);
	return err;
}

int profile_write(const struct profile *p, const char *dir, const char *run_id, struct why *w)
{
	struct profile_sink to;
	int err = csv_writer_open(&to.out, dir, TABLE_PROFILE, w);

	if (err)
		return err;
	csv_row_begin(&to.row, to.out.table, run_id);
	for (size_t i = 0; i < p->plan->n && !err; i++) {
		if (p->of[i].n)
			err = write_cell(&to, &p->plan->cells[i], &p->of[i], w);
		if (!err)
			err = profile_load_write(p, i, &to, w);
		if (!err)
			err = profile_worker_write(p, i, &to, w);
	}
	if (!err)
		return csv_writer_close(&to.out, w);
	csv_writer_abandon(&to.out);
	return err;
}
