/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "analyse/quantile.h"
#include "record/cell.h"
#include "record/flags.h"
#include "record/raw.h"
#include "record/recorder.h"

/* What a row of invocations.csv says before any number. */
struct heading {
	const struct planned *planned;
	const struct metric *metric;
	const char *status, *reason;
};

static void begin_row(struct csv_row *row, const struct recorder *r, const struct heading *h)
{
	csv_row_begin(row, r->invocations.table, r->run_id);
	cell_row(row, h->planned, h->metric);
	csv_row_text(row, INVOCATIONS_relation, cell_relation(h->planned));
	csv_row_text(row, INVOCATIONS_status, h->status);
	csv_row_text(row, INVOCATIONS_reason, h->reason);
	csv_row_integer(row, INVOCATIONS_group, h->planned->group);
}

/* Cells that the plan has found impossible: no invocation, no block. */
static int skip_cell(struct recorder *r, const struct planned *p, struct why *w)
{
	const struct metric *m = p->cell.part->metrics;
	struct csv_row row;
	int err = 0;

	for (; m->name && !err; m++) {
		struct heading h = { p, m, "skip", p->why.text };

		begin_row(&row, r, &h);
		err = csv_writer_append(&r->invocations, &row, w);
	}
	return err;
}

int recorder_open(struct recorder *r, const struct plan *p, const char *dir, const char *run_id,
		  struct why *w)
{
	*r = (struct recorder){ .plan = p, .dir = dir, .run_id = run_id };
	r->invocations.fd = r->windows.fd = -1;
	int err = distribution_open(&r->distribution, p, w);
	if (!err)
		err = profile_open(&r->profile, p, w);
	if (!err)
		err = csv_writer_open(&r->invocations, dir, TABLE_INVOCATIONS, w);
	if (!err)
		err = csv_writer_open(&r->windows, dir, TABLE_WINDOWS, w);
	for (size_t i = 0; i < p->n && !err; i++)
		if (p->cells[i].status)
			err = skip_cell(r, &p->cells[i], w);
	if (!err)
		err = csv_writer_flush(&r->invocations, w);
	if (err)
		recorder_close(r, &(struct why){ "" });
	return err;
}

static void row_position(struct csv_row *row, const struct invocation *i)
{
	csv_row_integer(row, INVOCATIONS_invocation, i->number);
	csv_row_integer(row, INVOCATIONS_block, i->block);
	csv_row_integer(row, INVOCATIONS_group, i->group);
	csv_row_integer(row, INVOCATIONS_position, i->position);
	csv_row_integer(row, INVOCATIONS_started_ns, i->started_ns);
}

static void row_quantiles(struct csv_row *row, const struct reduction *d)
{
	static const struct {
		unsigned column;
		double q;
	} quantiles[] = { { INVOCATIONS_min, 0 },     { INVOCATIONS_p10, .1 },
			  { INVOCATIONS_p25, .25 },   { INVOCATIONS_p75, .75 },
			  { INVOCATIONS_p90, .9 },    { INVOCATIONS_p99, .99 },
			  { INVOCATIONS_p999, .999 }, { INVOCATIONS_max, 1 } };

	for (size_t k = 0; k < sizeof quantiles / sizeof *quantiles; k++) {
		double q = quantiles[k].q;

		if (q == 1 || quantile_printable(d->n, q))
			csv_row_number(row, quantiles[k].column, quantile_of(d->sorted, d->n, q));
	}
}

