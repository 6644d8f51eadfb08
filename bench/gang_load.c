/* SPDX-License-Identifier: MIT */
/* A window's load: its phases, and what came of it. */
#include "gang_load.h"

/* Of window n: n * PHASES and one of these. */
enum phase { LEAD, MEASURE, TAIL, STOP, PHASES };

enum { LEAD_STEPS = 2 };

/* Role 0 moves all on. */
static void conduct(struct worker *w, uint32_t phase, uint64_t *until)
{
	struct gang *g = w->gang;
	uint32_t all = w->n * w->window, next = phase;

	if (phase == LEAD && gang_reached(&g->under_way, all)) {
		*until = task_now(w->task) + WINDOW_NS;
		next = MEASURE;
	} else if (phase == MEASURE &&
		   (atomic_load_explicit(&g->enough, memory_order_relaxed) == w->window ||
		    (task_now(w->task) >= *until && gang_reached(&g->at_work, all)))) {
		next = TAIL;
	} else if (phase == TAIL && gang_reached(&g->measured, all)) {
		next = STOP;
	}
	if (next != phase)
		atomic_store_explicit(&g->phase, w->window * PHASES + next, memory_order_release);
}

static void begin_measuring(struct worker *w, uint64_t *start)
{
	w->in_all += w->now.operations;
	w->now = (struct tally){ 0 };
	w->under_way = true;
	*start = task_now(w->task);
}

static void end_measuring(struct worker *w, uint64_t start)
{
	w->now.elapsed_ns = task_now(w->task) - start;
	gang_seat(w)->tally = w->now;
	/* Release: pairs with the acquire of who has seen all of them. */
	gang_count(&w->gang->measured);
}

/* Work, and say what of it was in the window. */
static int bear(struct worker *w)
{
	struct gang *g = w->gang;
	uint64_t start = 0, until = 0;
	enum phase was = LEAD;
	bool at_work = false, measured = false;
	int err = 0;

	for (unsigned step = 1; !err; step++) {
		uint32_t phase = atomic_load_explicit(&g->phase, memory_order_acquire) % PHASES;

		if (was < MEASURE && phase >= MEASURE)
			begin_measuring(w, &start);
		if (!measured && (phase >= TAIL || (w->under_way && w->spent))) {
			end_measuring(w, start);
			measured = true;
		}
		if (!at_work && was >= MEASURE) {
			gang_count(&g->at_work);
			at_work = true;
		}
		was = (enum phase)phase;
		if (was == STOP)
			break;
		if (w->index == 0)
			conduct(w, phase, &until);
		err = w->load->step(w);
		if (step == LEAD_STEPS)
			gang_count(&g->under_way);
	}
	gang_seat(w)->in_all = w->in_all + w->now.operations;
	return err;
}

int gang_work(struct worker *w)
{
	struct gang *g = w->gang;

	w->window++;
	w->in_all = 0;
	w->under_way = w->spent = false;
	w->now = (struct tally){ 0 };
	if (w->index == 0)
		atomic_store_explicit(&g->phase, w->window * PHASES, memory_order_release);
	int err = w->load->begin ? w->load->begin(w) : 0;
	if (err)
		return err;
	gang_count(&g->ready);
	gang_await(&g->ready, w->n * w->window);
	struct seat *s = gang_seat(w);
	uint64_t waited_ns = window_waited(&w->task->meter);
	s->before = counters_read();
	err = bear(w);
	s->after = counters_read();
	waited_ns = window_waited(&w->task->meter) - waited_ns;
	s->stopped_ns = window_stopped(&s->before, &s->after, waited_ns);
	if (!err && w->load->end)
		err = w->load->end(w);
	gang_count(&g->finished);
	return err;
}

void gang_enough(struct worker *w)
{
	atomic_store_explicit(&w->gang->enough, w->window, memory_order_relaxed);
}

bool gang_sum(const struct worker *w, unsigned first, unsigned each, struct tally *sum)
{
	double per_ns = 0;

	*sum = (struct tally){ 0 };
	for (unsigned i = first; i < w->n; i += each) {
		const struct tally *t = &w->gang->seat[i].tally;

		if (!t->operations || !t->elapsed_ns)
			return false;
		sum->operations += t->operations;
		per_ns += (double)t->operations / (double)t->elapsed_ns;
	}
	sum->elapsed_ns = (uint64_t)((double)sum->operations / per_ns + .5);
	return true;
}

void gang_sample(const struct worker *w, unsigned metric, uint64_t ns, uint64_t operations)
{
	uint64_t batch = w->task->meter.out->batch;
	double each = (double)ns / (double)operations;

	series_add(task_series(w->task, metric), (uint64_t)(each * (double)batch + .5), batch);
}

uint64_t gang_operations(const struct worker *w)
{
	uint64_t operations = 0;

	for (unsigned i = 0; i < w->n; i++)
		operations += w->gang->seat[i].in_all;
	return operations;
}

uint64_t gang_faults(const struct worker *w, unsigned first)
{
	uint64_t faults = 0;

	for (unsigned i = first; i < w->n; i++)
		faults +=
			w->gang->seat[i].after.minor_faults - w->gang->seat[i].before.minor_faults;
	return faults;
}
