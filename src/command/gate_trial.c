/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "base/grow.h"
#include "command/gate_trial.h"
#include "plan/registry.h"
#include "plan/request.h"

static const struct {
	const char *bench, *part, *metric;
} chosen[] = {
	[TRIAL_NULL] = { "null", "one", "empty" },
	[TRIAL_ATTACH] = { "attach", "life", "attach" },
	[TRIAL_TOUCH] = { "first-touch", "touch", "sweep" },
};
enum { CHOSEN = sizeof chosen / sizeof *chosen };

static const char *const requests[] = {
	"null/one", "null/two", "attach/life --region sysv --state fresh --size 64K",
	"first-touch --region sysv --state fresh --access write --order sequential --size 16M"
};
enum { REQUESTS = sizeof requests / sizeof *requests };

static int make_plan(struct trial *t, struct why *w)
{
	const char *const nowhere[] = { NULL };
	struct request request[REQUESTS] = { { 0 } };
	struct wish wish = {
		.request = request,
		.requests = REQUESTS,
		.directories = nowhere,
		.blocks = 1,
		.topology = t->topology,
	};
	int err = 0;

	for (int i = 0; i < REQUESTS && !err; i++)
		err = request_parse(&request[i], requests[i], w);
	if (!err)
		err = plan_make(&t->plan, &wish, w);
	for (int i = 0; i < REQUESTS; i++)
		request_free(&request[i]);
	return err;
}

static int find_cell(struct planned *found, const struct plan *p, const char *bench,
		     const char *part, struct why *w)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct planned *c = &p->cells[i];

		if (strcmp(c->cell.bench->name, bench) || strcmp(c->cell.part->name, part))
			continue;
		*found = *c;
		return c->status ? cannot(w, "%s", c->why.text) : 0;
	}
	return fail(w, 0, "no cell of %s/%s was planned", bench, part);
}

static int pick_cells(struct trial *t, struct why *w)
{
	struct planned *deferred = &t->cell[TRIAL_DEFERRED];
	int err = find_cell(&t->pair, &t->plan, "null", "two", w);

	for (int i = 0; i < CHOSEN && !err; i++)
		err = find_cell(&t->cell[i], &t->plan, chosen[i].bench, chosen[i].part, w);
	*deferred = t->cell[TRIAL_NULL];
	deferred->cell.bench = registry_hidden("deferred");
	deferred->cell.part = deferred->cell.bench->parts;
	deferred->cell.has = deferred->cell.part->axes;
	/* One role has no place of its own: it is the first of the pair. */
	struct place both = t->pair.place;
	if (!err)
		trial_move(t, &both);
	return err;
}

static int open_reference(struct trial *t, struct why *w)
{
	struct why ignored = { 0 };
	struct reference_room room;
	struct reference_wish wish = { .plan = &t->plan,
				       .spread_ns = 1000000000,
				       .measurement = &t->measurement };

	reference_wish_here(&wish, &room);
	t->ready = true;
	return reference_open(&t->reference, &wish, &ignored, w);
}

int trial_open(struct trial *t, struct why *w)
{
	const char *const nowhere[] = { NULL };
	int err;

	*t = (struct trial){ .opened = false };
	t->measurement = (struct measurement){ .ledger = &t->ledger, .signals = -1 };
	if (canary_unavailable())
		return cannot(w, "%s", canary_unavailable());
	err = topology_load(&t->topology, NULL, NULL, w);
	if (!err && !topology_is_here(t->topology))
		err = cannot(w, "this topology is not this machine's");
	if (!err)
		err = make_plan(t, w);
	if (!err)
		err = pick_cells(t, w);
	if (!err)
		err = ledger_open(&t->ledger, nowhere, w);
	t->opened = !err;
	return err ? err : open_reference(t, w);
}

void trial_close(struct trial *t)
{
	if (t->ready)
		reference_close(&t->reference);
	if (t->opened)
		ledger_close(&t->ledger);
	calm_close(&t->calm);
	plan_free(&t->plan);
	topology_free(t->topology);
}

void trial_move(struct trial *t, const struct place *p)
{
	for (int i = 0; i < TRIAL_CELLS; i++)
		t->cell[i].place = *p;
	t->pair.place = *p;
}

static unsigned metric_of(enum trial_cell c, const struct part *part)
{
	unsigned m = 0;

	while ((int)c < CHOSEN && part->metrics[m].name &&
	       strcmp(part->metrics[m].name, chosen[c].metric))
		m++;
	return m;
}

static int keep(struct trial_seen *seen, double value)
{
	int err = GROW(seen->value, seen->room, seen->n + 1);

	if (!err)
		seen->value[seen->n++] = value;
	return err;
}

/* In cycles: the clock moves by itself, by some per cent within a second. */
static double ghz_of(const struct window *w)
{
	return (w->before[0].chain_ghz + w->after[0].chain_ghz) / 2;
}

static int count(const struct trial *t, const struct invocation *i, unsigned metric,
		 struct trial_seen *seen)
{
	struct reduce_source from = { .out = i->out,
				      .part = i->planned->cell.part,
				      .metric = metric };
	struct workspace scratch = { 0 };
	struct reduction all;
	int err = reduce_metric(&from, &scratch, &all);

	for (size_t k = 0; k < t->calm.n && !err; k++) {
		const struct window *w = &i->out->window[k];
		const struct calm_window *judged = &t->calm.window[k];

		if (!reduce_measured(i->out, from.part, metric, k))
			continue;
		seen->tally.windows++;
		seen->tally.passed_before += judged->alone_before;
		seen->tally.passed_after += judged->alone_after;
		seen->tally.calm += judged->alone;
		if (!judged->alone)
			continue;
		err = keep(seen, ghz_of(w) * reduce_value(&from, w, all.batch, &scratch));
	}
	workspace_close(&scratch);
	return err;
}

int trial_run(struct trial *t, enum trial_cell c, struct trial_seen *seen, struct why *w)
{
	struct invocation i = { .planned = &t->cell[c], .number = t->number++, .roles = 1 };
	int err = invocation_run(&t->measurement, &i, w);

	if (err)
		return err;
	if (i.status)
		err = fail(w, 0, "%s: %.300s", i.planned->cell.bench->name, i.why.text);
	else if (calm_judge(&t->calm, &t->reference, &i) ||
		 count(t, &i, metric_of(c, i.planned->cell.part), seen))
		err = fail(w, ENOMEM, "the windows of %s", i.planned->cell.bench->name);
	invocation_release(&i);
	return err;
}

int trial_add(struct trial_seen *to, const struct trial_seen *from)
{
	int err = 0;

	to->tally.windows += from->tally.windows;
	to->tally.passed_before += from->tally.passed_before;
	to->tally.passed_after += from->tally.passed_after;
	to->tally.calm += from->tally.calm;
	for (size_t i = 0; i < from->n && !err; i++)
		err = keep(to, from->value[i]);
	return err;
}

void trial_forget(struct trial_seen *seen)
{
	free(seen->value);
	*seen = (struct trial_seen){ .n = 0 };
}

double trial_median(struct trial_seen *seen)
{
	quantile_sort(seen->value, seen->n);
	return quantile_median(seen->value, seen->n);
}

double trial_accepted(const struct trial_seen *seen)
{
	return seen->tally.windows > 0 ? seen->tally.calm / seen->tally.windows : NAN;
}

int trial_relation(struct trial *t, struct calm_spot *spot, struct why *w)
{
	struct calm_look look = { spot, 1, &t->reference, &t->measurement, 0 };

	*spot = (struct calm_spot){ .station = { &t->pair, 2 } };
	return calm_look(&look, w);
}
