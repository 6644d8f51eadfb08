/* SPDX-License-Identifier: MIT */
/* The clock and the canaries of this machine. What they read depends on who else is on the host,
 * so a check fails only where no state of the host could explain what was seen. */
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "analyse/quantile.h"
#include "analyse/spread.h"
#include "command/load.h"
#include "command/selftest.h"
#include "plan/bind.h"
#include "plan/place.h"
#include "probe/canary.h"
#include "probe/clock.h"
#include "record/machine.h"

enum { READINGS = 200, CROSSINGS = 1000, STEADY_READS = 1000000 };
/* Long enough for some turns of a scheduler whose slices are a few ms. */
static const uint64_t shared_ns = 400000000;
/* A reading that is further off than this was interrupted. */
static const double interrupted = .1;

static void check_clock(struct selftest *t, const struct clock *c)
{
	struct clock_quality q = clock_examine(c);
	char name[64];

	snprintf(name, sizeof name, "clock resolution, %s", q.name);
	/* A window of 0.5 ms is known to 0.2 % at worst, or the headlines are not what they say. */
	selftest_check(
		t, name, q.resolution_ns > 0 && q.resolution_ns <= 1000 ? CHECK_OK : CHECK_FAILED,
		"steps of %ju ns, %.1f ns a read; between two reads (the hiccup floor) p99.9 "
		"%ju ns, max %ju ns",
		(uintmax_t)q.resolution_ns, q.cost_ns, (uintmax_t)q.p999_ns, (uintmax_t)q.max_ns);
}

/* The counter of this kind of CPU. */
static enum clock_source counter_source(void)
{
#ifdef __aarch64__
	return CLOCK_SOURCE_CNTVCT;
#else
	return CLOCK_SOURCE_TSC;
#endif
}

/* Once calibrated, a counter goes on as CLOCK_MONOTONIC does, which is steered by 500 ppm at most
 * (adjtimex(2)). */
static void check_counter(struct selftest *t)
{
	struct clock_calibration c;
	struct why w = { 0 };
	int err = clock_calibrate(counter_source(), &c, &w);

	if (err) {
		selftest_check(t, "clock against the kernel",
			       err == CANNOT ? CHECK_SKIPPED : CHECK_FAILED, "%s", w.text);
		return;
	}
	check_clock(t, &c.clock);
	uint64_t kernel = clock_ns(), counter = clock_now(&c.clock);
	usleep(50000);
	uint64_t kernel_ns = clock_ns() - kernel, counter_ns = clock_now(&c.clock) - counter;
	double off = 1e6 * ((double)counter_ns / (double)kernel_ns - 1);
	selftest_check(t, "clock against the kernel",
		       fabs(off) < 600 + c.error_ppm ? CHECK_OK : CHECK_FAILED,
		       "%.6f GHz over %.0f ms, to %.2f ppm; then %+.1f ppm off CLOCK_MONOTONIC in "
		       "%.0f ms",
		       c.ghz, (double)c.over_ns / 1e6, c.error_ppm, off, (double)kernel_ns / 1e6);
}

static unsigned steps_back_on_one(void)
{
	uint64_t last = clock_ns();
	unsigned back = 0;

	for (int i = 0; i < STEADY_READS; i++) {
		uint64_t now = clock_ns();

		back += now < last;
		last = now;
	}
	return back;
}

