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
