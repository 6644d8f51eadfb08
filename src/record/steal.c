/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "record/steal.h"

static const double share_max = .02;
static const uint64_t span_min_ns = 100000000;

/* Lines "cpu0 USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ STEAL ..."; CPUs that are off have none and
 * keep what they had. */
static void read_ticks(const char *path, struct steal_reading *r, struct why *w)
{
	FILE *f = fopen(path, "re");
	char line[512];
	unsigned cpu, cpus = 0;
	uint64_t ticks;

	if (!f) {
		fail(w, errno, "%s", path);
		return;
	}
	while (fgets(line, sizeof line, f) && !strncmp(line, "cpu", 3)) {
		if (sscanf(line, "cpu%u %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &cpu, &ticks) != 2)
			continue;
		cpus++;
		if (cpu < STEAL_CPUS)
			r->ticks[cpu] = ticks;
	}
	if (!cpus)
		fail(w, 0, "%s has no column of stolen time", path);
	fclose(f);
}

void steal_open(struct steal *s, const char *path, uint64_t now)
{
	*s = (struct steal){ .path = path, .last = { .ns = now } };
	read_ticks(path, &s->last, &s->unavailable);
	s->from = s->before = s->last;
}

static void read_again(struct steal *s, const struct invocation *i)
{
	struct why ignored = { 0 };

	if (s->begun && s->block != i->block) {
		s->before = s->from;
		s->from = s->last;
	}
	s->begun = true;
	s->block = i->block;
	s->last.ns = i->ended_ns;
	read_ticks(s->path, &s->last, &ignored);
}

/* A difference of n ticks is of more than n - 1: one alone proves nothing. */
static bool stolen(const struct steal_reading *from, const struct steal_reading *to, int cpu)
{
	double tick_ns = 1e9 / (double)sysconf(_SC_CLK_TCK);

	if (cpu < 0 || cpu >= STEAL_CPUS || to->ticks[cpu] <= from->ticks[cpu])
		return false;
	return (double)(to->ticks[cpu] - from->ticks[cpu] - 1) * tick_ns >
	       share_max * (double)(to->ns - from->ns);
}

bool steal_take(struct steal *s, const struct invocation *i)
{
	bool any = false;

	read_again(s, i);
	const struct steal_reading *from =
		s->last.ns - s->from.ns < span_min_ns ? &s->before : &s->from;
	for (int role = 0; role < i->roles; role++)
		any |= stolen(from, &s->last, i->cpu[role]);
	return any;
}
