/* SPDX-License-Identifier: MIT */
/* Waiting is all that a program can do about a busy host; how long, patience says. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include "analyse/gate.h"
#include "command/run_calm.h"

/* Calm and contended times of a host last seconds: a shorter look may fall into either. */
static const uint64_t look_ns = 2000000000;

/* The least calm of what was looked at; NULL: nothing could be judged. */
static const struct calm_spot *least_calm(const struct calm_look *look)
{
	const struct calm_spot *least = NULL;

	for (size_t i = 0; i < look->spots; i++)
		if (look->spot[i].judged &&
		    (!least || calm_spot_share(&look->spot[i]) < calm_spot_share(least)))
			least = &look->spot[i];
	return least;
}

static int not_calm(const struct calm_spot *s, uint64_t waited_ns, struct why *w)
{
	char name[40];

	fail(w, 0,
	     "not calm now: %.0f %% of %ju windows on %s were, and %.0f %% are required (%.0f %% "
	     "were undisturbed, the clock apart); looked for %.0f s (--patience TIME looks longer; "
	     "without --require-calm rows are measured and flagged)",
	     100 * calm_spot_share(s), (uintmax_t)s->judged, calm_spot_name(s, name, sizeof name),
	     100 * GATE_MOSTLY, 100 * calm_spot_alone(s), (double)waited_ns / 1e9);
	return -EAGAIN;
}

int run_wait_for_calm(const struct calm_wait *c, struct why *w)
{
	uint64_t start = clock_ns();
	struct station station[REFERENCE_STATIONS];
	struct calm_spot spot[REFERENCE_STATIONS] = { 0 };
	struct calm_look look = { spot, reference_stations(c->reference, c->plan, station),
				  c->reference, c->measurement, look_ns };

	for (size_t i = 0; i < look.spots; i++)
		spot[i].station = station[i];
	for (bool told = c->quiet;; told = true) {
		int err = calm_look(&look, w);
		const struct calm_spot *least = err ? NULL : least_calm(&look);

		if (!least || calm_spot_share(least) >= GATE_MOSTLY)
			return err;
		if (clock_ns() - start + look_ns > c->patience_ns)
			return not_calm(least, clock_ns() - start, w);
		if (!told)
			fprintf(stderr, "shmbench run: not calm; looking again for up to %.0f s\n",
				(double)c->patience_ns / 1e9);
	}
}
