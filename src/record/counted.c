/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "record/cell.h"
#include "record/counted.h"
#include "record/reduce.h"

/* role1 columns are one behind role0's: columns.def lists them in pairs. */
static const unsigned columns[EVENTS] = {
	[EVENT_CYCLES] = COUNTERS_role0_cycles,
	[EVENT_INSTRUCTIONS] = COUNTERS_role0_instructions,
	[EVENT_DTLB_MISSES] = COUNTERS_role0_dtlb_misses,
	[EVENT_CACHE_MISSES] = COUNTERS_role0_cache_misses,
	[EVENT_PAGE_FAULTS] = COUNTERS_role0_page_faults,
	[EVENT_CONTEXT_SWITCHES] = COUNTERS_role0_context_switches,
	[EVENT_MIGRATIONS] = COUNTERS_role0_migrations,
};

struct counted counted_sum(const struct outcome *out, const struct part *part, unsigned metric)
{
	struct counted c = { 0 };

	for (uint64_t i = 0; i < out->windows; i++) {
		const struct window *win = &out->window[i];

		if (!reduce_measured(out, part, metric, i))
			continue;
		c.windows++;
		c.operations += win->portion[metric].operations;
		for (int role = 0; role < ROLES_MAX; role++)
			events_sum(&c.of[role], &win->counted[role]);
	}
	return c;
}

/* The smaller share of the roles; NAN where neither has hardware events. */
static double least_share(const struct counted *c, int roles)
{
	double least = NAN;

	for (int role = 0; role < roles; role++)
		least = fmin(least, events_share(&c->of[role]));
	return least;
}

static void row_counts(struct csv_row *row, const struct invocation *i, const struct counted *c)
{
	double share = least_share(c, i->roles);

	csv_row_integer(row, COUNTERS_windows, c->windows);
	csv_row_integer(row, COUNTERS_operations, c->operations);
	csv_row_number(row, COUNTERS_counted_share, share);
	if (!isnan(share))
		csv_row_text(row, COUNTERS_mode, i->out->user_only ? "user" : "user and kernel");
	for (int role = 0; role < i->roles; role++)
		for (unsigned e = 0; e < EVENTS; e++)
			if (i->out->have[role] & 1u << e)
				csv_row_number(row, columns[e] + (unsigned)role,
					       events_scaled(&c->of[role], (enum event)e));
}

/* The status, and in *why the reason why there is nothing to tell; "" where there is. */
static const char *judge(const struct invocation *i, unsigned metric, const struct counted *c,
			 struct why *why)
{
	*why = i->out->metric_why[metric];
	if (why->text[0])
		return "skip";
	return c->windows ? "ok" : reduce_absent(i->out, i->planned->cell.part, metric, why);
}

static int append(const struct counted_sink *to, const struct invocation *i, unsigned metric,
		  struct why *w)
{
	struct why why = { "" };
	const struct planned *p = i->planned;
	const char *status = i->status == CANNOT ? "skip" : "fail";
	struct counted c = { 0 };
	struct csv_row row;

	if (!to->reason) {
		c = counted_sum(i->out, p->cell.part, metric);
		status = judge(i, metric, &c, &why);
	}
	csv_row_begin(&row, to->out->table, to->run_id);
	csv_row_integer(&row, COUNTERS_invocation, i->number);
	cell_row(&row, p, &p->cell.part->metrics[metric]);
	csv_row_text(&row, COUNTERS_relation, cell_relation(p));
	csv_row_text(&row, COUNTERS_status, status);
	csv_row_text(&row, COUNTERS_reason, to->reason ? to->reason : why.text);
	if (!strcmp(status, "ok"))
		row_counts(&row, i, &c);
	return csv_writer_append(to->out, &row, w);
}

int counted_rows(const struct counted_sink *to, const struct invocation *i, struct why *w)
{
	int err = 0;

	for (unsigned m = 0; i->planned->cell.part->metrics[m].name && !err; m++)
		err = append(to, i, m, w);
	return err ? err : csv_writer_flush(to->out, w);
}

/* The names of all events with this error; each is told once. */
static void name_all(const struct events *e, int error, struct counted_missing *m)
{
	size_t used = 0;

	for (size_t i = 0; i < EVENTS; i++)
		if (e->error[i] == error)
			used += (size_t)snprintf(m->what + used, sizeof m->what - used, "%s%s",
						 used ? ", " : "", event_name((enum event)i));
}

static bool told(const struct events *e, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (e->error[k] == e->error[i])
			return true;
	return false;
}

size_t counted_missing(const struct events *e, struct counted_missing *list)
{
	size_t n = 0;

	for (size_t i = 0; i < EVENTS; i++) {
		if (!e->error[i] || told(e, i))
			continue;
		list[n] = (struct counted_missing){ .what = "" };
		name_all(e, e->error[i], &list[n]);
		events_why(e->error[i], &list[n++].why);
	}
	if (e->user_only) {
		list[n] = (struct counted_missing){ .what = "counts of kernel mode" };
		events_why(EACCES, &list[n++].why);
	}
	return n;
}
