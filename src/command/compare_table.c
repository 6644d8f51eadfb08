/* SPDX-License-Identifier: MIT */
/* The table of `compare`: what is worse stands first, in a table and among tables. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "command/compare.h"
#include "command/compare_words.h"
#include "report/rows.h"
#include "report/sheet.h"

enum { NAME, RELATION, BASE, NEW, CHANGE, VERDICT, COUNT };

/* All rows of one benchmark and metric. */
struct family {
	const struct contrast *c;
	const struct sheet_style *style;
	struct rows names; /* as report/rows.h knows them: to say in what cells differ */
	size_t *of;        /* index into c->row */
};

static int rank(const struct contrast_row *r)
{
	static const int ranks[] = {
		[VERDICT_SLOWER_BY_MORE] = 0, [VERDICT_SLOWER] = 1,
		[VERDICT_FASTER_BY_MORE] = 2, [VERDICT_FASTER] = 3,
		[VERDICT_INCONCLUSIVE] = 4,   [VERDICT_SAME] = 5,
		[VERDICT_NONE] = 6,
	};

	return ranks[r->finding.judgement.verdict];
}

static bool same_family(const struct contrast_row *a, const struct contrast_row *b)
{
	return !strcmp(run_row_benchmark(a->base), run_row_benchmark(b->base)) &&
	       !strcmp(run_row_metric(a->base), run_row_metric(b->base));
}

/* As report/rows.h has it, with nothing but what names a cell. */
static struct row name_of(const struct run_row *r)
{
	struct row row = { .blob = NULL };

	for (unsigned i = 0; i < TABLE_COLUMNS_MAX; i++)
		row.text[i] = "";
	for (unsigned i = 0; i < CELL_COLUMNS; i++)
		row.text[SUMMARY_CELL - SUMMARY_FIRST + i] = r->cell[i];
	row.text[SUMMARY_relation - SUMMARY_FIRST] = r->relation;
	return row;
}

/* What a reader looks for in a cell; the other axes are said where they vary. */
static const uint32_t telling =
	AXIS(SIZE) | AXIS(MESSAGE) | AXIS(STATE) | AXIS(ACCESS) | AXIS(ORDER);

/* Words with a blank between, of which some may be empty. */
static void join(char *buf, size_t len, const char *more)
{
	size_t used = strlen(buf);

	if (*more)
		snprintf(buf + used, len - used, "%s%s", used ? " " : "", more);
}

/* "sysv 64K fresh": mechanism and these axes. */
static void cell_name(const struct row *r, uint32_t axes, char *buf, size_t len)
{
	char part[400];
	const char *relation = row_text(r, SUMMARY_relation);

	*buf = '\0';
	join(buf, len, row_mechanism(r, part, sizeof part));
	join(buf, len, row_axes(r, axes, part, sizeof part));
	/* Cells of `null` have nothing to vary by but the number of their roles. */
	if (!*buf)
		snprintf(buf, len, "%s", *relation ? "two roles" : "one role");
}

static enum tint tint_of(const struct contrast_row *r)
{
	switch (r->finding.judgement.verdict) {
	case VERDICT_SLOWER:
	case VERDICT_SLOWER_BY_MORE:
		return TINT_BAD;
	case VERDICT_FASTER:
	case VERDICT_FASTER_BY_MORE:
		return TINT_GOOD;
	case VERDICT_INCONCLUSIVE:
		return TINT_DOUBTFUL;
	default:
		return TINT_NONE;
	}
}

static int put_row(const struct family *f, size_t at, struct sheet *s, struct why *w)
{
	const struct contrast_row *r = &f->c->row[f->of[at]];
	const struct row *name = &f->names.row[at];
	char text[7][1000];
	int err = sheet_line(s, w);

	cell_name(name, name->varying, text[NAME], sizeof text[NAME]);
	compare_relation(r, text[RELATION], sizeof text[RELATION]);
	value_text(r->base_median, r->base->cell[CELL_UNIT], text[BASE], sizeof text[BASE]);
	value_text(r->new_median, r->base->cell[CELL_UNIT], text[NEW], sizeof text[NEW]);
	value_without_per(text[BASE], r->base->cell[CELL_UNIT]);
	value_without_per(text[NEW], r->base->cell[CELL_UNIT]);
	compare_change(&r->finding.log, text[CHANGE], sizeof text[CHANGE]);
	compare_verdict(f->c, r, text[VERDICT], sizeof text[VERDICT]);
	compare_count(r, text[COUNT], sizeof text[COUNT]);
	for (unsigned i = NAME; i <= COUNT && !err; i++)
		err = sheet_put(s, i, text[i], w);
	if (!err)
		sheet_tint(s, VERDICT, tint_of(r));
	return err;
}

static int put_family(const struct family *f, struct why *w)
{
	const struct row *name = &f->names.row[0];
	char axes[400];
	struct sheet s = {
		.head = { [NAME] = "cell",
			  [RELATION] = "relation",
			  [BASE] = "base",
			  [NEW] = "new",
			  [CHANGE] = "change [95 %]",
			  [VERDICT] = "verdict",
			  [COUNT] = "n" },
		.left = 1u << NAME | 1u << RELATION | 1u << VERDICT,
	};
	int err = 0;

	row_axes(name, telling & ~name->varying, axes, sizeof axes);
	snprintf(s.title, sizeof s.title, "%s: %s, %s%s%.120s%s", row_benchmark(name),
		 row_metric(name), row_unit(name), *axes ? " (" : "", axes, *axes ? ")" : "");
	for (size_t i = 0; i < f->names.n && !err; i++)
		err = put_row(f, i, &s, w);
	if (!err)
		sheet_text(&s, f->style);
	sheet_free(&s);
	return err;
}

