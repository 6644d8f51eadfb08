/* SPDX-License-Identifier: MIT */
/* One sentence per failure: the first one wins, since later ones are consequences. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/fail.h"

static void say(struct why *w, int err, const char *fmt, va_list ap)
{
	if (w->text[0])
		return;
	int n = vsnprintf(w->text, sizeof w->text, fmt, ap);
	if (err && n >= 0 && (size_t)n < sizeof w->text)
		snprintf(w->text + n, sizeof w->text - (size_t)n, ": %s", strerror(err));
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
