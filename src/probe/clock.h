/* SPDX-License-Identifier: MIT */
#ifndef CLOCK_H
#define CLOCK_H
#include <stdint.h>
#include <time.h>
#include "base/fail.h"

/*
 * Two questions, two functions. clock_ns() is when something happened: always CLOCK_MONOTONIC,
 * for deadlines, canaries and started_ns. clock_now() is how long the timed section of a cell
 * took: from whatever its --clock names, on the same time line.
 */

/* In the order of the words of --clock. */
enum clock_source { CLOCK_SOURCE_MONOTONIC, CLOCK_SOURCE_TSC, CLOCK_SOURCE_CNTVCT };
extern const char *const clock_names[]; /* NULL-ended */

/* What time is read from. All zero is CLOCK_MONOTONIC; a counter has been calibrated. */
struct clock {
	enum clock_source source;
	uint64_t multiplier; /* ns a tick, times 2^32 */
	uint64_t zero_ticks, zero_ns;
};

/* Nanoseconds since an arbitrary point, comparable between the processes of one machine.
 * CLOCK_MONOTONIC: never set back, and read in user space through the vDSO. */
static inline uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/*
 * The counter of this CPU, read after everything before it and before everything after it.
 *
 * x86-64: RDTSCP "does wait until all previous instructions have executed and all previous loads
 * are globally visible", but "subsequent instructions may begin execution before the read
 * operation is performed" (Intel SDM, volume 2, RDTSCP; AMD APM, volume 3, says the first too).
 * The LFENCE after it keeps those back: it does not let a later instruction begin before it has
 * completed (SDM, LFENCE; on AMD CPUs where LFENCE is dispatch serializing, which Linux sees to).
 * Neither waits for stores to be visible: what is timed ends at the core, not at the other CPU.
 *
 * aarch64: a read of CNTVCT_EL0 may be done out of order unless there is an ISB (Arm ARM, "The
 * Generic Timer"): one on either side.
 */
static inline uint64_t clock_ticks(void)
{
#if defined __x86_64__
	uint32_t low, high, cpu;

	__asm__ volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(cpu)::"memory");
	return (uint64_t)high << 32 | low;
#elif defined __aarch64__
	uint64_t ticks;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks)::"memory");
	return ticks;
#else
	return 0; /* clock_available() has said that there is none */
#endif
}

/* A branch for each read costs nothing that can be seen: it is always taken the same way. A read,
 * median of 400 bursts of 3000 on a 2.6 GHz guest: vDSO 20.2 ns without a choice, 20.2 with this
 * branch, 20.4 through a pointer to a function; counter 21.9, 21.9, 21.7. A system call of 120 ns
 * between two reads is the same 120 to 130 (the counter steps by 10) in all six. */
static inline uint64_t clock_now(const struct clock *c)
{
#ifdef __SIZEOF_INT128__
	if (c->source != CLOCK_SOURCE_MONOTONIC) {
		unsigned __int128 ticks = clock_ticks() - c->zero_ticks;

		return c->zero_ns + (uint64_t)(ticks * c->multiplier >> 32);
	}
#else
	(void)c;
#endif
	return clock_ns();
}

/* CPU time of the calling process in ns (user and system). */
static inline uint64_t clock_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Can time be read from it here? A counter that is not the same on all CPUs and at all clock rates
 * is none: CANNOT says what is missing. */
int clock_available(enum clock_source source, struct why *w);

/* How a counter was made a clock: its rate against CLOCK_MONOTONIC_RAW. */
struct clock_calibration {
	struct clock clock;
	double ghz;
	uint64_t over_ns; /* between the two readings of both; at least 100 ms */
	double error_ppm; /* at most: either reading of both took a time */
};

/* Once a run, in the parent: takes 100 ms, asleep. The result is for all processes. */
int clock_calibrate(enum clock_source source, struct clock_calibration *c, struct why *w);

/* What the clock can tell, from 10^5 back-to-back reads on the calling CPU (about 3 ms). */
struct clock_quality {
	const char *name;         /* "monotonic" */
	uint64_t resolution_ns;   /* smallest non-zero difference of two reads */
	double cost_ns;           /* of one read */
	uint64_t p999_ns, max_ns; /* of back-to-back differences: the machine's hiccup floor */
};

struct clock_quality clock_examine(const struct clock *c);

/* Cost of one read in ns, the median of 11 bursts of 100: what each worker measures for
 * clock_share. */
double clock_cost_ns(const struct clock *c);

#endif
