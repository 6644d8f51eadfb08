/* SPDX-License-Identifier: MIT */
/* Processors, clocks, and who else is using them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "command/doctor.h"
#include "probe/clock.h"

static void kernel(struct finding *f)
{
	struct reading r = machine_kernel();
	int major = 0, minor = 0;

	if (found(f, &r) && sscanf(r.text, "%*s %d.%d", &major, &minor) == 2 &&
	    major * 1000 + minor < 5014)
		advise(f, GRADE_NOTE,
		       "before 5.14 there is no MADV_POPULATE_WRITE: `--populate "
		       "madvise' is skipped");
}

static void processor(struct finding *f)
{
	struct reading r = machine_processor();

	found(f, &r);
}

static void hypervisor(struct finding *f)
{
	struct reading r = machine_hypervisor();

	if (!found(f, &r) || !strcmp(r.text, "none"))
		return;
	if (!strncmp(r.text, machine_emulated, strlen(machine_emulated)))
		advise(f, GRADE_UNFIT,
		       "times and fault counts are the emulator's; use a program built for this "
		       "kernel");
	else
		advise(f, GRADE_NOTE,
		       "a guest: what its CPUs share may change while it runs; read "
		       "the relation column, or measure on the bare machine");
}

static void cpus(struct finding *f)
{
	struct reading r = machine_cpus();

	if (found(f, &r) && machine_cpus_count() < 2)
		advise(f, GRADE_NOTE,
		       "two roles must take turns on one CPU (place `same'); allow "
		       "two: taskset -c 0,1 shmbench ...");
}

static void smt(struct finding *f)
{
	struct reading r = machine_smt();

	found(f, &r);
}

static void isolated(struct finding *f)
{
	struct reading r = machine_isolated(), full;

	if (!found(f, &r) || !strcmp(r.text, "none"))
		return;
	full = machine_file("/sys/devices/system/cpu/nohz_full");
	snprintf(f->value, sizeof f->value, "%.150s%s%.150s", r.text,
		 full.known && full.text[0] ? ", without a tick: " : "",
		 full.known ? full.text : "");
	/* Nobody is put there unasked, this program included. */
	advise(f, GRADE_OK, "to measure on them: taskset -c %.100s shmbench ...", r.text);
}

static void governor(struct finding *f)
{
	struct reading r = machine_governor();

	if (!found(f, &r))
		advise(f, GRADE_NOTE, "who sets the clock cannot be seen; read chain_ghz");
	else if (strcmp(r.text, "performance"))
		advise(f, GRADE_NOTE, "sudo cpupower frequency-set -g performance");
}

static void boost(struct finding *f)
{
	struct reading r = machine_boost();
	bool intel = machine_number("/sys/devices/system/cpu/intel_pstate/no_turbo") >= 0;

	if (!found(f, &r))
		advise(f, GRADE_NOTE,
		       "whether the clock is boosted cannot be seen; read chain_ghz");
	else if (!strcmp(r.text, "on"))
		advise(f, GRADE_NOTE, "for steadier clocks: echo %s",
		       intel ? "1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
			     : "0 | sudo tee /sys/devices/system/cpu/cpufreq/boost");
}

/* What sleeps is woken from there: that is in every time that two roles wait for each other asleep. */
static void idle_states(struct finding *f)
{
	struct reading r = machine_idle_states(), limit = machine_cpu_latency();

	if (!found(f, &r))
		return;
	bool limited = limit.known && strcmp(limit.text, "no limit") != 0;
	snprintf(f->value, sizeof f->value, "%.280s; %s%.90s", r.text, limited ? "limited to " : "",
		 limit.text);
	if (strcmp(limit.text, "0 us") != 0)
		advise(f, GRADE_OK,
		       "roles that wait asleep are woken from there; with CPUs kept awake: sudo "
		       "shmbench run --cpu-latency 0us ...");
}

