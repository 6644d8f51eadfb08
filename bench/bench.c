/* SPDX-License-Identifier: MIT */
/* The little that benchmarks share beside their contract. */
#include <stdarg.h>
#include <stdio.h>
#include "bench.h"

void metric_cannot(struct task *t, unsigned metric, const char *fmt, ...)
{
	struct why *w = &t->meter.out->metric_why[metric];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->text, sizeof w->text, fmt, ap);
	va_end(ap);
}

int task_fill(struct task *t, struct region *r)
{
	int err = r->ops->attach(r);

	if (!err)
		err = t->place_memory(t, r->addr, r->len);
	if (!err)
		err = region_populate(r);
	if (!err)
		err = t->check_memory(t, r->addr, r->len);
	if (!err && r->ops->sync)
		err = r->ops->sync(r);
	return err;
}
