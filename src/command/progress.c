/* SPDX-License-Identifier: MIT */
/* The progress line. It is rewritten between invocations only: never while a worker measures. */
#include <stdio.h>
#include <unistd.h>
#include "command/progress.h"

void progress_open(struct progress *p, const struct plan *plan, bool quiet)
{
	*p = (struct progress){ .plan = plan,
				.on = !quiet && isatty(STDERR_FILENO),
				.started_ns = clock_ns() };
	for (size_t i = 0; i < plan->n; i++)
		p->cells += !plan->cells[i].status;
}

void progress_invocation(struct progress *p, const struct invocation *i)
{
	double all = (double)p->cells * p->plan->blocks;
	double spent = (double)(clock_ns() - p->started_ns) / 1e9;
	const struct cell *c = &i->planned->cell;

	p->done++;
	if (i->status && i->status != CANNOT)
		fprintf(stderr, "%s%s: %s\n", p->on ? "\r\033[K" : "shmbench run: ", c->bench->name,
			i->why.text);
	if (!p->on)
		return;
	fprintf(stderr, "\r\033[Kblock %u of %u, %u of %.0f invocations, %.0f s left: %s %s",
		i->block + 1, p->plan->blocks, p->done, all, spent / p->done * (all - p->done),
		c->bench->name,
		c->region    ? c->region->name
		: c->channel ? c->channel->name
			     : "");
}

void progress_block(struct progress *p, unsigned blocks)
{
	p->blocks = blocks;
}

void progress_close(struct progress *p)
{
	if (p->on)
		fputs("\r\033[K", stderr);
}
