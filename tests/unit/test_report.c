/* SPDX-License-Identifier: MIT */
/* What a report does to texts: entities, ids of embedded figures, columns, digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/figures.h"
#include "report/findings.h"
#include "report/html.h"
#include "report/rows.h"
#include "report/sheet.h"
#include "scratch.h"
/* Last: it has a macro fail(). */
#include <cmocka.h>

static void text_becomes_entities(void **state)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	html_text("<b>&\"'", f);
	fclose(f);
	assert_string_equal(text, "&lt;b&gt;&amp;&quot;&#39;");
	free(text);
}

/* Two figures in one page must not share the markers that both call gpPt0. */
static void ids_get_a_prefix(void **state)
{
	char path[4096], *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	scratch_write(*state, "a.svg",
		      "<?xml version=\"1.0\"?><!DOCTYPE x><svg id=\"s\"><g id='p'/>"
		      "<use xlink:href='#p'/><g clip-path=\"url(#c)\" width=\"1\"/></svg>");
	snprintf(path, sizeof path, "%s/a.svg", (char *)*state);
	assert_true(html_svg(path, "one", f));
	fclose(f);
	assert_string_equal(text, "<svg id=\"one-s\"><g id='one-p'/><use xlink:href='#one-p'/>"
				  "<g clip-path=\"url(#one-c)\" width=\"1\"/></svg>");
	free(text);
	assert_false(html_svg("/nonexistent", "one", stderr));
}

static void empty_columns_are_not_printed(void **state)
{
	struct sheet s = { .title = "t", .head = { "name", "nothing", "n" }, .left = 1 };
	struct why w = { 0 };
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(sheet_line(&s, &w), 0);
	assert_int_equal(sheet_put(&s, 0, "long name", &w), 0);
	assert_int_equal(sheet_put(&s, 1, "", &w), 0);
	assert_int_equal(sheet_put(&s, 2, "10", &w), 0);
	struct sheet_style style = { .file = f, .width = 100 };
	sheet_text(&s, &style);
	fclose(f);
	assert_string_equal(text, "t\n  name        n\n  long name  10\n\n");
	free(text);
	sheet_free(&s);
}

/* The worse of both ends; a clock that the run did not use is not spoken of. */
static void the_hiccup_floor_is_told(void **state)
{
	struct findings f = { 0 };
	struct why w = { 0 };
	struct reader run = {
		.json = json_loads("{\"clock\": {\"counter\": null,"
				   "\"start\": {\"name\": \"monotonic\", \"resolution_ns\": 10, "
				   "\"cost_ns\": 21.5, \"p999_ns\": 41, \"max_ns\": 4800},"
				   "\"end\": {\"name\": \"monotonic\", \"resolution_ns\": 10, "
				   "\"cost_ns\": 20.5, \"p999_ns\": 31, \"max_ns\": 61000}}}",
				   0, NULL),
	};

	(void)state;
	assert_non_null(run.json);
	assert_int_equal(findings_clock(&f, &run, &w), 0);
	assert_int_equal(f.n, 1);
	for (const char *const *part =
		     (const char *const[]){ "monotonic", "21.5 ns a read", "steps of 10.0 ns",
					    "41.0 ns or more", "61.0 us", NULL };
	     *part; part++)
		if (!strstr(f.sentence[0], *part))
			fail_msg("'%s' is not in: %s", *part, f.sentence[0]);
	findings_free(&f);
	json_object_set_new(json_object_get(run.json, "clock"), "end", json_null());
	assert_int_equal(findings_clock(&f, &run, &w), 0);
	assert_non_null(strstr(f.sentence[0], "4.80 us"));
	findings_free(&f);
	json_decref(run.json);
}

static void three_digits(void **state)
{
	static const struct {
		double v;
		const char *text;
	} cases[] = {
		{ 0, "0.000" },    { .0154123, "0.0154" }, { .745, "0.745" }, { .9999, "1.00" },
		{ 1.404, "1.40" }, { 64.88, "64.9" },      { 99.96, "100" },  { 771.4, "771" },
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(digits_text(cases[i].v, buf, sizeof buf), cases[i].text);
}

static void names_are_found_or_listed(void **state)
{
	struct why w = { 0 };

	(void)state;
	for (const struct figure *g = figures; g->name; g++)
		assert_ptr_equal(figure_find(g->name, &w), g);
	assert_null(figure_find("pie", &w));
	assert_non_null(strstr(w.text, "attach-latency"));
	w = (struct why){ 0 };
	assert_null(terminal_find("gif", &w));
	assert_non_null(strstr(w.text, "pngcairo"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_entities),
		cmocka_unit_test_setup_teardown(ids_get_a_prefix, scratch_make, scratch_remove),
		cmocka_unit_test(empty_columns_are_not_printed),
		cmocka_unit_test(the_hiccup_floor_is_told),
		cmocka_unit_test(three_digits),
		cmocka_unit_test(names_are_found_or_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
