/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "plan/registry.h"
#include "sample_plan.h"

static const struct metric metrics[] = {
	[SAMPLE_TIME] = { .name = "time",
			  .unit = "ns",
			  .kind = KIND_TIME,
			  .headline = true,
			  .samples = 100 },
	[SAMPLE_RATE] = { .name = "rate", .unit = "messages/s", .kind = KIND_RATE },
	[SAMPLE_COUNT] = { .name = "count", .unit = "faults/page", .kind = KIND_COUNT },
	{ .name = NULL },
};

const struct part sample_part = {
	.name = "part",
	.axes = AXIS(REGION) | AXIS(SIZE),
	.roles = 1,
	.metrics = metrics,
};

const struct part sample_part_two = {
	.name = "pair",
	.axes = AXIS(REGION) | AXIS(SIZE) | AXIS(PLACE),
	.roles = 2,
	.metrics = metrics,
};

static const struct bench bench = { .name = "sample", .about = "a benchmark for tests" };

void sample_plan_make(struct sample_plan *s, const struct part *part)
{
	static const char *const regions_of[SAMPLE_CELLS] = { "sysv", "memfd" };

	*s = (struct sample_plan){ .plan = { .n = SAMPLE_CELLS, .groups = 1, .blocks = 8 } };
	s->plan.cells = s->cells;
	s->plan.member = s->member;
	s->plan.first = s->first;
	s->first[1] = SAMPLE_CELLS;
	for (size_t i = 0; i < SAMPLE_CELLS; i++) {
		struct planned *p = &s->cells[i];

		s->member[i] = i;
		p->cell = (struct cell){
			.bench = &bench,
			.part = part,
			.has = part->axes,
			.region = registry_region(regions_of[i]),
			.size = 65536,
			.place = "l3",
		};
		p->base = SAMPLE_SYSV; /* of itself, too: as plan_group() leaves it */
		snprintf(p->place.name, sizeof p->place.name, "l3");
		p->place.os[1] = 1;
	}
}
