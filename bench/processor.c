/* SPDX-License-Identifier: MIT */
/* The bounds of one process: a system call, a page of zeroes, the least mapping, the least page fault. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/page.h"
#include "probe/mapping.h"
#include "processor.h"
#include "vary.h"

enum { SYSCALL, ZERO_PAGE, MAPPING, PAGE_FAULT, BOUNDS };
enum {
	WINDOWS = 20,
	BURST = 64,        /* system calls between two clock reads */
	ZEROED = 16 << 20, /* walked in order: larger than the caches of one core */
	FAULTED = 1 << 20, /* new pages at a time */
};

const struct metric processor_metrics[] = {
	[SYSCALL] = { .name = "syscall",
		      .unit = "ns",
		      .kind = KIND_BOUND,
		      .samples = WINDOW_NS / BURST / 20 },
	[ZERO_PAGE] = { .name = "zero-page", .unit = "ns", .kind = KIND_BOUND },
	[MAPPING] = { .name = "mapping",
		      .unit = "ns",
		      .kind = KIND_BOUND,
		      .of_events = true,
		      .samples = WINDOW_NS / 1000 },
	[PAGE_FAULT] = { .name = "page-fault", .unit = "ns", .kind = KIND_BOUND },
	{ 0 },
};

uint64_t processor_windows(const struct cell *c)
{
	(void)c;
	return BOUNDS * WINDOWS;
}

static int syscall_window(struct task *t)
{
	struct series *s = task_series(t, SYSCALL);
	int err = window_open(&t->meter);

	for (uint64_t end = task_now(t) + WINDOW_NS, now = 0; !err && now < end;) {
		uint64_t start = task_now(t);

		for (int i = 0; i < BURST; i++)
			syscall(SYS_getppid);
		now = task_now(t);
		series_add(s, now - start, BURST);
	}
	return err ? err : window_close(&t->meter);
}

static int zero_window(struct task *t, char *memory, size_t page, size_t *at)
{
	int err = window_open(&t->meter);
	uint64_t start = task_now(t), pages = 0, ns = 0;

	while (!err && ns < WINDOW_NS) {
		for (int i = 0; i < 16; i++, pages++, *at = (*at + page) % ZEROED) {
			memset(memory + *at, 0, page);
			/* The store must happen although nobody reads it. */
			__asm__ volatile("" ::"r"(memory + *at) : "memory");
		}
		ns = task_now(t) - start;
	}
	series_total(task_series(t, ZERO_PAGE), ns, pages);
	return err ? err : window_close(&t->meter);
}

int processor_mappings(struct task *t, unsigned metric)
{
	struct series *s = task_series(t, metric);
	uint64_t faults = 0;
	int err = 0;

	for (uint64_t end = task_now(t) + WINDOW_NS, now = 0; !err && now < end;) {
		uint64_t start = task_now(t);

		if (!mapping_live())
			err = fail(t->why, errno, "mapping shared anonymous memory");
		now = task_now(t);
		series_add(s, now - start, 1);
		faults++;
	}
	window_faults_due(&t->meter, faults);
	return err;
}

static int mapping_window(struct task *t)
{
	int err = window_open(&t->meter);

	if (!err)
		err = processor_mappings(t, MAPPING);
	return err ? err : window_close(&t->meter);
}

/* As for every life: where the kernel keeps its own decides. */
static int mapping(struct task *t)
{
	struct vary vary;
	int err = 0;

	vary_open(&vary);
	mapping_prepare();
	for (int i = 0; i < WINDOWS && !err; i++) {
		err = vary_draw(&vary, t->why);
		if (!err)
			err = mapping_window(t);
	}
	vary_close(&vary);
	return err;
}

/* First writes to FAULTED bytes that were not there before, and are not afterwards; ns of the writes. */
static int fault_pages(struct task *t, uint64_t *ns)
{
	size_t page = base_page_bytes();
	volatile char *memory =
		mmap(NULL, FAULTED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return fail(t->why, errno, "mmap of %d bytes to fault in", FAULTED);
	madvise((void *)(uintptr_t)memory, FAULTED, MADV_NOHUGEPAGE);
	uint64_t start = task_now(t);

	for (size_t at = 0; at < FAULTED; at += page)
		memory[at] = 1;
	*ns += task_now(t) - start;
	munmap((void *)(uintptr_t)memory, FAULTED);
	return 0;
}

static int fault_window(struct task *t)
{
	uint64_t pages = 0, ns = 0;
	int err = window_open(&t->meter);

	while (!err && ns < WINDOW_NS) {
		err = fault_pages(t, &ns);
		pages += FAULTED / base_page_bytes();
	}
	series_total(task_series(t, PAGE_FAULT), ns, pages);
	window_faults_due(&t->meter, pages);
	return err ? err : window_close(&t->meter);
}

int processor_work(struct task *t, int role)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), at = 0;
	char *memory = mmap(NULL, ZEROED, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int err = 0;

	(void)role;
	if (memory == MAP_FAILED)
		return fail(t->why, errno, "mmap of %d bytes to zero", ZEROED);
	memset(memory, 1, ZEROED);
	t->meter.out->batch = BURST;
	for (int i = 0; i < WINDOWS && !err; i++)
		err = syscall_window(t);
	for (int i = 0; i < WINDOWS && !err; i++)
		err = zero_window(t, memory, page, &at);
	munmap(memory, ZEROED);
	for (int i = 0; i < WINDOWS && !err; i++)
		err = fault_window(t);
	return err ? err : mapping(t);
}
