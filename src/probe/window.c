/* SPDX-License-Identifier: MIT */
/*
 * Opening and closing windows. With two roles both do every step together: a canary taken while
 * the other CPU idles would show a machine that the measurement never has.
 */
#include <errno.h>
#include <math.h>
#include "probe/clock.h"
#include "probe/window.h"

static uint64_t samples_total(const struct outcome *out, unsigned metrics)
{
	uint64_t n = 0;

	for (unsigned m = 0; m < metrics; m++)
		n += out->series[m].cap;
	return n;
}

size_t outcome_size(uint64_t windows, const uint64_t samples[METRICS_MAX])
{
	size_t size = sizeof(struct outcome) + windows * sizeof(struct window);

	for (unsigned m = 0; m < METRICS_MAX; m++)
		size += samples[m] * sizeof(uint32_t);
	return size;
}

size_t outcome_len(const struct outcome *out)
{
	uint64_t samples[METRICS_MAX];

	for (unsigned m = 0; m < METRICS_MAX; m++)
		samples[m] = out->series[m].cap;
	return outcome_size(out->windows_cap, samples);
}

const uint32_t *outcome_samples(const struct outcome *out, unsigned metric)
{
	const uint32_t *samples = (const void *)&out->window[out->windows_cap];

	return samples + samples_total(out, metric);
}

void outcome_init(struct outcome *out, uint64_t windows, const uint64_t samples[METRICS_MAX])
{
	out->batch = 1;
	out->memory_node = -1;
	out->mapping_cycles = NAN;
	out->windows_cap = windows;
	for (unsigned m = 0; m < METRICS_MAX; m++) {
		out->series[m].cap = samples[m];
		out->series[m].v = (uint32_t *)outcome_samples(out, m);
	}
}

/* Whoever shares the core makes a life longer, none shorter: the less of two readings says more of
 * the kernel. And an interrupt makes a clock slower, none faster. */
static void read_mapping(struct outcome *out, double chain_ghz_before)
{
	double ns = canary_mapping_ns();
	double chain_ghz = fmax(chain_ghz_before, canary_read().chain_ghz);

	out->mapping_cycles = fmin(out->mapping_cycles, ns * chain_ghz);
}

/* Both roles at once on two CPUs; one after the other, the idle one asleep, on one. `edge`: before the
 * first window or after the last one. */
static struct canary canary_together(struct meter *m, bool edge)
{
	struct canary mine;

	if (m->meeting && m->meeting->sleeping && m->role == 1)
		meeting_meet(m->meeting);
	mine = canary_read();
	if (edge && m->role == 0 && (!m->meeting || m->meeting->sleeping))
		read_mapping(m->out, mine.chain_ghz);
	if (m->meeting && m->meeting->sleeping) {
		meeting_meet(m->meeting);
		if (m->role == 0)
			meeting_meet(m->meeting);
	}
	return mine;
}

static struct canary canary_everywhere(struct meter *m, bool edge)
{
	struct canary mine = canary_together(m, edge);

	if (m->others)
		m->others(m->others_arg, &mine);
	return mine;
}

/* The one-way time between the roles; only role 0 knows it. */
static double line_together(struct meter *m)
{
	if (!m->meeting || m->meeting->sleeping)
		return NAN;
	if (m->role == 0)
		return meeting_ping(m->meeting);
	meeting_pong(m->meeting);
	return NAN;
}

static void meet(struct meter *m)
{
	if (m->meeting)
		meeting_meet(m->meeting);
}

uint64_t window_waited(const struct meter *m)
{
	struct why ignored = { 0 };
	uint64_t ns = 0;

	if (m->waited)
		waited_now(m->waited, &ns, &ignored);
	return ns;
}

uint64_t window_stopped(const struct counters *before, const struct counters *after,
			uint64_t waited_ns)
{
	return after->voluntary_switches == before->voluntary_switches ? waited_ns : 0;
}

int window_open(struct meter *m)
{
	struct outcome *out = m->out;

	if (m->index == out->windows_cap)
		return fail(&out->why[m->role], ENOSPC, "more than the planned %ju windows",
			    (uintmax_t)out->windows_cap);
	struct window *w = &out->window[m->index];
	meet(m);
	w->before[m->role] = canary_everywhere(m, m->index == 0);
	double line = line_together(m);
	meet(m);
	m->waited_at_open = window_waited(m);
	m->others_stopped_ns = 0;
	if (m->events)
		events_read(m->events, &m->events_at_open);
	m->at_open = counters_read();
	if (m->role == 0) {
		w->line_before = line;
		w->started_ns = clock_ns();
		if (m->index == 0)
			out->ready_ns = w->started_ns;
	}
	return 0;
}

/* What the series gathered since the window opened becomes this window's portions. */
static void collect(struct outcome *out, struct window *w, const struct window *last)
{
	for (unsigned i = 0; i < METRICS_MAX; i++) {
		struct series *s = &out->series[i];
		uint64_t first = last ? last->portion[i].first + last->portion[i].samples : 0;

		w->portion[i] = (struct portion){
			.amount = s->amount,
			.operations = s->operations,
			.first = first,
			.samples = s->len - first,
		};
		s->amount = s->operations = 0;
	}
}

/* Around what getrusage(2) is read for, so that neither sees the other's system calls as faults. */
static void count_events(const struct meter *m, struct event_counts *window)
{
	struct event_counts now;

	events_read(m->events, &now);
	events_add(window, &m->events_at_open, &now);
}

int window_close(struct meter *m)
{
	struct outcome *out = m->out;
	struct window *w = &out->window[m->index];
	struct counters now = counters_read();

	if (m->role == 0)
		w->elapsed_ns = clock_ns() - w->started_ns;
	if (m->events)
		count_events(m, &w->counted[m->role]);
	uint64_t mine = window_stopped(&m->at_open, &now, window_waited(m) - m->waited_at_open);
	w->stopped_ns[m->role] = mine > m->others_stopped_ns ? mine : m->others_stopped_ns;
	counters_add(&out->counters[m->role], &m->at_open, &now);
	if (m->any_faults)
		window_faults_due(m, now.minor_faults - m->at_open.minor_faults);
	m->any_faults = false;
	meet(m);
	w->after[m->role] = canary_everywhere(m, m->index + 1 == out->windows_cap);
	double line = line_together(m);
	meet(m);
	if (m->role == 0) {
		w->line_after = line;
		collect(out, w, m->index ? w - 1 : NULL);
		out->finished_ns = clock_ns();
		out->windows = m->index + 1;
	}
	m->index++;
	return 0;
}

void window_faults_due(struct meter *m, uint64_t faults)
{
	m->out->faults_due[m->role] += faults;
}

void window_faults_any(struct meter *m)
{
	m->any_faults = true;
}

void window_other_stopped(struct meter *m, uint64_t ns)
{
	if (m->others_stopped_ns < ns)
		m->others_stopped_ns = ns;
}
