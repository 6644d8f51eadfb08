/* SPDX-License-Identifier: MIT */
/*
 * What does it cost when many do it at once?
 *
 * Whoever attaches or detaches System V segments takes a semaphore of the IPC namespace as a writer
 * (ipc/shm.c, shm_ids.rwsem), whatever segment it is; whoever maps a file takes locks of that file.
 * So there are two questions: of one object that all have, and of one that each has for itself. The
 * others are about what is under both: making pages, and CPUs that have caches and memory in common.
 *
 * --processes says how many there are; each is on a CPU of its own, and of pairs each has two.
 */
#include "crowd.h"
#include "gang.h"
#include "touch.h"

static int attach_fits(const struct cell *c, struct why *w)
{
	return region_attachable(c->region, w);
}

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return CROWD_WINDOWS;
}

static uint64_t shared(const struct cell *c)
{
	return gang_bytes(c->processes * c->part->cpus_each);
}

/* One a process, or pair. */
static uint64_t regions_each(const struct cell *c)
{
	return c->processes;
}

/* What a process is at all. */
static uint64_t beside(const struct cell *c)
{
	return c->processes * c->part->cpus_each * (256 << 10);
}

/* Canaries come one after the other. */
static uint64_t lasts_ns(const struct cell *c)
{
	const uint64_t canaries_ns = 150000;

	return WINDOW_NS + c->processes * canaries_ns;
}

static uint64_t touch_lasts_ns(const struct cell *c)
{
	const uint64_t free_ns = 150; /* a page */

	return lasts_ns(c) + c->processes * (c->size / touch_page(c)) * free_ns;
}

static uint64_t touch_room(const struct cell *c)
{
	return c->processes * c->size;
}

#define AXES_OF_REGIONS                                                                            \
	(AXIS(REGION) | AXIS(SIZE) | AXIS(PAGE) | AXIS(STATE) | AXIS(NODE) | AXIS(PROCESSES) |     \
	 AXIS(DIRECTORY) | AXIS(CLOCK))
#define RESIDENT                                                                                   \
	(const char *const[AXES])                                                                  \
	{                                                                                          \
		[AXIS_STATE] = "resident"                                                          \
	}

const struct bench bench_crowd = {
	.name = "crowd",
	.about = "what does it cost when many do it at once?",
	.parts =
		(const struct part[]){
			{
				.name = "one",
				.axes = AXES_OF_REGIONS,
				.states = 1u << STATE_RESIDENT,
				.crowds = AXIS(PROCESSES),
				.cpus_each = 1,
				.roles = 1,
				.region = REGION_OWN,
				.metrics = crowd_one_metrics,
				.standard = RESIDENT,
				.fits = attach_fits,
				.beside = beside,
				.shared = shared,
				.lasts_ns = lasts_ns,
				.windows = windows,
				.work = crowd_one,
			},
			{
				.name = "own",
				.axes = AXES_OF_REGIONS,
				.states = 1u << STATE_RESIDENT,
				.crowds = AXIS(PROCESSES),
				.cpus_each = 1,
				.roles = 1,
				.region = REGION_OWN,
				.metrics = crowd_own_metrics,
				.standard = RESIDENT,
				.fits = attach_fits,
				.regions = regions_each,
				.beside = beside,
				.shared = shared,
				.lasts_ns = lasts_ns,
				.windows = windows,
				.work = crowd_own,
			},
			{
				.name = "touch",
				.axes = AXES_OF_REGIONS | AXIS(ACCESS),
				.states = 1u << STATE_FRESH,
				.crowds = AXIS(PROCESSES),
				.cpus_each = 1,
				.roles = 1,
				.region = REGION_OWN,
				.metrics = crowd_touch_metrics,
				.standard = (const char *const[AXES]){ [AXIS_SIZE] = "8M" },
				.fits = crowd_touch_fits,
				.room = touch_room,
				.beside = beside,
				.shared = shared,
				.lasts_ns = touch_lasts_ns,
				.windows = windows,
				.work = crowd_touch,
			},
			{
				.name = "pairs",
				.axes = AXIS(CHANNEL) | AXIS(MESSAGE) | AXIS(CONSUME) |
					AXIS(PLACE) | AXIS(PROCESSES) | AXIS(CLOCK),
				.crowds = AXIS(PROCESSES),
				.cpus_each = 2,
				.roles = 2,
				.region = REGION_ATTACHED,
				.metrics = crowd_pairs_metrics,
				.standard =
					(const char *const[AXES]){
						[AXIS_REGION] = "sysv", [AXIS_PUBLISH] = "32" },
				.fits = crowd_pairs_fits,
				.regions = regions_each,
				.beside = beside,
				.shared = shared,
				.lasts_ns = lasts_ns,
				.windows = windows,
				.work = crowd_pairs,
			},
			{ 0 },
		},
};
