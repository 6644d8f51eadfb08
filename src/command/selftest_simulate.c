/* SPDX-License-Identifier: MIT */
/* The table of the simulation: as Markdown, which people read as it is, or as JSON. Nothing of this
 * machine is in it: seed and repetitions give it byte for byte. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "analyse/simulate.h"
#include "command/selftest.h"

static const char *state(const struct simulated *r)
{
	if (!simulated_checked(r))
		return "";
	return simulated_holds(r) ? "ok" : "failed";
}

static const char *number_text(double v, char *buf, size_t len)
{
	if (isnan(v))
		return "";
	snprintf(buf, len, "%.4f", v);
	return buf;
}

static const char *demand_text(const struct simulated *r, char *buf, size_t len)
{
	if (!simulated_checked(r))
		return "";
	if (r->low == r->high)
		snprintf(buf, len, "%.4f", r->low);
	else if (r->high == 1)
		snprintf(buf, len, "at least %.4f", r->low);
	else
		snprintf(buf, len, "%.4f to %.4f", r->low, r->high);
	return buf;
}

static void print_row(const struct simulated *r)
{
	char known[32], demand[48];

	printf("| %-26s | %2zu | %-24s | %.4f | %.4f | %6s | %16s | %-6s |\n", r->data, r->n,
	       r->what, simulated_share(r), simulated_error(r),
	       number_text(r->known, known, sizeof known), demand_text(r, demand, sizeof demand),
	       state(r));
}

static void print_head(const struct simulated *r)
{
	printf("\n## %s\n\n", r->study);
	printf("| %-26s | %2s | %-24s | %-6s | %-6s | %-6s | %-16s | %-6s |\n", "data", "n",
	       "share that", "share", "s.e.", "known", "demanded", "");
	puts("|---|--:|---|--:|--:|--:|--:|---|");
}

static void print_table(const struct selftest *t, const struct simulation *s)
{
	printf("# Estimators on data of known truth\n\n"
	       "`shmbench selftest --simulate --seed %ju --repetitions %ju`\n\n"
	       "n: values, pairs, or values a side. known: exact, or of another simulation. "
	       "demanded: give or take 3 standard errors, which chance alone exceeds in 1 of 370 "
	       "rows.\n",
	       (uintmax_t)s->seed, (uintmax_t)s->repetitions);
	for (size_t i = 0; i < s->n; i++) {
		if (i == 0 || strcmp(s->row[i].study, s->row[i - 1].study))
			print_head(&s->row[i]);
		print_row(&s->row[i]);
	}
	printf("\n%zu rows; of those with a demand %u hold and %u do not.\n", s->n,
	       t->count[CHECK_OK], t->count[CHECK_FAILED]);
}

static json_t *number_or_null(double v)
{
	return isnan(v) ? json_null() : json_real(v);
}

static json_t *row_json(const struct simulated *r)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:f, s:f, s:o, s:o, s:o}", "study",
				r->study, "data", r->data, "what", r->what, "n", (json_int_t)r->n,
				"trials", (json_int_t)r->trials, "hits", (json_int_t)r->hits,
				"share", simulated_share(r), "standard_error", simulated_error(r),
				"known", number_or_null(r->known), "at_least",
				number_or_null(r->low), "at_most", number_or_null(r->high));

	if (row && simulated_checked(r))
		json_object_set_new(row, "status", json_string(state(r)));
	return row;
}

static void print_json(const struct simulation *s)
{
	char seed[24];
	json_t *rows = json_array();

	snprintf(seed, sizeof seed, "%ju", (uintmax_t)s->seed);
	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(rows, row_json(&s->row[i]));
	json_t *all = json_pack("{s:s, s:I, s:o}", "seed", seed, "repetitions",
				(json_int_t)s->repetitions, "rows", rows);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

int selftest_simulate(struct selftest *t, struct why *w)
{
	struct simulation s = { .seed = t->seed, .repetitions = t->repetitions };
	int err = simulate_all(&s, w);

	for (size_t i = 0; i < s.n; i++)
		if (simulated_checked(&s.row[i]))
			t->count[simulated_holds(&s.row[i]) ? CHECK_OK : CHECK_FAILED]++;
	if (!err && t->json)
		print_json(&s);
	else if (!err)
		print_table(t, &s);
	simulation_free(&s);
	return err;
}