/* Roles on two CPUs compare their clocks: going round all CPUs, each is behind some other once. */
static unsigned steps_back_across(const cpu_set_t *allowed, unsigned *crossings)
{
	uint64_t last = clock_ns();
	unsigned back = 0;

	*crossings = 0;
	for (size_t cpu = 0; *crossings < CROSSINGS; cpu = (cpu + 1) % CPU_SETSIZE) {
		cpu_set_t one;

		if (!CPU_ISSET(cpu, allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		++*crossings;
		if (sched_setaffinity(0, sizeof one, &one))
			continue;
		uint64_t now = clock_ns();
		back += now < last;
		last = now;
	}
	return back;
}

static void check_monotonic(struct selftest *t, const cpu_set_t *allowed)
{
	unsigned crossings, one = steps_back_on_one();
	unsigned across = steps_back_across(allowed, &crossings);

	selftest_check(t, "clock never goes back", one + across ? CHECK_FAILED : CHECK_OK,
		       "%u times in %d reads, %u times in %u moves between %d CPUs", one,
		       STEADY_READS, across, crossings, CPU_COUNT(allowed));
}

static double read_median(double *sorted)
{
	for (size_t i = 0; i < READINGS; i++)
		sorted[i] = canary_read().adds_per_cycle;
	quantile_sort(sorted, READINGS);
	return quantile_median(sorted, READINGS);
}

static size_t within(const double *values, double middle, double share)
{
	size_t n = 0;

	for (size_t i = 0; i < READINGS; i++)
		n += fabs(values[i] / middle - 1) <= share;
	return n;
}

/* The median of 200 readings, or NAN when they make no sense. */
static double check_idle(struct selftest *t)
{
	double v[READINGS], median = read_median(v);
	bool sound = v[0] > 0 && isfinite(v[READINGS - 1]);

	selftest_check(t, "canary alone", sound ? CHECK_OK : CHECK_FAILED,
		       "%.3f adds per cycle; spread of %d readings %.1f %%, between quartiles "
		       "%.2f %%; %zu within 1 %% of the median",
		       median, READINGS, 100 * sqrt(spread_variance(v, READINGS)) / median,
		       100 * (v[READINGS * 3 / 4] - v[READINGS / 4]) / median,
		       within(v, median, .01));
	return sound ? median : NAN;
}

/* Whoever shares a CPU stops a reading in its middle: few readings, but far. */
static void check_shared(struct selftest *t, const struct place *here, double alone)
{
	unsigned readings = 0, far = 0;
	struct load_wish spin = { .load = LOAD_SPIN, .cpus = here->cpus[0] };
	struct why w = { 0 };
	pid_t busy = load_start(&spin, &w);

	if (busy < 0) {
		selftest_check(t, "canary, busy CPU", CHECK_SKIPPED, "%s", w.text);
		return;
	}
	for (uint64_t end = clock_ns() + shared_ns; clock_ns() < end; readings++)
		far += fabs(canary_read().adds_per_cycle / alone - 1) > interrupted;
	if (!load_stop(busy))
		selftest_check(t, "canary, busy CPU", CHECK_SKIPPED,
			       "the process that was to keep CPU %s busy could not", here->cpus[0]);
	else
		selftest_check(
			t, "canary, busy CPU", far ? CHECK_OK : CHECK_FAILED,
			"a process on the same CPU: %u of %u readings off by more than 10 %%", far,
			readings);
}

/* In a guest two threads of one core are what the host says, and it may run them elsewhere. */
static void check_sibling(struct selftest *t, const struct place *smt, double alone)
{
	struct reading host = machine_hypervisor();
	double v[READINGS];
	struct load_wish spin = { .load = LOAD_SPIN, .cpus = smt->cpus[1] };
	struct why w = { 0 };
	pid_t busy = load_start(&spin, &w);
	double loaded = read_median(v);
	bool occupied = busy > 0 && load_stop(busy);
	bool fell = loaded < .95 * alone;
	bool guest = !host.known || strcmp(host.text, "none");

	selftest_check(t, "canary, busy sibling",
		       !occupied ? CHECK_SKIPPED
		       : fell    ? CHECK_OK
		       : guest   ? CHECK_SKIPPED
				 : CHECK_FAILED,
		       "CPU %s with CPU %s busy: %.3f adds per cycle, %.0f %% of alone%s",
		       smt->cpus[0], smt->cpus[1], loaded, 100 * loaded / alone,
		       !occupied        ? " (the busy process ended early)"
		       : !fell && guest ? " (a guest: the two need not share a core)"
					: "");
}

static void check_canaries(struct selftest *t, const struct topology *topology)
{
	struct place here, smt;
	struct why w = { 0 }, none = { 0 };
	int cpu;

	int err = place_find(topology, "same", &here, &w);
	int apart = place_find(topology, "smt", &smt, &none);
	if (!err)
		err = bind_cpu(apart ? here.cpus[0] : smt.cpus[0], &cpu, &w);
	if (err) {
		selftest_check(t, "canary alone", CHECK_SKIPPED, "%s", w.text);
		return;
	}
	if (!apart)
		memcpy(here.cpus[0], smt.cpus[0], sizeof here.cpus[0]);
	double alone = check_idle(t);
	if (isnan(alone))
		return;
	check_shared(t, &here, alone);
	if (apart)
		selftest_check(t, "canary, busy sibling", CHECK_SKIPPED, "%s", none.text);
	else
		check_sibling(t, &smt, alone);
}

void selftest_machine(struct selftest *t)
{
	struct topology *topology;
	struct why w = { 0 };
	cpu_set_t allowed;

	check_clock(t, &(struct clock){ 0 });
	check_counter(t);
	if (sched_getaffinity(0, sizeof allowed, &allowed)) {
		selftest_check(t, "clock never goes back", CHECK_SKIPPED,
			       "more CPUs than a cpu_set_t holds");
		return;
	}
	check_monotonic(t, &allowed);
	sched_setaffinity(0, sizeof allowed, &allowed);
	if (canary_unavailable()) {
		selftest_check(t, "canary alone", CHECK_SKIPPED, "%s", canary_unavailable());
	} else if (topology_load(&topology, NULL, NULL, &w)) {
		selftest_check(t, "canary alone", CHECK_SKIPPED, "%s", w.text);
	} else {
		if (topology_is_here(topology))
			check_canaries(t, topology);
		else
			selftest_check(t, "canary alone", CHECK_SKIPPED,
				       "this topology is not this machine's");
		topology_free(topology);
	}
	sched_setaffinity(0, sizeof allowed, &allowed);
}
