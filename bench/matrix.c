/* SPDX-License-Identifier: MIT */
/*
 * What is every CPU to every other? One cell a pair, so that the cost is linear in the pairs: short
 * windows, and few of them. With 192 CPUs there are 18336 pairs; `--representatives` takes one of
 * each kind (plan/pairs.h).
 */
#include <string.h>
#include "line.h"

enum { CACHE_LINE };
enum { WINDOWS = 8 };
static const uint64_t trips = 2000; /* 0.1 to 1 ms */

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return WINDOWS;
}

static uint64_t lasts_ns(const struct cell *c)
{
	(void)c;
	return 2 * trips * 100;
}

static int fits(const struct cell *c, struct why *w)
{
	if (!strcmp(c->place, "same"))
		return cannot(w, "a cache line goes nowhere on one CPU");
	return 0;
}

static int work(struct task *t, int role)
{
	return line_work(
		t, role,
		&(struct line_windows){ .windows = WINDOWS, .trips = trips, .metric = CACHE_LINE });
}

static const struct metric metrics[] = {
	[CACHE_LINE] = { .name = "cache-line", .unit = "ns", .kind = KIND_TIME, .headline = true },
	{ 0 },
};

const struct bench bench_matrix = {
	.name = "matrix",
	.about = "how long does a cache line take between every two CPUs?",
	.parts =
		(const struct part[]){
			{
				.name = "pair",
				.axes = AXIS(PLACE) | AXIS(CLOCK),
				.roles = 2,
				.metrics = metrics,
				.standard = (const char *const[AXES]){ [AXIS_PLACE] = "all-pairs" },
				.fits = fits,
				.lasts_ns = lasts_ns,
				.windows = windows,
				.work = work,
			},
			{ 0 },
		},
};
