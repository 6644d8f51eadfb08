/* SPDX-License-Identifier: MIT */
/*
 * Binding to CPUs, strictly.
 *
 * sched_setaffinity(2) drops CPUs outside the cpuset without a word, as long as one remains: so
 * what it did is read back. cpu_set_t ends at CPU 1023, so sets are allocated by size.
 */
#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include "plan/bind.h"

/* Far above CONFIG_NR_CPUS of any kernel (8192), and small enough to allocate. */
#define CPUS_MAX (1 << 17)

struct cpus {
	cpu_set_t *set;
	size_t bytes;
	int bits;
};

static int cpus_open(struct cpus *c, int bits)
{
	*c = (struct cpus){
		.set = CPU_ALLOC((size_t)bits),
		.bytes = CPU_ALLOC_SIZE((size_t)bits),
		.bits = bits,
	};
	if (!c->set)
		return -ENOMEM;
	CPU_ZERO_S(c->bytes, c->set);
	return 0;
}

static void cpus_close(struct cpus *c)
{
	CPU_FREE(c->set);
}

/* Sizes may differ: CPU_ISSET_S is false beyond the end. */
static bool cpus_equal(const struct cpus *a, const struct cpus *b)
{
	int bits = a->bits > b->bits ? a->bits : b->bits;

	for (int i = 0; i < bits; i++)
		if (!CPU_ISSET_S((size_t)i, a->bytes, a->set) !=
		    !CPU_ISSET_S((size_t)i, b->bytes, b->set))
			return false;
	return true;
}

/* Digits at *at, which moves behind them; -1 for anything else. */
static long number(const char **at)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return -1;
	long value = strtol(*at, &end, 10);
	*at = end;
	return value < CPUS_MAX ? value : -1;
}

/* Every CPU of a list "0-3,8" into c; only the highest where c is NULL. -1: no such list. */
static long list_read(const char *at, struct cpus *c)
{
	long highest = -1;

	for (;; at++) {
		long first = number(&at), last = first;

		if (*at == '-') {
			at++;
			last = number(&at);
		}
		if (first < 0 || last < first)
			return -1;
		if (last > highest)
			highest = last;
		for (long i = first; c && i <= last; i++)
			CPU_SET_S((size_t)i, c->bytes, c->set);
		if (*at != ',')
			return *at ? -1 : highest;
	}
}

/* The kernel refuses with EINVAL a set that is smaller than its own (sched_getaffinity(2)). */
static int affinity(struct cpus *c, struct why *w)
{
	for (int bits = 1024; bits <= CPUS_MAX; bits *= 2) {
		if (cpus_open(c, bits))
			return fail(w, ENOMEM, "a set of %d CPUs", bits);
		if (!sched_getaffinity(0, c->bytes, c->set))
			return 0;
		int err = errno;
		cpus_close(c);
		if (err != EINVAL)
			return fail(w, err, "reading this process's affinity");
	}
	return fail(w, EINVAL, "reading this process's affinity into %d CPUs", CPUS_MAX);
}

static int verify(const char *cpulist, const struct cpus *wanted, int *cpu, struct why *w)
{
	struct cpus got;
	int err = affinity(&got, w);

	if (err)
		return err;
	*cpu = sched_getcpu();
	if (!cpus_equal(wanted, &got))
		err = fail(w, ENODEV, "binding to CPU %s: a part of it is off line or not allowed",
			   cpulist);
	else if (*cpu < 0 || !CPU_ISSET_S((size_t)*cpu, got.bytes, got.set))
		err = fail(w, ENODEV, "bound to CPU %s but running on CPU %d", cpulist, *cpu);
	cpus_close(&got);
	return err;
}

int bind_cpu(const char *cpulist, int *cpu, struct why *w)
{
	struct cpus wanted;
	long highest = list_read(cpulist, NULL);

	*cpu = -1;
	if (highest < 0)
		return misused(w,
			       "'%s' is no list of CPUs: give OS indexes below %d, as 5 or 0-3,8",
			       cpulist, CPUS_MAX);
	if (cpus_open(&wanted, (int)highest + 1))
		return fail(w, ENOMEM, "a set of %ld CPUs", highest + 1);
	list_read(cpulist, &wanted);
	int err = 0;
	if (sched_setaffinity(0, wanted.bytes, wanted.set))
		err = fail(w, errno == EINVAL ? ENODEV : errno,
			   "binding to CPU %s: off line, not allowed or not there", cpulist);
	if (!err)
		err = verify(cpulist, &wanted, cpu, w);
	cpus_close(&wanted);
	return err;
}
