/* SPDX-License-Identifier: MIT */
/* Everything that `compare` knows, as JSON: numbers are null where there are none. */
#include <errno.h>
#include <math.h>
#include "command/compare.h"
#include "plan/axis.h"

/* JSON has no infinity and no NAN. */
static json_t *number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *text(const char *s)
{
	json_t *t = s && *s ? json_string(s) : NULL;

	return t ? t : json_null();
}

static json_t *integer(size_t n)
{
	return json_integer((json_int_t)n);
}

/* By the names of the CSV columns. */
static json_t *cell_json(const struct run_row *r)
{
	json_t *cell = json_object();

	for (unsigned i = 0; i < CELL_COLUMNS; i++)
		json_object_set_new(cell, schema_column(SUMMARY_CELL + i).name, text(r->cell[i]));
	json_object_set_new(cell, "relation", text(r->relation));
	return cell;
}

static json_t *side_json(const struct run_row *r, double median, size_t used)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "median", number(median), "values",
			 integer(used), "invocations", integer(r->n), "calm_invocations",
			 integer(r->calm), "relation", text(r->relation));
}

static void put_finding(json_t *row, const struct contrast_row *r)
{
	const struct finding *f = &r->finding;
	struct estimate ratio = interval_exp(f->log);

	json_object_set_new(row, "method", json_string(compare_method(f->method)));
	json_object_set_new(row, "ratio", number(ratio.value));
	json_object_set_new(row, "ratio_low", number(ratio.low));
	json_object_set_new(row, "ratio_high", number(ratio.high));
	json_object_set_new(row, "ci_level", number(ratio.level));
	json_object_set_new(row, "p", number(f->p));
	json_object_set_new(row, "p_adjusted", number(f->adjusted));
	json_object_set_new(row, "verdict", text(verdict_column(f->judgement.verdict)));
	json_object_set_new(row, "verdict_in_full", text(verdict_word(f->judgement.verdict)));
	json_object_set_new(row, "reason", text(verdict_reason(f->judgement.reason)));
	json_object_set_new(row, "needed", f->needed ? integer(f->needed) : json_null());
	json_object_set_new(row, "correlated", json_boolean(f->correlated));
	json_object_set_new(row, "ties", json_boolean(f->collapsed));
}

static json_t *row_json(const struct contrast_row *r)
{
	json_t *row = cell_json(r->base);

	json_object_set_new(row, "headline", json_boolean(r->base->headline));
	json_object_set_new(row, "more_is_better", json_boolean(r->base->rate));
	json_object_set_new(row, "base", side_json(r->base, r->base_median, r->contest.base.n));
	json_object_set_new(row, "new", side_json(r->new, r->new_median, r->contest.new.n));
	json_object_set_new(row, "used", json_string(contrast_used(r->used)));
	json_object_set_new(row, "relative_to", text(r->bound));
	json_object_set_new(row, "explained_by", text(r->explained_by));
	json_object_set_new(row, "explained_ratio",
			    r->explained_by ? number(exp(r->contest.explained)) : json_null());
	json_object_set_new(row, "not_calm", json_boolean(r->not_calm));
	json_object_set_new(row, "delta", number(r->contest.delta));
	put_finding(row, r);
	return row;
}

static json_t *only_json(const struct contrast_only *o)
{
	json_t *row = cell_json(o->row);

	json_object_set_new(row, "in", json_string(o->in_new ? "new" : "base"));
	json_object_set_new(row, "status", text(o->row->status));
	json_object_set_new(row, "reason", text(o->row->reason));
	json_object_set_new(row, "other_status", text(o->other ? o->other->status : NULL));
	json_object_set_new(row, "other_reason", text(contrast_only_reason(o)));
	return row;
}

static json_t *environment_json(const struct environment *e)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < e->n; i++) {
		const struct environment_difference *d = &e->difference[i];

		json_array_append_new(list, json_pack("{s:o, s:s, s:o, s:o, s:b}", "across",
						      text(environment_word(d->word)), "what",
						      d->what, "base", text(d->in_base), "new",
						      text(d->in_new), "accepted", d->accepted));
	}
	return list;
}

static json_t *run_json(const struct run_rows *r)
{
	const json_t *program = json_object_get(r->json, "program");

	return json_pack("{s:o, s:o, s:o, s:b}", "source", text(r->path), "run_id",
			 text(json_string_value(json_object_get(r->json, "run_id"))), "version",
			 text(json_string_value(json_object_get(program, "version"))), "gated",
			 r->gated);
}

static json_t *counts_json(const struct contrast *c)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rows", integer(c->n), "slower",
			 integer(contrast_count(c, VERDICT_SLOWER)), "faster",
			 integer(contrast_count(c, VERDICT_FASTER)), "inconclusive",
			 integer(contrast_count(c, VERDICT_INCONCLUSIVE)), "same",
			 integer(contrast_count(c, VERDICT_SAME)), "one_run_only",
			 integer(c->onlies), "without_value", integer(c->absent));
}

static void put_contrast(json_t *root, const struct contrast *c)
{
	json_t *rows = json_array(), *onlies = json_array();

	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(rows, row_json(&c->row[i]));
	for (size_t i = 0; i < c->onlies; i++)
		json_array_append_new(onlies, only_json(&c->only[i]));
	json_object_set_new(root, "calm_only", json_boolean(c->gated));
	json_object_set_new(root, "rows", rows);
	json_object_set_new(root, "one_run_only", onlies);
	json_object_set_new(root, "counts", counts_json(c));
}

int compare_json(const struct comparison_report *r, struct why *w)
{
	const struct compare_options *o = r->options;
	json_t *root = json_object();

	json_object_set_new(root, "schema", json_string("shmbench.compare.v1"));
	json_object_set_new(root, "base", run_json(r->base));
	json_object_set_new(root, "new", run_json(r->new));
	json_object_set_new(root, "interleaved", json_boolean(o->interleave));
	json_object_set_new(root, "threshold", number(o->wish.threshold));
	json_object_set_new(root, "environment", environment_json(r->environment));
	json_object_set_new(root, "refused", json_boolean(!r->contrast));
	json_object_set_new(root, "exit_status", json_integer(r->status));
	if (r->contrast)
		put_contrast(root, r->contrast);
	int err = json_dumpf(root, stdout, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9))
			  ? fail(w, EIO, "writing JSON")
			  : 0;
	json_decref(root);
	putchar('\n');
	return err;
}
