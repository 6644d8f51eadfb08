/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "analyse/quantile.h"
#include "record/cell.h"
#include "record/view.h"

int view_make(struct view *v, const struct view_tools *t)
{
	const struct invocation *i = v->invocation;
	struct reduce_source from = { i->out, i->planned->cell.part, v->metric, { t->calm->in } };

	v->count = calm_select(t->calm, i, v->metric, v->relation);
	if (!v->relation)
		v->relation = cell_relation(i->planned);
	if (reduce_metric(&from, t->workspace, &v->reduction))
		return -ENOMEM;
	v->flags = flags_of_invocation(i, v->metric, &v->reduction);
	if (t->stolen)
		flags_raise(&v->flags, "steal");
	v->median = v->reduction.median;
	if (!t->calm->gated)
		return 0;
	flags_raise_frequency(&v->flags, calm_chain_ratio(t->calm, i));
	v->median = NAN;
	/* Over all relations there is no calm value: a median would be of several machines. */
	if (!v->count.windows || v->count.calm < gate_windows_needed(v->count.windows) ||
	    !strcmp(v->relation, "all"))
		return 0;
	from.of.in = t->calm->in_calm;
	return reduce_median(&from, &v->median);
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

static void row_reduction(struct csv_row *row, const struct view *v)
{
	const struct reduction *d = &v->reduction;

	csv_row_integer(row, INVOCATIONS_samples, d->n);
	csv_row_integer(row, INVOCATIONS_batch, d->batch);
	csv_row_integer(row, INVOCATIONS_operations, d->operations);
	csv_row_integer(row, INVOCATIONS_elapsed_ns, d->elapsed_ns);
	csv_row_integer(row, INVOCATIONS_windows, d->windows);
	csv_row_number(row, INVOCATIONS_median, v->median);
	csv_row_number(row, INVOCATIONS_median_all, d->median);
	csv_row_number(row, INVOCATIONS_rate_all, d->rate);
	row_quantiles(row, d);
	csv_row_number(row, INVOCATIONS_mean, d->mean);
	csv_row_number(row, INVOCATIONS_variance, d->variance);
	csv_row_integer(row, INVOCATIONS_outliers_mild, d->mild);
	csv_row_integer(row, INVOCATIONS_outliers_far, d->far);
}

static void row_gate(struct csv_row *row, struct calm *c, const struct view *v)
{
	if (!c->gated)
		return;
	csv_row_integer(row, INVOCATIONS_calm_windows, v->count.calm);
	csv_row_integer(row, INVOCATIONS_windows_before_calm, v->count.passed_before);
	csv_row_integer(row, INVOCATIONS_windows_after_calm, v->count.passed_after);
	csv_row_number(row, INVOCATIONS_canary_ratio, calm_canary_ratio(c, v->invocation));
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

static void row_machine(struct csv_row *row, const struct view_tools *t, const struct invocation *i)
{
	for (int role = 0; role < i->roles; role++)
		if (i->cpu[role] >= 0)
			csv_row_integer(row, INVOCATIONS_role0_cpu + (unsigned)role,
					(uint64_t)i->cpu[role]);
	if (i->out->memory_node >= 0)
		csv_row_integer(row, INVOCATIONS_memory_node, (uint64_t)i->out->memory_node);
	if (i->out->page_bytes)
		csv_row_integer(row, INVOCATIONS_page_bytes, i->out->page_bytes);
	row_counters(row, i);
	struct selection of = { t->calm->in };
	csv_row_number(row, INVOCATIONS_chain_ghz,
		       reduce_chain_ghz(i->out, i->roles, of, t->workspace));
	csv_row_number(row, INVOCATIONS_cache_line_ns, reduce_cache_line(i->out, of, t->workspace));
}

void view_row(struct csv_row *row, const struct view *v, const struct view_tools *t)
{
	const struct invocation *i = v->invocation;

	csv_row_text(row, INVOCATIONS_relation, v->relation);
	row_reduction(row, v);
	row_gate(row, t->calm, v);
	row_machine(row, t, i);
	csv_row_text(row, INVOCATIONS_flags, v->flags.text);
}
