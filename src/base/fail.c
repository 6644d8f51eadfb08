/* SPDX-License-Identifier: MIT */
/* One sentence per failure: the first one wins, since later ones are consequences. */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "base/fail.h"

static void say(struct why *w, int err, const char *fmt, va_list ap)
{
	char text[sizeof w->text] = "";

	if (w->text[0])
		return;
	int n = vsnprintf(text, sizeof text, fmt, ap);
	if (err && n >= 0 && (size_t)n < sizeof text)
		snprintf(text + n, sizeof text - (size_t)n, ": %s", strerror(err));
	/* The first byte last: a signal may end the process meanwhile (worker.c), and in memory that is
	 * shared half a sentence would count for a whole one. */
	memcpy(w->text + 1, text + 1, sizeof text - 1);
	atomic_signal_fence(memory_order_release);
	w->text[0] = text[0];
}

int fail(struct why *w, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(w, err, fmt, ap);
	va_end(ap);
	return err ? -err : -EIO;
}

int cannot(struct why *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(w, 0, fmt, ap);
	va_end(ap);
	return CANNOT;
}

int misused(struct why *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(w, 0, fmt, ap);
	va_end(ap);
	return -EINVAL;
}
