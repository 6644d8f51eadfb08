/* SPDX-License-Identifier: MIT */
/* What a process that runs on one CPU does to what another one unmaps: nothing on most machines. */
#include <stdio.h>
#include "command/doctor.h"
#include "command/load.h"
#include "record/machine.h"

static const uint64_t loaded_ns = 300000000;

static void describe(struct finding *f, const struct calm_spot *idle,
		     const struct calm_spot *loaded, int other)
{
	double times = loaded->mapping_cycles / idle->mapping_cycles;

	snprintf(f->value, sizeof f->value,
		 "a mapping in %.0f cycles on CPU %d, in %.0f while a process runs on CPU %d: %.2f "
		 "times",
		 idle->mapping_cycles, idle->station.like->place.os[0], loaded->mapping_cycles,
		 other, times);
	f->numbers = json_pack("{s:f, s:f, s:f}", "idle_cycles", idle->mapping_cycles,
			       "loaded_cycles", loaded->mapping_cycles, "times", times);
	if (times >= MACHINE_BESIDE_MIN)
		advise(f, GRADE_NOTE,
		       "a host that keeps the page tables stops running CPUs for what is "
		       "unmapped, and a thread of the same core shares it: where other CPUs "
		       "work, detaching what was touched costs more than rows of an idle "
		       "machine say; runs of `bounds' have it as mapping-beside");
}

int doctor_beside(struct doctor *d, const struct calm_look *idle, const struct place *pair,
		  struct why *w)
{
	const struct load_wish spin = { .load = LOAD_SPIN, .cpus = pair->cpus[1] };
	struct calm_spot spot = { .station = idle->spot->station };
	struct calm_look look = *idle;
	struct finding f = { 0 };
	struct why refused = { 0 };
	pid_t busy = load_start(&spin, &refused);

	look.spot = &spot;
	look.spots = 1;
	look.ns = loaded_ns;
	int err = busy > 0 ? calm_look(&look, w) : 0;
	bool whole = busy > 0 && load_stop(busy);

	if (err)
		return err;
	if (whole && spot.mapping_cycles > 0 && idle->spot->mapping_cycles > 0) {
		describe(&f, idle->spot, &spot, pair->os[1]);
	} else {
		snprintf(f.value, sizeof f.value, "unavailable: %.300s",
			 busy > 0 ? "there was no mapping, or no load for all of the time"
				  : refused.text);
		f.grade = GRADE_NOTE;
	}
	doctor_row(d, "beside", &f);
	return 0;
}
