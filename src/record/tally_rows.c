/* SPDX-License-Identifier: MIT */
/* A file that was mangled by hand is told from one that was cut short: the one is refused with line
 * and column, the other is read as far as it goes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "record/tally_rows.h"

static const unsigned sources[QUANTITIES] = {
	[QUANTITY_MEDIAN] = INVOCATIONS_median,
	[QUANTITY_MEDIAN_ALL] = INVOCATIONS_median_all,
	[QUANTITY_MIN] = INVOCATIONS_min,
	[QUANTITY_P10] = INVOCATIONS_p10,
	[QUANTITY_P25] = INVOCATIONS_p25,
	[QUANTITY_P75] = INVOCATIONS_p75,
	[QUANTITY_P90] = INVOCATIONS_p90,
	[QUANTITY_P99] = INVOCATIONS_p99,
	[QUANTITY_P999] = INVOCATIONS_p999,
	[QUANTITY_MAX] = INVOCATIONS_max,
	[QUANTITY_MEAN] = INVOCATIONS_mean,
	[QUANTITY_VARIANCE] = INVOCATIONS_variance,
	[QUANTITY_SAMPLES] = INVOCATIONS_samples,
	[QUANTITY_BATCH] = INVOCATIONS_batch,
	[QUANTITY_MILD] = INVOCATIONS_outliers_mild,
	[QUANTITY_FAR] = INVOCATIONS_outliers_far,
	[QUANTITY_BLOCK] = INVOCATIONS_block,
	[QUANTITY_WINDOWS] = INVOCATIONS_windows,
	[QUANTITY_CALM] = INVOCATIONS_calm_windows,
	[QUANTITY_LINE] = INVOCATIONS_cache_line_ns,
	[QUANTITY_CPU] = INVOCATIONS_role0_cpu,
	[QUANTITY_CPU_1] = INVOCATIONS_role1_cpu,
	[QUANTITY_BEFORE] = INVOCATIONS_windows_before_calm,
	[QUANTITY_AFTER] = INVOCATIONS_windows_after_calm,
};

static struct entry *entry_of(struct subject *s, const char *relation)
{
	struct entry **at = &s->entries;

	while (*at && strcmp((*at)->relation, relation))
		at = &(*at)->next;
	if (*at)
		return *at;
	struct entry *e = calloc(1, sizeof *e);
	if (!e)
		return NULL;
	e->relation = strdup(relation);
	if (!e->relation) {
		free(e);
		return NULL;
	}
	return *at = e;
}

/* Nothing that is measured here is below 0. */
static int check_point(const double *point, const struct csv_reader *c, struct why *w)
{
	for (unsigned q = 0; q < QUANTITIES; q++)
		if (point[q] < 0)
			return misused(
				w, "%s, line %lu, column %u (%s): '%.40s' is below 0", c->path,
				c->line, c->field[sources[q] - INVOCATIONS_FIRST] + 1,
				schema_column(sources[q]).name, csv_reader_text(c, sources[q]));
	return 0;
}

static int add_point(struct entry *e, struct csv_reader *c, struct why *w)
{
	if (GROW(e->points, e->room, e->n + 1))
		return fail(w, ENOMEM, "the rows of %s", c->path);
	for (unsigned q = 0; q < QUANTITIES; q++)
		e->points[e->n][q] = csv_reader_number(c, sources[q]);
	flags_merge(&e->flags, csv_reader_text(c, INVOCATIONS_flags));
	return check_point(e->points[e->n++], c, w);
}

/* Of a row without a value. The sentence of a failure outranks that of a skip. */
static int add_reason(struct entry *e, const char *sentence, bool failed)
{
	bool first = failed ? !e->failed : !e->failed && !e->skipped;

	e->failed += failed;
	e->skipped += !failed;
	if (!first)
		return 0;
	free(e->reason);
	e->reason = strdup(sentence);
	return e->reason ? 0 : -ENOMEM;
}

/* The flag for which the run set a row aside; NULL: it counts. */
static const char *discarded_for(const struct tally *t, const char *flags)
{
	const json_t *list = json_object_get(t->run, "discard_flagged");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name && flags_has(flags, name))
			return name;
	}
	return NULL;
}

/* A row with a value. */
static int add_value(struct tally *t, struct entry *e, struct csv_reader *c, struct why *w)
{
	const char *flag = discarded_for(t, csv_reader_text(c, INVOCATIONS_flags));
	double block = csv_reader_number(c, INVOCATIONS_block);
	char sentence[80];

	if (block >= (double)t->blocks)
		t->blocks = (size_t)block + 1;
	if (!flag)
		return add_point(e, c, w);
	snprintf(sentence, sizeof sentence, "discarded for its flag %.40s", flag);
	return add_reason(e, sentence, false) ? fail(w, ENOMEM, "the rows of %s", c->path) : 0;
}

static int add_row(struct tally *t, struct csv_reader *c, struct why *w)
{
	struct subject *s = tally_subject(t, c);
	const char *status = csv_reader_text(c, INVOCATIONS_status);

	if (!s)
		return misused(w, "%s, line %lu: run.json plans no such cell of %s with metric %s",
			       c->path, c->line, csv_reader_text(c, INVOCATIONS_CELL),
			       csv_reader_text(c, INVOCATIONS_CELL + CELL_METRIC));
	struct entry *e = entry_of(s, csv_reader_text(c, INVOCATIONS_relation));
	if (e && !strcmp(status, "ok"))
		return add_value(t, e, c, w);
	int err = e ? 0 : -ENOMEM;
	if (e && (!strcmp(status, "skip") || !strcmp(status, "fail")))
		err = add_reason(e, csv_reader_text(c, INVOCATIONS_reason), status[0] == 'f');
	else if (e)
		return misused(w,
			       "%s, line %lu, column %u (status): '%.40s' is none of ok, skip, "
			       "fail",
			       c->path, c->line,
			       c->field[INVOCATIONS_status - INVOCATIONS_FIRST] + 1, status);
	return err ? fail(w, ENOMEM, "the rows of %s", c->path) : 0;
}

int tally_read_rows(struct tally *t, const char *dir, struct why *w)
{
	struct csv_reader c;
	int err = csv_reader_open(&c, dir, TABLE_INVOCATIONS, w);

	if (err)
		return err;
	while ((err = csv_reader_next(&c, w)) > 0) {
		err = add_row(t, &c, w);
		if (err)
			break;
	}
	t->torn = c.torn;
	csv_reader_close(&c);
	return err;
}