static void row_reduction(struct csv_row *row, const struct reduction *d)
{
	csv_row_integer(row, INVOCATIONS_samples, d->n);
	csv_row_integer(row, INVOCATIONS_batch, d->batch);
	csv_row_integer(row, INVOCATIONS_operations, d->operations);
	csv_row_integer(row, INVOCATIONS_elapsed_ns, d->elapsed_ns);
	csv_row_integer(row, INVOCATIONS_windows, d->windows);
	csv_row_number(row, INVOCATIONS_median, d->median);
	csv_row_number(row, INVOCATIONS_median_all, d->median);
	csv_row_number(row, INVOCATIONS_rate_all, d->rate);
	row_quantiles(row, d);
	csv_row_number(row, INVOCATIONS_mean, d->mean);
	csv_row_number(row, INVOCATIONS_variance, d->variance);
	csv_row_integer(row, INVOCATIONS_outliers_mild, d->mild);
	csv_row_integer(row, INVOCATIONS_outliers_far, d->far);
}

/* role1 columns are a fixed distance behind role0's: columns.def lists them in pairs. */
static void row_counters(struct csv_row *row, const struct invocation *i)
{
	uint64_t migrations = 0;

	for (int role = 0; role < i->roles; role++) {
		const struct counters *n = &i->out->counters[role];
		unsigned next = (unsigned)role;

		csv_row_integer(row, INVOCATIONS_role0_minor_faults + next, n->minor_faults);
		csv_row_integer(row, INVOCATIONS_role0_major_faults + next, n->major_faults);
		csv_row_integer(row, INVOCATIONS_role0_voluntary_switches + next,
				n->voluntary_switches);
		csv_row_integer(row, INVOCATIONS_role0_involuntary_switches + next,
				n->involuntary_switches);
		migrations += n->migrations;
	}
	csv_row_integer(row, INVOCATIONS_migrations, migrations);
}

static void row_machine(struct csv_row *row, struct recorder *r, const struct invocation *i)
{
	for (int role = 0; role < i->roles; role++)
		if (i->cpu[role] >= 0)
			csv_row_integer(row, INVOCATIONS_role0_cpu + (unsigned)role,
					(uint64_t)i->cpu[role]);
	if (i->out->memory_node >= 0)
		csv_row_integer(row, INVOCATIONS_memory_node, (uint64_t)i->out->memory_node);
	row_counters(row, i);
	csv_row_number(row, INVOCATIONS_chain_ghz,
		       reduce_chain_ghz(i->out, i->roles, &r->workspace));
	csv_row_number(row, INVOCATIONS_cache_line_ns, reduce_cache_line(i->out, &r->workspace));
}

static void row_window(struct csv_row *row, const struct window *win, int roles)
{
	csv_row_integer(row, WINDOWS_started_ns, win->started_ns);
	csv_row_integer(row, WINDOWS_elapsed_ns, win->elapsed_ns);
	for (int role = 0; role < roles; role++) {
		unsigned next = 2 * (unsigned)role;

		csv_row_number(row, WINDOWS_role0_canary_before + next,
			       win->before[role].adds_per_cycle);
		csv_row_number(row, WINDOWS_role0_canary_after + next,
			       win->after[role].adds_per_cycle);
	}
	if (roles > 1) {
		csv_row_number(row, WINDOWS_cache_line_ns_before, win->line_before);
		csv_row_number(row, WINDOWS_cache_line_ns_after, win->line_after);
	}
}

static int append_windows(struct recorder *r, const struct invocation *i, unsigned metric,
			  const struct reduction *d, struct why *w)
{
	const struct planned *p = i->planned;
	const struct metric *m = &p->cell.part->metrics[metric];
	struct csv_row row;
	int err = 0;

	csv_row_begin(&row, r->windows.table, r->run_id);
	csv_row_integer(&row, WINDOWS_invocation, i->number);
	cell_row(&row, p, m);
	csv_row_text(&row, WINDOWS_relation, cell_relation(p));
	for (uint64_t n = 0; n < i->out->windows && !err; n++) {
		const struct window *win = &i->out->window[n];
		const struct portion *portion = &win->portion[metric];

		if (!portion->operations)
			continue;
		csv_row_integer(&row, WINDOWS_window, n);
		csv_row_integer(&row, WINDOWS_operations, portion->operations);
		csv_row_integer(&row, WINDOWS_samples, portion->samples);
		csv_row_number(&row, WINDOWS_median_ns,
			       m->kind == KIND_COUNT
				       ? NAN
				       : reduce_window(i->out, metric, win, d, &r->workspace));
		row_window(&row, win, i->roles);
		err = csv_writer_append(&r->windows, &row, w);
	}
	return err;
}

