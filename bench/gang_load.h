/* SPDX-License-Identifier: MIT */
#ifndef GANG_LOAD_H
#define GANG_LOAD_H
#include "base/pause.h"
#include "gang.h"

/* What gang.c and gang_load.c share: counters of what everybody has reached, and a window's load. */

static inline bool gang_reached(_Atomic uint32_t *counter, uint32_t value)
{
	/* A signed difference: counters may go round. */
	return (int32_t)(atomic_load_explicit(counter, memory_order_acquire) - value) >= 0;
}

static inline void gang_await(_Atomic uint32_t *counter, uint32_t value)
{
	while (!gang_reached(counter, value))
		cpu_pause();
}

/* Acquire and release: pairs with gang_reached in the others. */
static inline void gang_count(_Atomic uint32_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_acq_rel);
}

static inline struct seat *gang_seat(const struct worker *w)
{
	return &w->gang->seat[w->index];
}

/* One window, as every worker does it: begin, load, end. */
int gang_work(struct worker *w);

#endif
