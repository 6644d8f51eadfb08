/* SPDX-License-Identifier: MIT */
/* What being right costs: the part of an invocation in which nothing is measured. `null` shows it,
 * since it has no region and no channel to make. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "analyse/quantile.h"
#include "command/selftest.h"
#include "measure/measure.h"
#include "plan/request.h"
#include "probe/clock.h"
#include "record/reduce.h"

enum { INVOCATIONS = 10, PARTS = 2 };

struct overhead {
	struct selftest *test;
	struct workspace workspace;
	struct {
		const char *name;
		double before[INVOCATIONS], windows[INVOCATIONS], after[INVOCATIONS];
		size_t n;
	} part[PARTS];
	unsigned failed;
	struct why why;
};

static double us(uint64_t from, uint64_t to)
{
	return (double)(to - from) / 1000;
}

static int collect(void *arg, const struct invocation *i, struct why *w)
{
	struct overhead *o = arg;
	const struct part *part = i->planned->cell.part;
	struct reduction r;

	if (i->status || !i->out) {
		o->failed++;
		o->why = i->why;
		return 0;
	}
	for (unsigned m = 0; part->metrics[m].name; m++)
		if (reduce_metric(&(struct reduce_source){ i->out, part, m, { NULL } },
				  &o->workspace, &r))
			return fail(w, ENOMEM, "reducing %s", part->metrics[m].name);
	uint64_t reduced = clock_ns();
	for (size_t p = 0; p < PARTS; p++) {
		if (o->part[p].name && strcmp(o->part[p].name, part->name))
			continue;
		size_t at = o->part[p].n++;

		o->part[p].name = part->name;
		o->part[p].before[at] = us(i->started_ns, i->out->ready_ns);
		o->part[p].windows[at] = us(i->out->ready_ns, i->out->finished_ns);
		o->part[p].after[at] = us(i->out->finished_ns, reduced);
		break;
	}
	return 0;
}

static double median_of(double *values, size_t n)
{
	quantile_sort(values, n);
	return quantile_median(values, n);
}

static void tell(struct overhead *o)
{
	for (size_t p = 0; p < PARTS && o->part[p].name; p++) {
		char name[64];
		size_t n = o->part[p].n;
		double before = median_of(o->part[p].before, n);
		double windows = median_of(o->part[p].windows, n);
		double after = median_of(o->part[p].after, n);

		snprintf(name, sizeof name, "overhead, null/%s", o->part[p].name);
		selftest_check(o->test, name, before > 0 && after > 0 ? CHECK_OK : CHECK_FAILED,
			       "exec to first window %.2f ms, windows %.2f ms, last window to "
			       "values %.2f ms: %.0f %% of an invocation is measuring (medians of "
			       "%zu)",
			       before / 1000, windows / 1000, after / 1000,
			       100 * windows / (before + windows + after), n);
	}
}

static int measure(struct overhead *o, const struct plan *plan, struct why *w)
{
	struct ledger ledger;
	const char *const directories[] = { NULL };
	struct measurement m = {
		.plan = plan,
		.seed = o->test->seed,
		.ledger = &ledger,
		.signals = -1,
		.invocation = collect,
		.arg = o,
	};
	int err = ledger_open(&ledger, directories, w);

	if (err)
		return err;
	err = run_plan(&m, w);
	ledger_close(&ledger);
	return err;
}

static int plan_null(struct plan *plan, struct topology *topology, struct why *w)
{
	struct request request = { 0 };
	const char *const directories[] = { NULL };
	struct wish wish = {
		.request = &request,
		.requests = 1,
		.directories = directories,
		.blocks = INVOCATIONS,
		.topology = topology,
	};
	int err = request_parse(&request, "null", w);

	if (!err)
		err = plan_make(plan, &wish, w);
	request_free(&request);
	return err;
}

void selftest_overhead(struct selftest *t)
{
	struct overhead o = { .test = t };
	struct topology *topology = NULL;
	struct plan plan = { 0 };
	struct why w = { 0 };
	int err = topology_load(&topology, NULL, NULL, &w);

	if (!err && !topology_is_here(topology))
		err = cannot(&w, "this topology is not this machine's");
	if (!err)
		err = plan_null(&plan, topology, &w);
	if (!err)
		err = measure(&o, &plan, &w);
	if (!err && o.failed)
		err = fail(&w, 0, "%u invocations failed: %.200s", o.failed, o.why.text);
	if (err)
		selftest_check(t, "overhead", err == CANNOT ? CHECK_SKIPPED : CHECK_FAILED, "%s",
			       w.text);
	else
		tell(&o);
	workspace_close(&o.workspace);
	plan_free(&plan);
	topology_free(topology);
}
