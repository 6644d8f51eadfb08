/* SPDX-License-Identifier: MIT */
/* One run of the plan: by the program itself, as a user would start it, into a directory that is
 * read back as any other and then removed. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/tree.h"
#include "command/aa.h"
#include "record/json_text.h"
#include "record/tally.h"

extern char **environ;

/* An estimate is over calm invocations when there are so many (method.md, section 5). */
enum { CALM_ENOUGH = 6 };

void aa_open(struct aa *a, size_t runs)
{
	*a = (struct aa){ .runs = runs };
}

void aa_close(struct aa *a)
{
	for (size_t i = 0; i < a->rows; i++) {
		free(a->row[i].value);
		free(a->row[i].all);
	}
	free(a->row);
	*a = (struct aa){ 0 };
}

static size_t runs_with_values(const struct aa *a, size_t row)
{
	size_t runs = 0;

	for (size_t run = 0; run < a->runs; run++) {
		const double *v = aa_values(a, row, run);
		size_t b = 0;

		while (b < AA_BLOCKS && isnan(v[b]))
			b++;
		runs += b < AA_BLOCKS;
	}
	return runs;
}

size_t aa_settle(struct aa *a)
{
	size_t calm = 0;

	for (size_t i = 0; i < a->rows; i++) {
		double *unused = a->row[i].all;

		if (runs_with_values(a, i) >= AA_CALM_RUNS) {
			calm++;
		} else {
			unused = a->row[i].value;
			a->row[i].value = a->row[i].all;
		}
		free(unused);
		a->row[i].all = NULL;
	}
	return calm;
}

size_t aa_fewest_runs(const struct aa *a)
{
	size_t fewest = a->runs;

	for (size_t i = 0; i < a->rows; i++) {
		size_t runs = runs_with_values(a, i);

		fewest = runs < fewest ? runs : fewest;
	}
	return fewest;
}

static int wait_for(pid_t pid, struct why *w)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(w, errno, "waiting for a run");
	if (WIFSIGNALED(status))
		return fail(w, EINTR, "a run was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		return fail(w, 0, "a run ended with status %d", WEXITSTATUS(status));
	return 0;
}

/* The report that a run prints is nobody's here. */
static int measure(const char *out, struct why *w)
{
	char *const argv[] = { "shmbench",      "run",       "attach/life",
			       "first-touch",   "--region",  "sysv,posix,memfd,anon",
			       "--invocations", "16",        "--quiet",
			       "--out",         (char *)out, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	int err = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return err ? fail(w, err, "starting a run") : wait_for(pid, w);
}

static bool is_wanted(const struct subject *s)
{
	return json_is_true(json_object_get(s->metric, "headline")) && !s->repeated && s->entries &&
	       s->entries->n;
}

/* Which row a row of the same metric in that cell is. Bases may come after their cells. */
static void find_bases(struct aa *a, const struct tally *t)
{
	const json_t *cells = json_object_get(json_object_get(t->run, "plan"), "cells");

	for (size_t i = 0; i < a->rows; i++) {
		const json_t *cell = json_array_get(cells, a->row[i].cell);
		const json_t *base = json_object_get(cell, "base");

		a->row[i].base = AA_NO_BASE;
		for (size_t j = 0; j < a->rows && json_is_integer(base); j++)
			if (j != i && (json_int_t)a->row[j].cell == json_integer_value(base) &&
			    !strcmp(a->row[i].name, a->row[j].name))
				a->row[i].base = j;
	}
}

static int add_row(struct aa *a, const struct subject *s, size_t cell, struct why *w)
{
	struct aa_row *more = realloc(a->row, (a->rows + 1) * sizeof *more);
	size_t n = a->runs * AA_BLOCKS;
	double *value = malloc(n * sizeof *value), *all = malloc(n * sizeof *all);

	if (more)
		a->row = more;
	if (!more || !value || !all) {
		free(value);
		free(all);
		return fail(w, ENOMEM, "the values of %zu runs", a->runs);
	}
	for (size_t i = 0; i < n; i++)
		value[i] = all[i] = NAN;
	struct aa_row *row = &a->row[a->rows++];
	*row = (struct aa_row){ .cell = cell, .value = value, .all = all };
	row->rate = json_is_true(json_object_get(s->metric, "larger_is_better"));
	snprintf(row->name, sizeof row->name, "%s/%s", json_text_get(s->cell, "benchmark"),
		 json_text_get(s->metric, "name"));
	return 0;
}

static void fill(double *value, const struct entry *e, enum quantity q)
{
	for (size_t i = 0; i < e->n; i++) {
		double block = e->points[i][QUANTITY_BLOCK];

		if (block >= 0 && block < AA_BLOCKS && e->points[i][q] > 0)
			value[(size_t)block] = e->points[i][q];
	}
}

static void fill_row(const struct aa *a, size_t row, size_t run, const struct entry *e)
{
	size_t calm = 0;

	for (size_t i = 0; i < e->n; i++)
		calm += isnan(e->points[i][QUANTITY_MEDIAN]) ? 0 : 1;
	if (calm >= CALM_ENOUGH)
		fill(aa_values(a, row, run), e, QUANTITY_MEDIAN);
	fill(a->row[row].all + run * AA_BLOCKS, e, QUANTITY_MEDIAN_ALL);
}

static int add_run(struct aa *a, size_t run, const struct tally *t, struct why *w)
{
	size_t cells = json_array_size(json_object_get(json_object_get(t->run, "plan"), "cells"));
	size_t row = 0;
	int err = 0;

	for (size_t c = 0; c < cells; c++)
		for (size_t i = t->first[c]; i < t->first[c + 1] && !err; i++) {
			if (!is_wanted(&t->subjects[i]))
				continue;
			if (run == 0)
				err = add_row(a, &t->subjects[i], c, w);
			else if (row >= a->rows || a->row[row].cell != c)
				err = fail(w, 0, "run %zu has other rows than the first", run + 1);
			if (!err)
				fill_row(a, row++, run, t->subjects[i].entries);
		}
	if (!err && run == 0)
		find_bases(a, t);
	return err;
}

static int read_run(struct aa *a, size_t run, const char *dir, struct why *w)
{
	struct tally t;
	int err = tally_open(&t, dir, w);

	if (err)
		return err;
	err = add_run(a, run, &t, w);
	tally_close(&t);
	return err;
}

int aa_run(struct aa *a, size_t run, struct why *w)
{
	const char *tmp = getenv("TMPDIR");
	char dir[PATH_MAX], out[PATH_MAX + 8];

	snprintf(dir, sizeof dir, "%s/shmbench-aa-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return fail(w, errno, "making %s", dir);
	snprintf(out, sizeof out, "%s/run", dir);
	int err = measure(out, w);
	if (!err)
		err = read_run(a, run, out, w);
	int left = tree_remove(dir);
	return left && !err ? fail(w, -left, "removing %s", dir) : err;
}