static void clock_source(struct finding *f)
{
	struct reading r = machine_clock_source();
	struct reading other =
		machine_file("/sys/devices/system/clocksource/clocksource0/available_clocksource");

	if (found(f, &r) && strcmp(r.text, "tsc") && strstr(other.text, "tsc"))
		advise(f, GRADE_NOTE,
		       "echo tsc | sudo tee /sys/devices/system/clocksource/"
		       "clocksource0/current_clocksource");
}

/* The same reading with a system call, in ns: what a clock costs that has no vDSO. */
static double syscall_clock_ns(void)
{
	enum { READS = 1000 };
	struct timespec t;
	uint64_t start = clock_ns();

	for (int i = 0; i < READS; i++)
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return (double)(clock_ns() - start) / READS;
}

/* The vDSO falls back to the system call for clock sources that user space cannot read
 * (vdso(7)), so its mere presence says little. */
static void clock_quality(struct finding *f)
{
	struct clock_quality q = clock_examine(&(struct clock){ 0 });
	double by_syscall = syscall_clock_ns();

	snprintf(f->value, sizeof f->value,
		 "%s: steps of %llu ns, %.0f ns a read (%.0f by system call), longest gaps %llu ns "
		 "(p99.9) and %llu ns",
		 q.name, (unsigned long long)q.resolution_ns, q.cost_ns, by_syscall,
		 (unsigned long long)q.p999_ns, (unsigned long long)q.max_ns);
	if (!getauxval(AT_SYSINFO_EHDR) || q.cost_ns > 0.8 * by_syscall)
		advise(f, GRADE_UNFIT,
		       "clock_gettime enters the kernel: choose a clock source that the "
		       "vDSO can read (see clock-source), and boot without vdso=0");
	else if (q.resolution_ns > 100)
		advise(f, GRADE_NOTE, "short events will be flagged clock_bound");
}

static void load(struct finding *f)
{
	struct reading r = machine_load();

	if (found(f, &r) && atof(r.text) > 0.25 * machine_cpus_count())
		advise(f, GRADE_NOTE,
		       "others are at work (top); wait for them, or measure with "
		       "patience");
}

static void steal(struct finding *f)
{
	double share = machine_steal(1000000000u);

	if (isnan(share)) {
		struct reading r = machine_unknown("/proc/stat shows no steal");

		found(f, &r);
		return;
	}
	snprintf(f->value, sizeof f->value, "%.1f %% of one second went to other guests",
		 100 * share);
	if (share > 0.02)
		advise(f, GRADE_NOTE, "the host is busy; try again at another hour");
}

static void mitigations(struct finding *f)
{
	struct reading r = machine_mitigations();

	found(f, &r);
}

static void perf(struct finding *f)
{
	struct reading r = machine_perf();

	if (found(f, &r) && atoi(r.text) > 2)
		advise(f, GRADE_NOTE,
		       "no counters for users: sudo sysctl kernel.perf_event_paranoid=2");
}

static void gnuplot(struct finding *f)
{
	struct reading r = machine_gnuplot();

	if (!found(f, &r))
		advise(f, GRADE_NOTE, "no figures without it: sudo apt-get install gnuplot-nox");
	else if (atof(r.text) < 5.4)
		advise(f, GRADE_NOTE,
		       "figures need 5.4 or later: sudo apt-get install gnuplot-nox");
}

const struct check checks_cpu[] = {
	{ .name = "kernel", .look = kernel },
	{ .name = "processor", .look = processor },
	{ .name = "hypervisor", .look = hypervisor, .decides = true },
	{ .name = "cpus", .look = cpus },
	{ .name = "smt", .look = smt },
	{ .name = "isolated-cpus", .look = isolated },
	{ .name = "governor", .look = governor },
	{ .name = "boost", .look = boost },
	{ .name = "idle-states", .look = idle_states },
	{ .name = "clock-source", .look = clock_source },
	{ .name = "clock", .look = clock_quality, .decides = true },
	{ .name = "load", .look = load },
	{ .name = "steal", .look = steal },
	{ .name = "mitigations", .look = mitigations },
	{ .name = "perf-events", .look = perf },
	{ .name = "gnuplot", .look = gnuplot },
	{ 0 },
};
