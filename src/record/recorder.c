/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "record/cell.h"
#include "record/raw.h"
#include "record/recorder.h"
#include "record/view.h"

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

int recorder_prepare(struct recorder *r, const struct recorder_left *left, struct why *w)
{
	const struct plan *p = left->plan;

	*r = (struct recorder){ .plan = p, .dir = left->dir, .run_id = left->run_id };
	r->invocations.fd = r->windows.fd = r->counters.fd = r->journal.fd = -1;
	int err = standing_open(&r->standing, p, w);
	if (!err)
		err = distribution_open(&r->distribution, p, w);
	if (!err)
		err = profile_open(&r->profile, p, w);
	return err;
}

static int open_files(struct recorder *r, struct why *w)
{
	const struct plan *p = r->plan;
	int err = journal_create(&r->journal, r->dir, w);

	if (!err)
		err = csv_writer_open(&r->invocations, r->dir, TABLE_INVOCATIONS, w);
	if (!err)
		err = csv_writer_open(&r->windows, r->dir, TABLE_WINDOWS, w);
	for (size_t i = 0; i < p->n && !err; i++)
		if (p->cells[i].status)
			err = skip_cell(r, &p->cells[i], w);
	return err ? err : csv_writer_flush(&r->invocations, w);
}

int recorder_open(struct recorder *r, const struct plan *p, const char *dir, const char *run_id,
		  struct why *w)
{
	struct recorder_left left = { p, dir, run_id, NULL };
	int err = recorder_prepare(r, &left, w);

	if (!err)
		err = open_files(r, w);
	recorder_keep(r);
	if (!err)
		err = recorder_milestone(r, &(struct milestone){ .number = 0 }, NO_GROUP, w);
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

static void row_window(struct csv_row *row, const struct outcome *out, uint64_t k, int roles)
{
	const struct window *win = &out->window[k];

	csv_row_integer(row, WINDOWS_started_ns, win->started_ns);
	csv_row_integer(row, WINDOWS_elapsed_ns, win->elapsed_ns);
	for (int role = 0; role < roles; role++) {
		unsigned next = 2 * (unsigned)role;

		csv_row_number(row, WINDOWS_role0_canary_before + next,
			       win->before[role].adds_per_cycle);
		csv_row_number(row, WINDOWS_role0_canary_after + next,
			       win->after[role].adds_per_cycle);
		csv_row_number(row, WINDOWS_role0_chain_ghz + (unsigned)role,
			       (win->before[role].chain_ghz + win->after[role].chain_ghz) / 2);
		if (out->worked_ns[role])
			csv_row_integer(row, WINDOWS_role0_stopped_ns + (unsigned)role,
					win->stopped_ns[role]);
	}
	csv_row_number(row, WINDOWS_mapping_cycles, out->mapping_cycles);
	if (roles > 1) {
		csv_row_number(row, WINDOWS_cache_line_ns_before, win->line_before);
		csv_row_number(row, WINDOWS_cache_line_ns_after, win->line_after);
	}
}

static int append_windows(struct recorder *r, const struct view *v, struct why *w)
{
	const struct invocation *i = v->invocation;
	const struct part *part = i->planned->cell.part;
	struct reduce_source from = { .out = i->out, .part = part, .metric = v->metric };
	struct csv_row row;
	int err = 0;

	csv_row_begin(&row, r->windows.table, r->run_id);
	csv_row_integer(&row, WINDOWS_invocation, i->number);
	cell_row(&row, i->planned, &part->metrics[v->metric]);
	for (uint64_t n = 0; n < i->out->windows && !err; n++) {
		const struct window *win = &i->out->window[n];
		const struct portion *portion = &win->portion[v->metric];

		if (!portion->operations)
			continue;
		csv_row_integer(&row, WINDOWS_window, n);
		csv_row_integer(&row, WINDOWS_operations, portion->operations);
		csv_row_integer(&row, WINDOWS_samples, portion->samples);
		csv_row_number(&row, WINDOWS_median_ns,
			       reduce_window(&from, win, v->reduction.batch, &r->workspace));
		csv_row_number(&row, WINDOWS_value,
			       reduce_value(&from, win, v->reduction.batch, &r->workspace));
		csv_row_text(&row, WINDOWS_relation, r->calm.window[n].relation);
		if (r->calm.gated)
			csv_row_integer(&row, WINDOWS_calm, r->calm.window[n].calm);
		row_window(&row, i->out, n, i->roles);
		err = csv_writer_append(&r->windows, &row, w);
	}
	return err;
}

static struct view_tools tools_of(struct recorder *r)
{
	return (struct view_tools){ &r->calm, &r->workspace, r->stolen };
}

static int append_view(struct recorder *r, const struct view *v, struct why *w)
{
	const struct invocation *i = v->invocation;
	struct heading h = { i->planned, &i->planned->cell.part->metrics[v->metric], "ok", NULL };
	struct view_tools tools = tools_of(r);
	size_t cell = (size_t)(i->planned - r->plan->cells);
	struct distribution_source samples = { cell, v->metric, v->relation, &v->reduction };
	struct csv_row row;

	if (distribution_add(&r->distribution, &samples))
		return fail(w, ENOMEM, "the distribution of %s", h.metric->name);
	begin_row(&row, r, &h);
	row_position(&row, i);
	view_row(&row, v, &tools);
	int err = csv_writer_append(&r->invocations, &row, w);
	bool discarded = r->discard_flagged && flags_find_disturbed(v->flags.text);
	struct standing_value value = { .cell = cell,
					.metric = v->metric,
					.relation = v->relation,
					.value = discarded ? NAN : v->median,
					.batch = v->reduction.batch };
	return err ? err : standing_add(&r->standing, &value, w);
}

/* What is of all windows, whatever the relation. */
static int append_whole(struct recorder *r, const struct view *v, struct why *w)
{
	const struct invocation *i = v->invocation;
	size_t cell = (size_t)(i->planned - r->plan->cells);

	struct profile_source from = { cell, v->metric, i->out, &v->reduction };

	if (profile_add(&r->profile, &from))
		return fail(w, ENOMEM, "the profile of %s",
			    i->planned->cell.part->metrics[v->metric].name);
	int err = append_windows(r, v, w);
	return !err && r->raw ? raw_write(r->dir, i, v->metric, w) : err;
}

/* Was this window's relation seen in an earlier one? */
static bool seen_before(const struct calm *c, uint64_t window)
{
	for (uint64_t k = 0; k < window; k++)
		if (!strcmp(c->window[k].relation, c->window[window].relation))
			return true;
	return false;
}

/* One row for each relation in which there are windows enough, in the order they came. */
static int append_relations(struct recorder *r, const struct invocation *i, unsigned metric,
			    struct why *w)
{
	int err = 0;

