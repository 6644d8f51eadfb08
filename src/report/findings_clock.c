/* SPDX-License-Identifier: MIT */
/* The clock's own quality: tails shorter than this are the machine's, whatever was timed. */
#include <math.h>
#include <stdio.h>
#include "report/findings.h"

/* The worse of the readings at the start and at the end of the run; a run that was cut short has
 * the first only. */
static double worse(const struct reader *run, const char *clock, const char *what)
{
	char path[80];

	snprintf(path, sizeof path, "%s.start.%s", clock, what);
	double start = reader_number(run, path);
	snprintf(path, sizeof path, "%s.end.%s", clock, what);
	return fmax(start, reader_number(run, path)); /* NAN where both are */
}

static int one_clock(struct findings *f, const struct reader *run, const char *clock, struct why *w)
{
	char name[80], cost[32], step[32], p999[32], max[32];
	double longest = worse(run, clock, "max_ns");

	if (isnan(longest))
		return 0;
	snprintf(name, sizeof name, "%s.start.name", clock);
	return findings_say(
		f, w,
		"The clock, %s: %s a read, steps of %s. Of 100000 reads back to back, at the start "
		"and at the end, one in a thousand came %s or more after the one before it, the "
		"latest "
		"%s: the hiccup floor. Tails below it are the machine's.",
		reader_text(run, name),
		value_text(worse(run, clock, "cost_ns"), "ns", cost, sizeof cost),
		value_text(worse(run, clock, "resolution_ns"), "ns", step, sizeof step),
		value_text(worse(run, clock, "p999_ns"), "ns", p999, sizeof p999),
		value_text(longest, "ns", max, sizeof max));
}

int findings_clock(struct findings *f, const struct reader *run, struct why *w)
{
	int err = one_clock(f, run, "clock", w);

	return err ? err : one_clock(f, run, "clock.counter", w);
}
