/* SPDX-License-Identifier: MIT */
/* Gathering evidence without disturbing it: what reads /proc here allocates nothing. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "command/facts.h"

void saw(struct showing *s, bool as_said, const char *fmt, ...)
{
	size_t used = strlen(s->evidence), room = sizeof s->evidence - used;
	va_list ap;

	if (!as_said && s->verdict == VERDICT_HOLDS)
		s->verdict = VERDICT_FALSE;
	int n = snprintf(s->evidence + used, room, "%s%s", used ? "; " : "",
			 as_said ? "" : "NOT SO: ");
	if (n < 0 || (size_t)n >= room)
		return;
	va_start(ap, fmt);
	vsnprintf(s->evidence + used + n, room - (size_t)n, fmt, ap);
	va_end(ap);
}

const char *errno_name(int err)
{
	const char *name = strerrorname_np(err);

	return name ? name : "an unknown errno";
}

bool is_gone(int err)
{
	return err == EINVAL || err == EIDRM;
}

uint64_t minor_faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)u.ru_minflt;
}

size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}