	for (uint64_t k = 0; k < r->calm.n && !err; k++) {
		const char *relation = r->calm.window[k].relation;
		struct view v = { .invocation = i, .metric = metric, .relation = relation };
		struct view_tools tools = tools_of(r);

		if (seen_before(&r->calm, k) || !strcmp(relation, "mixed"))
			continue;
		if (calm_select(&r->calm, i, metric, relation).windows < GATE_WINDOWS)
			continue;
		err = view_make(&v, &tools) ? fail(w, ENOMEM, "the windows of %s", relation)
					    : append_view(r, &v, w);
	}
	return err;
}

static int append_ok(struct recorder *r, const struct view *v, struct why *w)
{
	int err = append_whole(r, v, w);

	if (!err)
		err = append_view(r, v, w);
	if (!err && r->calm.gated && !strcmp(v->relation, "all"))
		err = append_relations(r, v->invocation, v->metric, w);
	return err;
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
	struct view v = { .invocation = i, .metric = metric };
	struct view_tools tools = tools_of(r);

	if (i->status || !i->out) {
		h.status = i->status == CANNOT ? "skip" : "fail";
		h.reason = sentence(i);
		return append_without(r, i, &h, w);
	}
	if (i->out->metric_why[metric].text[0]) {
		h.reason = i->out->metric_why[metric].text;
		return append_without(r, i, &h, w);
	}
	if (view_make(&v, &tools))
		return fail(w, ENOMEM, "the samples of %s", h.metric->name);
	if (v.reduction.windows)
		return append_ok(r, &v, w);
	struct why why;
	h.status = reduce_absent(i->out, part, metric, &why);
	h.reason = why.text;
	return append_without(r, i, &h, w);
}

static int take_counted(struct recorder *r, const struct invocation *i, struct why *w)
{
	struct counted_sink to = { &r->counters, r->run_id,
				   i->status || !i->out ? sentence(i) : NULL };
	int err = 0;

	if (r->counters.fd < 0)
		err = csv_writer_open(&r->counters, r->dir, TABLE_COUNTERS, w);
	return err ? err : counted_rows(&to, i, w);
}

int recorder_take(void *arg, const struct invocation *i, struct why *w)
{
	struct recorder *r = arg;
	int err = 0;

	if (i->planned->status)
		return 0;
	if (i->counted)
		return take_counted(r, i, w);
	r->stolen = r->steal && steal_take(r->steal, i);
	if (!i->status && i->out &&
	    (calm_judge(&r->calm, r->reference, i) ||
	     (r->reference && reference_add(r->reference, i->planned, i->out))))
		return fail(w, ENOMEM, "the windows of an invocation");
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

int recorder_close_tables(struct recorder *r, struct why *w)
{
	int first = csv_writer_close(&r->invocations, w);
	int second = csv_writer_close(&r->windows, w);
	int third = csv_writer_close(&r->counters, w);

	return first ? first : second ? second : third;
}

int recorder_close(struct recorder *r, struct why *w)
{
	int err = recorder_close_tables(r, w);

	journal_close(&r->journal, false);
	distribution_close(&r->distribution);
	profile_close(&r->profile);
	workspace_close(&r->workspace);
	calm_close(&r->calm);
	standing_close(&r->standing);
	return err;
}
