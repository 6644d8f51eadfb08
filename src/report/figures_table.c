/* SPDX-License-Identifier: MIT */
/* Which figures and terminals there are. */
#include <stdio.h>
#include <string.h>
#include "report/figures.h"

const struct figure figures[] = {
	{
		.name = "attach-latency",
		.title = "Attach and detach",
		.look = "A flat line means that the cost does not depend on the size; detaching "
			"what has pages is dearer, because they must be unmapped.",
		.file = "summary.csv",
		.benchmark = "attach",
	},
	{
		.name = "first-touch",
		.title = "First touch",
		.look = "Read both panels together: time per page follows faults per page, and a "
			"mechanism that maps several pages in one fault pays less for each.",
		.file = "summary.csv",
		.benchmark = "first-touch",
	},
	{
		.name = "touch-ecdf",
		.title = "First touch: distribution",
		.look = "Where the line at the left bends, another kind of touch begins; the right "
			"panel shows how rare the slow ones are.",
		.file = "distribution.csv",
		.benchmark = "touch-profile",
	},
	{
		.name = "touch-by-index",
		.title = "First touch by page index",
		.look = "A peak at 0 of the upper panel is the page-table page that every 512th "
			"touch also makes; a peak at 0 of the lower one is the memory cgroup's "
			"batch of 64.",
		.file = "profile.csv",
		.benchmark = "touch-profile",
	},
	{
		.name = "page-kinds",
		.title = "Kinds of page",
		.look = "Clearing a page takes what it takes: what larger pages save is the "
			"faults, "
			"and with them most of the time of 4 KiB.",
		.file = "summary.csv",
	},
	{
		.name = "refault",
		.title = "Touching again",
		.look = "Time follows the faults at the right edge: a mechanism that maps several "
			"pages in one fault is cheaper to read again, none to write.",
		.file = "summary.csv",
		.benchmark = "refault",
	},
	{
		.name = "populate",
		.title = "Ways to populate",
		.look = "What is left for later is dear: a way that is cheap in the left panel and "
			"long in the right one has brought nothing in.",
		.file = "summary.csv",
		.benchmark = "populate",
	},
	{
		.name = "lookup",
		.title = "Finding by name",
		.look = "A flat line means that the cost does not depend on how many other "
			"segments there are; SHM_INFO visits them all.",
		.file = "summary.csv",
		.benchmark = "lookup",
	},
	{
		.name = "attachers",
		.title = "Many attachers of one segment",
		.look = "Page tables grow with every process that attaches, though the pages are "
			"shared; the time that one process more needs hardly does.",
		.file = "summary.csv",
		.benchmark = "attachers",
	},
	{
		.name = "crowds",
		.title = "Many at once",
		.look = "Where a line leaves its dotted one, processes wait for each other: with "
			"one "
			"object for all in every mechanism, with one for each only where they have "
			"something else in common, as System V has a semaphore.",
		.file = "summary.csv",
		.benchmark = "crowd",
	},
	{
		.name = "throughput",
		.title = "Throughput",
		.look = "Small messages are limited by the cost of each, large ones by copying: "
			"the dashed line is copying with nothing around it.",
		.file = "summary.csv",
		.benchmark = "throughput",
	},
	{
		.name = "message-cpu",
		.title = "CPU time per message",
		.look = "A side that spins is busy all the time, so its line is the throughput's; "
			"one that sleeps is dear where it is woken for every message.",
		.file = "summary.csv",
		.benchmark = "throughput",
	},
	{
		.name = "round-trip",
		.title = "Round trip by message size",
		.look = "Where the CPU time is less than the round trip, a side was asleep "
			"meanwhile.",
		.file = "summary.csv",
		.benchmark = "latency",
	},
	{
		.name = "wait-strategies",
		.title = "Ways of waiting",
		.look = "What spinning saves in time it pays with CPU; the sleeping ones differ by "
			"their system calls only.",
		.file = "summary.csv",
		.benchmark = "latency",
	},
	{
		.name = "rtt-ecdf",
		.title = "Round trip: distribution",
		.look = "How far a line reaches to the right in the right panel is the tail that a "
			"median hides.",
		.file = "distribution.csv",
		.benchmark = "latency",
	},
	{
		.name = "latency-under-load",
		.title = "Latency under load",
		.look = "Where response leaves service, messages wait for others that are late; "
			"where it shoots up, the channel has reached its limit and what is drawn "
			"depends on how long one looks.",
		.file = "profile.csv",
		.benchmark = "latency",
	},
	{
		.name = "matrix",
		.title = "Cache line between every two CPUs",
		.look = "Blocks along the diagonal are CPUs that share a cache or a package; a "
			"stripe across a block is a CPU that is slower to reach than its "
			"neighbours.",
		.file = "summary.csv",
		.benchmark = "matrix",
	},
	{
		.name = "node-matrix",
		.title = "Producer, consumer and memory by node",
		.look = "Squares off the diagonal cross between nodes; what differs between the "
			"panels of a line is where the memory is.",
		.file = "summary.csv",
	},
	{
		.name = "ratio-forest",
		.title = "Ratios to the base",
		.look = "Left of the line: takes less than the base. An interval that crosses the "
			"line shows no difference.",
		.file = "summary.csv",
	},
	{
		.name = "machine-state",
		.title = "The machine during the run",
		.look = "Steps in the canaries are other work on the same core; steps in the "
			"cache-line time are the two CPUs becoming other CPUs.",
		.file = "windows.csv",
	},
	{ .name = NULL },
};

const struct terminal terminals[] = {
	{ "svg", "svg" }, { "pngcairo", "png" }, { "pdfcairo", "pdf" },
	{ "dumb", "" },   { NULL, NULL },
};

const struct figure *figure_find(const char *name, struct why *w)
{
	char all[400] = "";
	size_t n = 0;

	for (const struct figure *f = figures; f->name; f++) {
		if (!strcmp(f->name, name))
			return f;
		if (n < sizeof all)
			n += (size_t)snprintf(all + n, sizeof all - n, " %s", f->name);
	}
	misused(w, "there is no figure '%.60s'; there are:%s", name, all);
	return NULL;
}

const struct terminal *terminal_find(const char *name, struct why *w)
{
	for (const struct terminal *t = terminals; t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	misused(w, "there is no terminal '%.60s'; there are: svg pngcairo pdfcairo dumb", name);
	return NULL;
}
