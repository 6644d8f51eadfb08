/* SPDX-License-Identifier: MIT */
/*
 * Memory policy by the bare system calls: libnuma would be a dependency for three of them, and
 * it warns and continues where this program has to fail.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "plan/memory.h"

#define LONG_BITS (8 * sizeof(unsigned long))

/* get_mempolicy(2) wants room for every node that the kernel could have: 1 << NODES_SHIFT, 1024
 * at most. */
#define KERNEL_NODES 1024u

struct policy {
	int mode;
	unsigned long nodes[KERNEL_NODES / LONG_BITS];
};

static int refused(struct why *w, int err, const char *call)
{
	if (err == ENOSYS)
		return cannot(w, "%s: this kernel has no NUMA support (CONFIG_NUMA)", call);
	if (err == EPERM || err == EACCES)
		return cannot(
			w,
			"%s is not permitted here, as under a container's system-call filter: "
			"CAP_SYS_NICE lifts Docker's",
			call);
	return fail(w, err, "%s", call);
}

static int policy_mode(unsigned long nodes)
{
	if (!nodes)
		return MPOL_DEFAULT;
	return nodes & (nodes - 1) ? MPOL_INTERLEAVE : MPOL_BIND;
}

/* The kernel leaves out nodes that the cpuset forbids, without an error, while one remains. */
static int policy_check(const void *addr, unsigned long nodes, struct why *w)
{
	struct policy got = { .mode = -1 };
	unsigned long flags = addr ? MPOL_F_ADDR : 0;

	if (syscall(SYS_get_mempolicy, &got.mode, got.nodes, KERNEL_NODES, addr, flags))
		return refused(w, errno, "get_mempolicy(2)");
	for (size_t i = 1; i < sizeof got.nodes / sizeof *got.nodes; i++)
		if (got.nodes[i])
			return fail(w, ENODEV, "asked for memory nodes %#lx, got some above %zu",
				    nodes, LONG_BITS - 1);
	if (got.mode != policy_mode(nodes) || got.nodes[0] != nodes)
		return fail(w, ENODEV, "asked for memory nodes %#lx, got %#lx with policy %d",
			    nodes, got.nodes[0], got.mode);
	return 0;
}

static int bind_failed(struct why *w, int err, const char *call, unsigned long nodes)
{
	if (err == EINVAL)
		return fail(w, ENODEV, "%s: none of the memory nodes %#lx is there and allowed",
			    call, nodes);
	if (err == EIO)
		return fail(w, err, "%s: pages exist already, and not on memory nodes %#lx", call,
			    nodes);
	return refused(w, err, call);
}

bool memory_is_bound(const void *addr, unsigned long nodes)
{
	struct policy got = { .mode = -1 };

	return !syscall(SYS_get_mempolicy, &got.mode, got.nodes, KERNEL_NODES, addr, MPOL_F_ADDR) &&
	       got.mode == policy_mode(nodes) && got.nodes[0] == nodes;
}

/* Another process that binds the same object takes its policy out before it puts the new one in, and
 * for that moment there is none (mpol_shared_policy_lookup() of mm/mempolicy.c looks at the tree before
 * it takes the lock). */
static void await_bound(const void *addr, unsigned long nodes)
{
	const struct timespec moment = { .tv_nsec = 100000 };

	for (int i = 0; i < 100 && !memory_is_bound(addr, nodes); i++)
		nanosleep(&moment, NULL);
}

int memory_bind(void *addr, size_t len, unsigned long nodes, struct why *w)
{
	if (!nodes)
		return 0;
	/* get_nodes() of mm/mempolicy.c looks at one bit fewer than it is told. */
	if (syscall(SYS_mbind, addr, len, policy_mode(nodes), &nodes, LONG_BITS + 1,
		    MPOL_MF_STRICT))
		return bind_failed(w, errno, "mbind(2)", nodes);
	await_bound(addr, nodes);
	return policy_check(addr, nodes, w);
}

int memory_bind_task(unsigned long nodes, struct why *w)
{
	const unsigned long *mask = nodes ? &nodes : NULL;

	if (syscall(SYS_set_mempolicy, policy_mode(nodes), mask, nodes ? LONG_BITS + 1 : 0))
		return bind_failed(w, errno, "set_mempolicy(2)", nodes);
	return policy_check(NULL, nodes, w);
}

#define BATCH 64u

/* A range as pages. */
struct span {
	uintptr_t start;
	size_t page, pages;
};

static struct span span_of(const void *addr, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)addr & ~(uintptr_t)(page - 1);

	return (struct span){
		.start = start,
		.page = page,
		.pages = ((uintptr_t)addr + len - start + page - 1) / page,
	};
}

/* Ask for the nodes of n pages at most BATCH. Without target nodes nothing moves: move_pages(2).
 * -ENOENT: not mapped yet by this process; -EFAULT: the zero page, or nothing there. */
static int ask(void **pages, size_t n, unsigned long *nodes, struct why *w)
{
	int status[BATCH];

	if (syscall(SYS_move_pages, 0, n, pages, NULL, status, 0))
		return refused(w, errno, "move_pages(2)");
	for (size_t i = 0; i < n; i++) {
		if (status[i] == -ENOENT || status[i] == -EFAULT)
			continue;
		if (status[i] < 0)
			return fail(w, -status[i], "node of the page at %p", pages[i]);
		if ((size_t)status[i] >= LONG_BITS)
			return fail(w, 0, "the page at %p is on node %d: %zu at most can be told",
				    pages[i], status[i], LONG_BITS - 1);
		*nodes |= 1ul << status[i];
	}
	return 0;
}

/* Look at `samples` pages, the first and the last among them. */
static int look(const struct span *s, size_t samples, unsigned long *nodes, struct why *w)
{
	void *pages[BATCH];
	size_t n = samples < s->pages ? samples : s->pages;
	int err = 0;

	for (size_t done = 0, batch; !err && done < n; done += batch) {
		batch = n - done < BATCH ? n - done : BATCH;
		for (size_t i = 0; i < batch; i++) {
			size_t index = n < 2 ? 0 : (done + i) * (s->pages - 1) / (n - 1);

			pages[i] = (void *)(s->start + index * s->page);
		}
		err = ask(pages, batch, nodes, w);
	}
	return err;
}

int memory_nodes_of(const void *addr, size_t len, unsigned long *nodes, struct why *w)
{
	/* The second, denser look is for ranges of which little has been touched. */
	static const size_t samples[] = { BATCH, 64 * BATCH };
	struct span s = span_of(addr, len);

	*nodes = 0;
	for (size_t i = 0; i < 2 && !*nodes; i++) {
		int err = look(&s, samples[i], nodes, w);

		if (err)
			return err;
	}
	if (*nodes)
		return 0;
	return fail(w, ENODATA, "no page of %zu bytes at %p has been touched by this process", len,
		    addr);
}
