/* SPDX-License-Identifier: MIT */
/* A plan for people. */
#include <inttypes.h>
#include <stdio.h>
#include "command/command.h"
#include "command/run_show.h"
#include "plan/axis.h"

/* "attach/life size=64K region=sysv ..." */
static void print_cell(const struct planned *p)
{
	char buf[32];

	printf("%s/%s", p->cell.bench->name, p->cell.part->name);
	for (int a = 0; a < AXES; a++) {
		const char *text = axis_text(&p->cell, (enum axis)a, buf, sizeof buf);

		if (*text)
			printf(" %s=%s", axis_table[a].option, text);
	}
	if (p->status)
		printf("  # skip: %s", p->why.text);
	putchar('\n');
}

int run_show_plan(const struct plan *p, uint64_t seed)
{
	size_t skipped = 0;

	for (size_t g = 0; g < p->groups; g++) {
		printf("group %zu\n", g);
		for (size_t i = 0; i < p->n; i++) {
			if (p->cells[i].group != g)
				continue;
			printf("  ");
			print_cell(&p->cells[i]);
			skipped += p->cells[i].status != 0;
		}
	}
	printf("%zu cells in %zu groups, %zu of them skipped here; %u blocks in random order of "
	       "groups and cells, seed %" PRIu64 "; about %.0f s\n",
	       p->n, p->groups, skipped, p->blocks, seed, (double)plan_expected_ns(p) / 1e9);
	return STATUS_OK;
}

bool run_something(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->cells[i].status && !p->cells[i].companion)
			return true;
	return false;
}

int run_nothing(const struct plan *p)
{
	fputs("shmbench run: nothing in the plan can run here:\n", stderr);
	for (size_t i = 0; i < p->n; i++)
		if (p->cells[i].status)
			fprintf(stderr, "  %s: %s\n", p->cells[i].cell.bench->name,
				p->cells[i].why.text);
	return STATUS_NOTHING;
}
