/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include "measure/calibrate.h"
#include "plan/registry.h"

int calibrate(struct measurement *r, const struct station *s, calibrate_sink *sink, void *arg,
	      struct why *w)
{
	struct planned planned = { .place = s->like->place, .base = NO_BASE };
	struct invocation i = { .planned = &planned, .roles = s->roles };
	struct cell *c = &planned.cell;

	c->bench = registry_hidden("calibrate");
	c->part = registry_part(c->bench, s->roles == 1 ? "one" : "two");
	c->has = c->part->axes;
	c->place = planned.place.name;
	int err = invocation_run(r, &i, w);
	if (err)
		return err;
	if (i.status)
		err = fail(w, 0, "reading the canaries on CPUs %s and %s: %s",
			   planned.place.cpus[0], planned.place.cpus[1], i.why.text);
	else
		err = sink(arg, i.out, w);
	invocation_release(&i);
	return err;
}
