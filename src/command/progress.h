/* SPDX-License-Identifier: MIT */
#ifndef PROGRESS_H
#define PROGRESS_H
#include <stdbool.h>
#include "measure/measure.h"

/* One line on a terminal that says where a run is and how long it will take; nothing where
 * standard error is no terminal. */
struct progress {
	const struct plan *plan;
	bool on;
	size_t cells;          /* that run */
	unsigned done, blocks; /* invocations; whole blocks */
	uint64_t started_ns;
};

void progress_open(struct progress *p, const struct plan *plan, bool quiet);
void progress_invocation(struct progress *p, const struct invocation *i);
void progress_block(struct progress *p, unsigned blocks);

/* Take the line away. */
void progress_close(struct progress *p);

#endif
