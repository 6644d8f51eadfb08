/* SPDX-License-Identifier: MIT */
/* The levels that a history has settled on. */
#include <string.h>
#include "record/history.h"

double history_mapping(const struct history *h, const struct canary_kind *k)
{
	double cycles = 0;

	for (size_t i = 0; i < h->n; i++)
		if (canary_kind_same(&h->batch[i].kind, k) && h->batch[i].mapping_level > 0)
			cycles = h->batch[i].mapping_level;
	return cycles;
}

void history_settle_mapping(struct history *h, const struct canary_kind *k, double cycles)
{
	for (size_t i = 0; i < h->n; i++)
		if (canary_kind_same(&h->batch[i].kind, k))
			h->batch[i].mapping_level = cycles;
}

/* Where it is in h->clock; h->clocks: nowhere. */
static size_t find_clock(const struct history *h, int roles, int cpu)
{
	size_t i = 0;

	while (i < h->clocks && (h->clock[i].roles != roles || h->clock[i].cpu != cpu))
		i++;
	return i;
}

double history_clock(const struct history *h, int roles, int cpu)
{
	size_t i = find_clock(h, roles, cpu);

	return i < h->clocks ? h->clock[i].ghz : 0;
}

void history_settle_clock(struct history *h, struct clock_level level)
{
	size_t i = find_clock(h, level.roles, level.cpu);

	if (i == HISTORY_CLOCKS) {
		memmove(h->clock, h->clock + 1, (HISTORY_CLOCKS - 1) * sizeof *h->clock);
		i = --h->clocks;
	}
	h->clocks += i == h->clocks;
	h->clock[i] = level;
}

/* Where it is in h->line; h->lines: nowhere. */
static size_t find_line(const struct history *h, double pair, double low, double high)
{
	size_t i = 0;

	while (i < h->lines &&
	       (h->line[i].pair != pair || h->line[i].ns < low || h->line[i].ns > high))
		i++;
	return i;
}

double history_line(const struct history *h, double pair, double low, double high)
{
	size_t i = find_line(h, pair, low, high);

	return i < h->lines ? h->line[i].ns : 0;
}

void history_settle_line(struct history *h, double pair, double low, double high, double ns)
{
	size_t i = find_line(h, pair, low, high);

	if (i == HISTORY_LINES) {
		memmove(h->line, h->line + 1, (HISTORY_LINES - 1) * sizeof *h->line);
		i = --h->lines;
	}
	h->lines += i == h->lines;
	h->line[i] = (struct line_level){ pair, ns };
}
