/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "probe/events.h"

#define CACHE(cache, operation, result) ((cache) | (operation) << 8 | (result) << 16)

static const struct {
	const char *name;
	uint32_t type;
	uint64_t config;
} table[EVENTS] = {
	[EVENT_CYCLES] = { "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	[EVENT_INSTRUCTIONS] = { "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	[EVENT_DTLB_MISSES] = { "dtlb_misses", PERF_TYPE_HW_CACHE,
				CACHE(PERF_COUNT_HW_CACHE_DTLB, PERF_COUNT_HW_CACHE_OP_READ,
				      PERF_COUNT_HW_CACHE_RESULT_MISS) },
	[EVENT_CACHE_MISSES] = { "cache_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	[EVENT_PAGE_FAULTS] = { "page_faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	[EVENT_CONTEXT_SWITCHES] = { "context_switches", PERF_TYPE_SOFTWARE,
				     PERF_COUNT_SW_CONTEXT_SWITCHES },
	[EVENT_MIGRATIONS] = { "migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
};

static int group_of(enum event e)
{
	return e < EVENTS_HARDWARE ? EVENT_GROUP_HARDWARE : EVENT_GROUP_SOFTWARE;
}

const char *event_name(enum event e)
{
	return table[e].name;
}

static int open_one(const struct events *e, enum event which)
{
	struct perf_event_attr attr = {
		.size = sizeof attr,
		.type = table[which].type,
		.config = table[which].config,
		.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
		.exclude_kernel = e->user_only && which < EVENTS_HARDWARE,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, e->leader[group_of(which)],
			    PERF_FLAG_FD_CLOEXEC);
}

/* perf_event_paranoid 2 lets everybody count in user mode. Not software events: a context switch
 * happens in the kernel, and would be counted as none. */
static int open_or_user_only(struct events *e, enum event which)
{
	int fd = open_one(e, which);

	if (fd >= 0 || which >= EVENTS_HARDWARE || e->user_only || e->leader[0] >= 0 ||
	    (errno != EACCES && errno != EPERM))
		return fd;
	e->user_only = true;
	fd = open_one(e, which);
	e->user_only = fd >= 0;
	return fd;
}

void events_open(struct events *e, bool hardware_only)
{
	*e = (struct events){ .leader = { -1, -1 } };
	for (int i = 0; i < EVENTS; i++) {
		int *leader = &e->leader[group_of((enum event)i)];

		e->fd[i] = -1;
		if (hardware_only && i >= EVENTS_HARDWARE)
			continue;
		e->fd[i] = open_or_user_only(e, (enum event)i);
		if (e->fd[i] < 0)
			e->error[i] = errno;
		else if (*leader < 0)
			*leader = e->fd[i];
	}
}

void events_close(struct events *e)
{
	for (int i = 0; i < EVENTS; i++) {
		if (e->fd[i] >= 0)
			close(e->fd[i]);
		e->fd[i] = -1;
	}
	e->leader[0] = e->leader[1] = -1;
}

bool events_have(const struct events *e, enum event which)
{
	return e->fd[which] >= 0;
}

/* The kernel gives the values of a group in the order in which its events were opened. */
static void read_group(const struct events *e, int group, struct event_counts *now)
{
	struct {
		uint64_t n, enabled_ns, running_ns, value[EVENTS];
	} data = { 0 };
	uint64_t next = 0;

	if (e->leader[group] < 0 || read(e->leader[group], &data, sizeof data) < 0)
		return;
	now->enabled_ns[group] = data.enabled_ns;
	now->running_ns[group] = data.running_ns;
	for (int i = 0; i < EVENTS && next < data.n; i++)
		if (group_of((enum event)i) == group && e->fd[i] >= 0)
			now->value[i] = data.value[next++];
}

void events_read(const struct events *e, struct event_counts *now)
{
	*now = (struct event_counts){ 0 };
	for (int group = 0; group < EVENT_GROUPS; group++)
		read_group(e, group, now);
}

void events_sum(struct event_counts *sum, const struct event_counts *more)
{
	for (int i = 0; i < EVENTS; i++)
		sum->value[i] += more->value[i];
	for (int i = 0; i < EVENT_GROUPS; i++) {
		sum->enabled_ns[i] += more->enabled_ns[i];
		sum->running_ns[i] += more->running_ns[i];
	}
}

void events_add(struct event_counts *sum, const struct event_counts *before,
		const struct event_counts *now)
{
	struct event_counts difference;

	for (int i = 0; i < EVENTS; i++)
		difference.value[i] = now->value[i] - before->value[i];
	for (int i = 0; i < EVENT_GROUPS; i++) {
		difference.enabled_ns[i] = now->enabled_ns[i] - before->enabled_ns[i];
		difference.running_ns[i] = now->running_ns[i] - before->running_ns[i];
	}
	events_sum(sum, &difference);
}

double events_scaled(const struct event_counts *c, enum event which)
{
	uint64_t enabled = c->enabled_ns[group_of(which)];
	uint64_t running = c->running_ns[group_of(which)];

	if (!running)
		return NAN;
	if (running >= enabled)
		return (double)c->value[which];
	return (double)c->value[which] * ((double)enabled / (double)running);
}

double events_share(const struct event_counts *c)
{
	uint64_t enabled = c->enabled_ns[EVENT_GROUP_HARDWARE];

	return enabled ? (double)c->running_ns[EVENT_GROUP_HARDWARE] / (double)enabled : NAN;
}

/* errors of perf_event_open(2). */
void events_why(int error, struct why *w)
{
	static const struct {
		int error;
		const char *mend;
	} mends[] = {
		{ ENOENT, "this machine shows no PMU that counts it; a guest has one only where "
			  "its hypervisor passes it on" },
		{ ENODEV, "the PMU cannot count it" },
		{ EOPNOTSUPP, "the PMU cannot count it" },
		{ EACCES, "needs CAP_PERFMON, or sysctl kernel.perf_event_paranoid=1" },
		{ EPERM, "needs CAP_PERFMON, or a seccomp filter that lets perf_event_open pass" },
		{ ENOSYS, "a kernel built with CONFIG_PERF_EVENTS, or a seccomp filter that lets "
			  "it pass, is needed" },
		{ EBUSY, "another user has the PMU to itself" },
	};
	const char *mend = "see perf_event_open(2)";

	for (size_t i = 0; i < sizeof mends / sizeof *mends; i++)
		if (mends[i].error == error)
			mend = mends[i].mend;
	snprintf(w->text, sizeof w->text, "perf_event_open: %s: %s", strerror(error), mend);
}