/* One table, of the rows of order[0..n) that are of one family with the first. *order loses
 * them. */
static int take_family(const struct comparison_report *report, size_t *order, size_t *n,
		       struct why *w)
{
	const struct contrast *c = report->contrast;
	struct sheet_style style = style_of(report->options->colour, stdout);
	struct family f = { .c = c, .style = &style };
	const struct contrast_row *first = &c->row[order[0]];
	size_t kept = 0;

	f.of = calloc(*n, sizeof *f.of);
	f.names.row = calloc(*n, sizeof *f.names.row);
	int err = f.of && f.names.row ? 0 : fail(w, ENOMEM, "a table of %zu rows", *n);
	for (size_t i = 0; i < *n && !err; i++) {
		if (!same_family(first, &c->row[order[i]])) {
			order[kept++] = order[i];
			continue;
		}
		f.of[f.names.n] = order[i];
		f.names.row[f.names.n++] = name_of(c->row[order[i]].base);
	}
	*n = kept;
	if (!err)
		err = rows_link(&f.names, w);
	if (!err)
		err = put_family(&f, w);
	free(f.of);
	free(f.names.row);
	return err;
}

/* Rows by rank; those of one rank as they stand in the base's plan. */
static void sort(const struct contrast *c, size_t *order)
{
	size_t n = 0;

	for (int wanted = 0; wanted <= 6; wanted++)
		for (size_t i = 0; i < c->n; i++)
			if (rank(&c->row[i]) == wanted)
				order[n++] = i;
}

static int put_tables(const struct comparison_report *r, struct why *w)
{
	const struct contrast *c = r->contrast;
	size_t n = c->n, *order = calloc(n + 1, sizeof *order);
	int err = order ? 0 : fail(w, ENOMEM, "the order of %zu rows", n);

	if (!err)
		sort(c, order);
	while (n && !err)
		err = take_family(r, order, &n, w);
	free(order);
	return err;
}

/* " (new: skip: why)" */
static void put_status(const char *run, const struct run_row *r, const char *reason)
{
	printf(" (%s: %s%s%s)", run, r->status, reason ? ": " : "", reason ? reason : "");
}

/* All axes: what is missing is to be found. */
static void put_only(const struct contrast_only *o)
{
	const char *run = o->in_new ? "new" : "base";
	struct row name = name_of(o->row);
	char cell[1000];

	cell_name(&name, ~MECHANISM_AXES, cell, sizeof cell);
	join(cell, sizeof cell, o->row->relation);
	printf("  only in %s: %s %s: %s", run, row_benchmark(&name), row_metric(&name), cell);
	if (!o->row->n)
		put_status(run, o->row, o->row->reason);
	if (o->other)
		put_status(o->in_new ? "base" : "new", o->other, contrast_only_reason(o));
	putchar('\n');
}

static void put_onlies(const struct contrast *c)
{
	if (c->onlies)
		puts("Rows that have a value, or this kind of it, in one run only:");
	for (size_t i = 0; i < c->onlies; i++)
		put_only(&c->only[i]);
	if (c->onlies)
		putchar('\n');
}

static void put_summary(const struct contrast *c)
{
	printf("%zu slower, %zu faster, %zu inconclusive, %zu same of %zu rows",
	       contrast_count(c, VERDICT_SLOWER), contrast_count(c, VERDICT_FASTER),
	       contrast_count(c, VERDICT_INCONCLUSIVE), contrast_count(c, VERDICT_SAME), c->n);
	if (c->onlies)
		printf("; %zu in one run only", c->onlies);
	if (c->absent)
		printf("; %zu without a value in both", c->absent);
	printf(" (threshold %.3g %%)\n", 100 * c->wish.threshold);
}

/* Said once, above all verdicts. */
static void put_gate(const struct contrast *c)
{
	if (c->gated)
		return;
	if (c->base->gated || c->new->gated)
		fputs("shmbench compare: only one of the runs tells calm windows from others: all "
		      "values of both are compared\n",
		      stderr);
	else
		fputs("shmbench compare: neither run tells calm windows from others: all values "
		      "are compared, whatever else the machine did\n",
		      stderr);
}

void compare_environment(const struct comparison_report *r, FILE *f)
{
	const struct environment *e = r->environment;

	for (unsigned i = 0; i < e->n; i++) {
		const struct environment_difference *d = &e->difference[i];
		const char *word = environment_word(d->word);

		fprintf(f, "shmbench compare: %s differs", d->what);
		if (*word)
			fprintf(f, " (%s%s)", d->accepted ? "" : "not in --across: ", word);
		fprintf(f, ": base %s; new %s\n", d->in_base, d->in_new);
	}
}

int compare_table(const struct comparison_report *r, struct why *w)
{
	const struct contrast *c = r->contrast;

	if (!c)
		return 0;
	compare_environment(r, stderr);
	put_gate(c);
	int err = put_tables(r, w);
	if (err)
		return err;
	put_onlies(c);
	put_summary(c);
	return 0;
}
