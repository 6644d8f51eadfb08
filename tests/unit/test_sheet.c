/* SPDX-License-Identifier: MIT */
/* Tables of texts within the width of a terminal: what is folded, where, and that nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/sheet.h"
/* Last: it has a macro fail(). */
#include <cmocka.h>

/* A table of a column of words, one of numbers and one of words, as lines of this width. */
static char *print(const char *const line[][3], size_t n, int width)
{
	struct sheet s = { .title = "t", .head = { "cell", "n", "flags" }, .left = 5 };
	struct why w = { 0 };
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct sheet_style style = { .file = f, .width = width };

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(sheet_line(&s, &w), 0);
		for (unsigned c = 0; c < 3; c++)
			assert_int_equal(sheet_put(&s, c, line[i][c], &w), 0);
	}
	sheet_text(&s, &style);
	fclose(f);
	sheet_free(&s);
	return text;
}

static void is(const char *const line[][3], size_t n, int width, const char *expected)
{
	char *text = print(line, n, width);

	assert_string_equal(text, expected);
	free(text);
}

static const char *const flags[][3] = {
	{ "sysv", "2.50 us", "switched;frequency;long_window" },
	{ "memfd", "1.90 us", "drift" },
};

static void what_fits_is_one_line(void **state)
{
	(void)state;
	is(flags, 2, 48,
	   "t\n"
	   "  cell         n  flags\n"
	   "  sysv   2.50 us  switched;frequency;long_window\n"
	   "  memfd  1.90 us  drift\n\n");
}

/* Behind a ';', and under the flags. */
static void flags_are_folded(void **state)
{
	(void)state;
	is(flags, 2, 47,
	   "t\n"
	   "  cell         n  flags\n"
	   "  sysv   2.50 us  switched;frequency;\n"
	   "                  long_window\n"
	   "  memfd  1.90 us  drift\n\n");
	is(flags, 2, 36,
	   "t\n"
	   "  cell         n  flags\n"
	   "  sysv   2.50 us  switched;\n"
	   "                  frequency;\n"
	   "                  long_window\n"
	   "  memfd  1.90 us  drift\n\n");
}

/* When the flags are as narrow as they get; below a heading, which is no part of the column. */
static void words_keep_their_indentation(void **state)
{
	static const char *const cells[][3] = {
		{ "64M fresh, and whatever else they have in common", "", "" },
		{ "  ring/file ext4 results", "1", "long_window" },
		{ "  ring/sysv", "2", "" },
	};

	(void)state;
	is(cells, 3, 40,
	   "t\n"
	   "  cell                    n  flags\n"
	   "  64M fresh, and whatever else they have in common\n"
	   "    ring/file ext4        1  long_window\n"
	   "    results\n"
	   "    ring/sysv             2\n\n");
}

/* Characters, not bytes, and no half of one. */
static void a_longer_word_is_cut(void **state)
{
	static const char *const cells[][3] = {
		{ "file /run/\303\244\303\266\303\274\303\244\303\266\303\274\303\244\303\266/x",
		  "1", "" },
	};

	(void)state;
	is(cells, 1, 17,
	   "t\n"
	   "  cell          n\n"
	   "  file          1\n"
	   "  /run/\303\244\303\266\303\274\303\244\303\266\303\274\303\244\n"
	   "  \303\266/x\n\n");
}

/* Every character but the blanks, line by line; the longest line. */
static void collect(const char *text, char *out, size_t *longest)
{
	*longest = 0;
	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		if ((size_t)(end - line) > *longest)
			*longest = (size_t)(end - line);
		for (const char *at = line; at < end; at++)
			if (*at != ' ')
				*out++ = *at;
	}
	*out = '\0';
}

/* In a table of one line what is printed is in the order of the columns as long as only the last
 * one is folded: nothing is lost or printed twice at any width. */
static void nothing_is_lost(void **state)
{
	static const char *const line[][3] = { { "c", "7",
						 "not_calm;gate_thin a bc;d  e;;f drift" } };

	(void)state;
	for (int width = 20; width < 60; width++) {
		char *text = print(line, 1, width), all[200];
		size_t longest;

		collect(text, all, &longest);
		assert_string_equal(all, "tcellnflagsc7not_calm;gate_thinabc;de;;fdrift");
		assert_in_range(longest, 10, width > 22 ? width : 22);
		free(text);
	}
}

/* "1" to "9", the fourth of them a heading. */
static void of_a_long_table_the_beginning_is_printed(void **state)
{
	struct sheet s = { .title = "t", .head = { "cell", "n" }, .left = 1 };
	struct why w = { 0 };
	char *text, name[] = "1";
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct sheet_style style = { .file = f, .width = 40, .most = 4, .whole = "the.html" };

	(void)state;
	for (; *name <= '9'; ++*name) {
		assert_int_equal(sheet_line(&s, &w), 0);
		assert_int_equal(sheet_put(&s, 0, name, &w), 0);
		assert_int_equal(sheet_put(&s, 1, *name == '4' ? "" : "7", &w), 0);
	}
	sheet_text(&s, &style);
	style.most = 9;
	sheet_text(&s, &style);
	fclose(f);
	assert_string_equal(text, "t\n  cell  n\n  1     7\n  2     7\n  3     7\n"
				  "  and 5 more: all are in the.html\n\n"
				  "t\n  cell  n\n  1     7\n  2     7\n  3     7\n  4\n  5     7\n"
				  "  6     7\n  7     7\n  8     7\n  9     7\n\n");
	free(text);
	sheet_free(&s);
}

/* And then it has lines of its own, none of those before. */
static void a_freed_sheet_can_be_filled_again(void **state)
{
	struct sheet s = { .head = { "a" } };
	struct why w = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		for (int line = 0; line < 3; line++) {
			assert_int_equal(sheet_line(&s, &w), 0);
			assert_int_equal(sheet_put(&s, 0, "x", &w), 0);
		}
		assert_int_equal(s.lines, 3);
		sheet_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_one_line),
		cmocka_unit_test(flags_are_folded),
		cmocka_unit_test(words_keep_their_indentation),
		cmocka_unit_test(a_longer_word_is_cut),
		cmocka_unit_test(nothing_is_lost),
		cmocka_unit_test(of_a_long_table_the_beginning_is_printed),
		cmocka_unit_test(a_freed_sheet_can_be_filled_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
