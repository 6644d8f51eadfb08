/* SPDX-License-Identifier: MIT */
/* The levels that a history has settled on. */
#include <math.h>
#include <string.h>
#include "record/history.h"

double canary_pair(int cpu0, int cpu1)
{
	return cpu0 * 0x1p20 + cpu1 + 1;
}

void canary_pair_cpus(double pair, int cpu[2])
{
	cpu[0] = (int)((pair - 1) / 0x1p20);
	cpu[1] = (int)(pair - 1 - cpu[0] * 0x1p20);
}

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

static bool is_of(const struct clock_level *c, int roles, int cpu)
{
	return c->roles == roles && c->cpu == cpu;
}

double history_clock(const struct history *h, int roles, int cpu)
{
	for (size_t i = 0; i < h->clocks; i++)
		if (is_of(&h->clock[i], roles, cpu) && h->clock[i].kept)
			return h->clock[i].ghz;
	return 0;
}

static double weight_at(const struct clock_level *c, int64_t now)
{
	return c->weight * exp2(-(double)(now - c->seen) / HISTORY_HALVED_S);
}

static void keep_clock(struct history *h, const struct clock_level *level)
{
	struct clock_level *kept = NULL, *most = NULL;

	for (size_t i = 0; i < h->clocks; i++) {
		struct clock_level *c = &h->clock[i];

		if (!is_of(c, level->roles, level->cpu))
			continue;
		if (c->kept)
			kept = c;
		if (!most || weight_at(c, level->seen) > weight_at(most, level->seen))
			most = c;
	}
	if (kept && weight_at(most, level->seen) <= HISTORY_MANY * weight_at(kept, level->seen))
		return;
	if (kept)
		kept->kept = false;
	most->kept = true;
}

void history_saw_clock(struct history *h, const struct clock_level *level, double share)
{
	struct clock_level *near = NULL;

	for (size_t i = 0; i < h->clocks; i++) {
		struct clock_level *c = &h->clock[i];
		double apart = fabs(c->ghz / level->ghz - 1);

		if (is_of(c, level->roles, level->cpu) && apart <= share &&
		    (!near || apart < fabs(near->ghz / level->ghz - 1)))
			near = c;
	}
	if (!near) {
		if (h->clocks == HISTORY_CLOCKS)
			memmove(h->clock, h->clock + 1, --h->clocks * sizeof *h->clock);
		near = &h->clock[h->clocks++];
		*near = *level;
		near->weight = 0;
		near->kept = false;
	}
	double weight = weight_at(near, level->seen);
	near->ghz = (near->ghz * weight + level->ghz * level->weight) / (weight + level->weight);
	near->weight = weight + level->weight;
	near->seen = level->seen;
	keep_clock(h, level);
}

void history_forget_clocks(struct history *h, const struct batch *b)
{
	size_t left = 0;

	for (size_t i = 0; i < h->clocks; i++) {
		size_t k = 0;

		while (k < b->n && !is_of(&h->clock[i], b->kind.roles, (int)b->reading[k].cpu))
			k++;
		if (k == b->n)
			h->clock[left++] = h->clock[i];
	}
	h->clocks = left;
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