static int append_ok(struct recorder *r, const struct invocation *i, unsigned metric,
		     const struct reduction *d, struct why *w)
{
	size_t cell = (size_t)(i->planned - r->plan->cells);
	struct heading h = { i->planned, &i->planned->cell.part->metrics[metric], "ok", NULL };
	struct flags flags = flags_of_invocation(i, metric, d);
	struct csv_row row;

	begin_row(&row, r, &h);
	row_position(&row, i);
	row_reduction(&row, d);
	if (distribution_add(&r->distribution, cell, metric, d) ||
	    profile_add(&r->profile, cell, metric, i->out))
		return fail(w, ENOMEM, "the distribution of %s", h.metric->name);
	int err = append_windows(r, i, metric, d, w);
	if (!err && r->raw)
		err = raw_write(r->dir, i, metric, w);
	row_machine(&row, r, i); /* uses the workspace that d->sorted is in */
	csv_row_text(&row, INVOCATIONS_flags, flags.text);
	return err ? err : csv_writer_append(&r->invocations, &row, w);
}

static int append_without(struct recorder *r, const struct invocation *i, const struct heading *h,
			  struct why *w)
{
	struct csv_row row;

	begin_row(&row, r, h);
	row_position(&row, i);
	return csv_writer_append(&r->invocations, &row, w);
}

/* The sentence of an invocation without one of its own: that of the role that spoke. */
static const char *sentence(const struct invocation *i)
{
	for (int role = 0; i->out && !i->why.text[0] && role <= ROLES_MAX; role++)
		if (i->out->why[role].text[0])
			return i->out->why[role].text;
	return i->why.text[0] ? i->why.text : "the worker gave no reason";
}

static int take_metric(struct recorder *r, const struct invocation *i, unsigned metric,
		       struct why *w)
{
	const struct part *part = i->planned->cell.part;
	struct heading h = { i->planned, &part->metrics[metric], "skip", NULL };
	struct reduction d;

	if (i->status || !i->out) {
		h.status = i->status == CANNOT ? "skip" : "fail";
		h.reason = sentence(i);
		return append_without(r, i, &h, w);
	}
	if (i->out->metric_why[metric].text[0]) {
		h.reason = i->out->metric_why[metric].text;
		return append_without(r, i, &h, w);
	}
	if (reduce_metric(i->out, part, metric, &r->workspace, &d))
		return fail(w, ENOMEM, "the samples of %s", h.metric->name);
	if (d.windows)
		return append_ok(r, i, metric, &d, w);
	h.status = "fail";
	h.reason = "no window measured this metric";
	return append_without(r, i, &h, w);
}

int recorder_take(void *arg, const struct invocation *i, struct why *w)
{
	struct recorder *r = arg;
	int err = 0;

	if (i->planned->status)
		return 0;
	for (unsigned m = 0; i->planned->cell.part->metrics[m].name && !err; m++)
		err = take_metric(r, i, m, w);
	if (!err)
		err = csv_writer_flush(&r->windows, w);
	if (!err)
		err = csv_writer_flush(&r->invocations, w);
	return err;
}

int recorder_write(struct recorder *r, struct why *w)
{
	int err = distribution_write(&r->distribution, r->dir, r->run_id, w);

	return err ? err : profile_write(&r->profile, r->dir, r->run_id, w);
}

int recorder_close(struct recorder *r, struct why *w)
{
	int first = csv_writer_close(&r->invocations, w);
	int second = csv_writer_close(&r->windows, w);

	distribution_close(&r->distribution);
	profile_close(&r->profile);
	workspace_close(&r->workspace);
	return first ? first : second;
}
