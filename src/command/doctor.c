/* SPDX-License-Identifier: MIT */
/* Tells what this machine can and cannot do, and changes nothing but its own cache of readings. It
 * takes some seconds: stolen time and calm can only be seen by waiting. */
#include <argp.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "command/command.h"
#include "command/doctor.h"
#include "command/paragraph.h"
#include "command/parse.h"
#include "command/style.h"

struct doctor {
	bool json;
	enum style_colour colour;
	struct sheet_style style;
	json_t *rows;
	int count[3]; /* by enum grade */
};

static const char *const grade_words[] = { "ok", "note", "unfit" };

bool found(struct finding *f, const struct reading *r)
{
	snprintf(f->value, sizeof f->value, "%s", r->text);
	f->grade = r->known ? GRADE_OK : GRADE_NOTE;
	return r->known;
}

void advise(struct finding *f, enum grade grade, const char *fmt, ...)
{
	va_list ap;

	f->grade = grade;
	va_start(ap, fmt);
	vsnprintf(f->remedy, sizeof f->remedy, fmt, ap);
	va_end(ap);
}

static void print_row(const struct doctor *d, const char *name, const struct finding *f)
{
	static const enum tint tints[] = { TINT_GOOD, TINT_DOUBTFUL, TINT_BAD };
	int width = paragraph_width(stdout);
	char word[8];

	snprintf(word, sizeof word, "%-6s", grade_words[f->grade]);
	tint_print(stdout, d->style.colour, tints[f->grade], word);
	printf("%-17s", name);
	paragraph_print(stdout, f->value, 23, width);
	if (f->remedy[0]) {
		printf("%23s-> ", "");
		paragraph_print(stdout, f->remedy, 26, width);
	}
	fflush(stdout);
}

static json_t *row_json(const char *name, const struct finding *f)
{
	json_t *row = json_pack("{s:s, s:s, s:s}", "check", name, "grade", grade_words[f->grade],
				"value", f->value);

	if (row && f->remedy[0])
		json_object_set_new(row, "remedy", json_string(f->remedy));
	if (row && f->numbers)
		json_object_set(row, "numbers", f->numbers);
	return row;
}

void doctor_row(struct doctor *d, const char *name, const struct finding *f)
{
	d->count[f->grade]++;
	if (d->json)
		json_array_append_new(d->rows, row_json(name, f));
	else
		print_row(d, name, f);
	json_decref(f->numbers);
}

static const struct check *const tables[] = { checks_cpu, checks_kernel, checks_memory,
					      checks_shm };
enum { CHECK_TABLES = sizeof tables / sizeof *tables };

static void look_at_table(struct doctor *d, const struct check *c)
{
	for (; c->name; c++) {
		struct finding f = { 0 };

		c->look(&f);
		doctor_row(d, c->name, &f);
	}
}

bool doctor_finds_unfit(struct why *w)
{
	for (size_t i = 0; i < CHECK_TABLES; i++)
		for (const struct check *c = tables[i]; c->name; c++) {
			struct finding f = { 0 };

			if (c->decides)
				c->look(&f);
			if (f.grade != GRADE_UNFIT)
				continue;
			fail(w, 0, "unfit: %s: %.200s (%.150s)", c->name, f.value, f.remedy);
			return true;
		}
	return false;
}

static int look_at_all(struct doctor *d)
{
	d->rows = json_array();
	for (size_t i = 0; i < CHECK_TABLES; i++)
		look_at_table(d, tables[i]);
	doctor_canaries(d);
	if (d->json) {
		json_dumpf(d->rows, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
		putchar('\n');
	} else {
		printf("\n%d ok, %d to note, %d unfit\n", d->count[GRADE_OK], d->count[GRADE_NOTE],
		       d->count[GRADE_UNFIT]);
	}
	json_decref(d->rows);
	return d->count[GRADE_UNFIT] ? STATUS_UNFIT : STATUS_OK;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct doctor *d = state->input;

	if (key == 'j')
		d->json = true;
	else if (key == KEY_COLOUR)
		d->colour = style_parse(arg, state);
	else if (key == ARGP_KEY_ARG)
		argp_error(state, "'%s': doctor takes options only: --json, --color", arg);
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ .name = "json", .key = 'j', .doc = "Print a JSON array" },
		STYLE_OPTION(0),
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Tell what this machine can and cannot do, how calm it is now, and what "
		       "to do about it. Ends with 4 if it is unfit for measuring. No setting is "
		       "changed.",
	};
	struct doctor d = { 0 };

	command_parse(&argp, argc, argv, &d);
	d.style = style_of(d.colour, stdout);
	return look_at_all(&d);
}

const struct command command_doctor = {
	.name = "doctor",
	.about = "tell what this machine can and cannot do",
	.run = run,
};
