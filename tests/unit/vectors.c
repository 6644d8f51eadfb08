/* SPDX-License-Identifier: MIT */
/* Reads reference cases: lines of numbers in groups that '|' separates. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "vectors.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

static void read_group(struct vector *v, char *text)
{
	size_t *n = &v->n[v->groups];
	char *end;

	assert_true(v->groups < VECTOR_GROUPS);
	for (*n = 0;; text = end) {
		double x = strtod(text, &end);

		if (end == text)
			break;
		assert_true(*n < VECTOR_VALUES);
		v->v[v->groups][(*n)++] = x;
	}
	if (text[strspn(text, " \n")])
		fail_msg("%s: not a number: '%s'", v->name, text);
	v->groups++;
}

static void read_case(struct vector *v, char *line)
{
	char *group;

	v->groups = 0;
	while ((group = strsep(&line, "|")))
		read_group(v, group);
}

void vectors_each(const char *topic, size_t groups, size_t least, vector_check *check)
{
	char path[512], line[8192];
	struct vector v;
	size_t cases = 0, number = 0;

	snprintf(path, sizeof path, "%s/vectors/%s.txt", TEST_DATA, topic);
	FILE *f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	while (fgets(line, sizeof line, f)) {
		number++;
		if (line[0] == '#')
			continue;
		snprintf(v.name, sizeof v.name, "%s.txt:%zu", topic, number);
		read_case(&v, line);
		if (v.groups != groups)
			fail_msg("%s: %zu groups, not %zu", v.name, v.groups, groups);
		check(&v);
		cases++;
	}
	fclose(f);
	if (cases < least)
		fail_msg("%s: %zu cases, not %zu", path, cases, least);
}

void assert_near(double actual, double expected, double tolerance, const char *what)
{
	if (isnan(expected) && isnan(actual))
		return;
	if (actual == expected)
		return;
	if (!(fabs(actual - expected) <= tolerance * fmax(1, fabs(expected))))
		fail_msg("%s: %.17g, not %.17g", what, actual, expected);
}
