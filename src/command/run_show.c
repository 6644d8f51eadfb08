/* SPDX-License-Identifier: MIT */
/* A plan for people. */
#include <inttypes.h>
#include <stdio.h>
#include "command/command.h"
#include "command/run_show.h"
#include "measure/order.h"
#include "plan/axis.h"

int run_complain(const struct why *w, int status)
{
	fprintf(stderr, "shmbench run: %s\n", w->text);
	return status;
}

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

/* Where the line that is being printed is. */
struct drawn {
	unsigned block;
	size_t group; /* the last one; NO_BASE: none yet */
};

/* "3(1,0,2) 0(0)" */
static int show_turn(void *arg, const struct turn *t, struct why *w)
{
	struct drawn *d = arg;
	bool new_block = d->group == NO_BASE || t->block != d->block;
	bool new_group = new_block || t->group != d->group;

	(void)w;
	if (new_block)
		printf("%sblock %u:", d->group == NO_BASE ? "" : ")\n", t->block);
	if (new_group)
		printf("%s %u", new_block ? "" : ")", t->group);
	printf("%s%zu", new_group ? "(" : ",", t->member);
	d->block = t->block;
	d->group = t->group;
	return 0;
}

/* A block a line. */
static int show_order(const struct plan *p, uint64_t seed, struct why *w)
{
	struct drawn d = { .group = NO_BASE };

	puts("order: groups, and in brackets their cells, counted from 0 as they stand above");
	int err = run_order(p, seed, show_turn, &d, w);
	if (d.group != NO_BASE)
		puts(")");
	return err;
}

static size_t show_cells(const struct plan *p)
{
	size_t skipped = 0;

	for (size_t g = 0; g < p->groups; g++) {
		const size_t *cells;
		size_t n = plan_members(p, g, &cells);

		printf("group %zu\n", g);
		for (size_t i = 0; i < n; i++) {
			printf("  ");
			print_cell(&p->cells[cells[i]]);
			skipped += p->cells[cells[i]].status != 0;
		}
	}
	return skipped;
}

int run_show_plan(const struct plan *p, uint64_t seed)
{
	size_t skipped = show_cells(p);
	struct why w = { 0 };

	if (show_order(p, seed, &w))
		return run_complain(&w, STATUS_FAILED);
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
