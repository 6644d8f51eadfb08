/* SPDX-License-Identifier: MIT */
/*
 * What it costs to enter this kernel, and to be given a page by it. A first touch of a base page takes 0.3
 * to 2.5 us on bare machines and in guests whose processor has two levels of page tables. Where the host
 * keeps the page tables that count (shadow page tables) it takes several times that: 11 us was seen on a
 * PVM guest.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/page.h"
#include "command/doctor.h"
#include "probe/clock.h"

enum {
	ROUNDS = 9, /* whose least is taken: what disturbs only adds */
	CALLS = 1000,
	PAGES = 256,
	TOUCH_NS_MAX = 5000,
};

static double syscall_ns(void)
{
	uint64_t start = clock_ns();

	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid); /* which glibc does not answer by itself */
	return (double)(clock_ns() - start) / CALLS;
}

/* Of a base page of anonymous memory, or 0 where there is none to be had. */
static double first_touch_ns(void)
{
	size_t len = PAGES * base_page_bytes();
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 0;
	madvise(p, len, MADV_NOHUGEPAGE);
	uint64_t start = clock_ns();

	for (size_t at = 0; at < len; at += base_page_bytes())
		((volatile char *)p)[at] = 1;
	double ns = (double)(clock_ns() - start) / PAGES;

	munmap(p, len);
	return ns;
}

static double least(double (*cost_ns)(void))
{
	double ns = cost_ns();

	for (int i = 1; i < ROUNDS; i++) {
		double again = cost_ns();

		ns = again < ns ? again : ns;
	}
	return ns;
}

static void say(struct finding *f, double ns, double limit_ns, const char *what)
{
	snprintf(f->value, sizeof f->value, "%s takes %.0f ns", what, ns);
	f->numbers = json_pack("{s:f}", "ns", ns);
	if (ns > limit_ns)
		advise(f, GRADE_NOTE,
		       "several times what it is where the processor does it alone: the host takes "
		       "part. First touches, detaching and pipes are dearer here, and mechanisms "
		       "compare differently; measure where you will run");
}

static void system_call(struct finding *f)
{
	say(f, least(syscall_ns), MACHINE_SYSCALL_NS_MAX, "a system call");
}

static void first_touch(struct finding *f)
{
	double ns = least(first_touch_ns);

	if (ns > 0) {
		say(f, ns, TOUCH_NS_MAX, "the first touch of a page");
		return;
	}
	snprintf(f->value, sizeof f->value, "unavailable: no memory could be mapped");
	advise(f, GRADE_NOTE, "end other programs");
}

const struct check checks_kernel[] = {
	{ .name = "system-call", .look = system_call },
	{ .name = "first-touch", .look = first_touch },
	{ 0 },
};
