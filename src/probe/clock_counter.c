/* SPDX-License-Identifier: MIT */
/*
 * Making a clock of the CPU's counter: may it be one, and how fast does it count?
 *
 * That the CPU calls its TSC invariant is not enough: firmware may have set it differently on two
 * CPUs, or stop it in a sleep state. The kernel watches for that and takes a counter that it caught
 * off the list of clock sources, so the list is asked too.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif
#include "probe/clock.h"
#include "probe/emulation.h"

enum { TRIES = 20 };
static const uint64_t calibration_ns = 100000000;
static const double error_ppm_max = 100;

static const char sources_path[] =
	"/sys/devices/system/clocksource/clocksource0/available_clocksource";

/* Is this word on the kernel's list? */
static int kernel_trusts(const char *source, struct why *w)
{
	FILE *f = fopen(sources_path, "re");
	char line[256] = "", *rest = line, *word;

	if (!f)
		return cannot(w, "%s cannot be read (%s): whether %s is stable is not known",
			      sources_path, strerror(errno), source);
	if (!fgets(line, sizeof line, f))
		line[0] = '\0';
	fclose(f);
	while ((word = strsep(&rest, " \n")))
		if (!strcmp(word, source))
			return 0;
	return cannot(w,
		      "the kernel has no %s among its clock sources (%s): it found it unstable or "
		      "was told not to use it",
		      source, sources_path);
}

#ifdef __x86_64__
static int tsc_available(struct why *w)
{
	/* CPUID 0x80000007, EDX bit 8: "invariant TSC"; 0x80000001, EDX bit 27: RDTSCP. */
	unsigned a, b, c, power = 0, features = 0;

	if (!__get_cpuid(0x80000007, &a, &b, &c, &power) || !(power & 1u << 8))
		return cannot(w, "the TSC of this CPU is not invariant (CPUID 0x80000007): its "
				 "rate is not constant");
	if (!__get_cpuid(0x80000001, &a, &b, &c, &features) || !(features & 1u << 27))
		return cannot(w, "this CPU has no RDTSCP (CPUID 0x80000001)");
	return kernel_trusts("tsc", w);
}
#else
static int tsc_available(struct why *w)
{
	return cannot(w, "the TSC is a counter of x86-64 CPUs");
}
#endif

static int cntvct_available(struct why *w)
{
#ifdef __aarch64__
	/* What an emulator counts is made of its own kernel's clock, of whatever source. */
	return emulation_here(NULL) ? 0 : kernel_trusts("arch_sys_counter", w);
#else
	return cannot(w, "CNTVCT_EL0 is a counter of aarch64 CPUs");
#endif
}

int clock_available(enum clock_source source, struct why *w)
{
	switch (source) {
	case CLOCK_SOURCE_TSC:
		return tsc_available(w);
	case CLOCK_SOURCE_CNTVCT:
		return cntvct_available(w);
	default:
		return 0;
	}
}

static uint64_t kernel_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Both clocks at one moment, known to half of `within_ns`. */
struct moment {
	uint64_t ns, ticks, within_ns;
};

/* The tightest of some: any of them may have been interrupted. */
static struct moment read_both(clockid_t id)
{
	struct moment best = { .within_ns = UINT64_MAX };

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = kernel_ns(id), ticks = clock_ticks();
		uint64_t within = kernel_ns(id) - before;

		if (within < best.within_ns)
			best = (struct moment){ before + within / 2, ticks, within };
	}
	return best;
}

/* The rate is that of the RAW clock, which nobody steers; the origin that of clock_ns(). */
int clock_calibrate(enum clock_source source, struct clock_calibration *c, struct why *w)
{
	struct timespec rest = { .tv_nsec = (long)calibration_ns };
	int err = clock_available(source, w);

	if (err)
		return err;
	struct moment from = read_both(CLOCK_MONOTONIC_RAW);
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR)
		;
	struct moment to = read_both(CLOCK_MONOTONIC_RAW), zero = read_both(CLOCK_MONOTONIC);
	uint64_t ns = to.ns - from.ns, ticks = to.ticks - from.ticks;
	*c = (struct clock_calibration){
		.clock = { .source = source, .zero_ticks = zero.ticks, .zero_ns = zero.ns },
		.over_ns = ns,
	};
	if (!ticks || to.ticks < from.ticks || !ns)
		return cannot(w, "the %s stands still", clock_names[source]);
	c->ghz = (double)ticks / (double)ns;
	c->error_ppm = 1e6 * (double)(from.within_ns + to.within_ns) / 2 / (double)ns;
	c->clock.multiplier = (uint64_t)(4294967296. / c->ghz + .5);
	if (c->error_ppm > error_ppm_max)
		return cannot(w,
			      "the rate of the %s is known to %.0f ppm only: CLOCK_MONOTONIC_RAW "
			      "takes too long to read",
			      clock_names[source], c->error_ppm);
	return 0;
}
