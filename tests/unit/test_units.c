/* SPDX-License-Identifier: MIT */
/* Numbers as people write them, above all wrongly. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

typedef int parse_fn(const char *, uint64_t *, struct why *);

static void accepts(parse_fn *parse, const char *text, uint64_t expected)
{
	struct why w = { "" };
	uint64_t value = 77;

	if (parse(text, &value, &w))
		fail_msg("'%s': %s", text, w.text);
	if (value != expected)
		fail_msg("'%s' is %" PRIu64 ", not %" PRIu64, text, value, expected);
}

/* With a sentence that quotes what was given and holds `hint`. */
static void refuses(parse_fn *parse, const char *text, const char *hint)
{
	struct why w = { "" };
	uint64_t value;

	if (parse(text, &value, &w) != -EINVAL)
		fail_msg("'%s' was accepted as %" PRIu64, text, value);
	if (!strstr(w.text, text) || !strstr(w.text, hint))
		fail_msg("'%s': %s", text, w.text);
}

static void sizes(void **state)
{
	(void)state;
	accepts(units_size, "0", 0);
	accepts(units_size, "4096", 4096);
	accepts(units_size, "4096B", 4096);
	accepts(units_size, "4K", 4096);
	accepts(units_size, "4k", 4096);
	accepts(units_size, "4KiB", 4096);
	accepts(units_size, "1M", 1 << 20);
	accepts(units_size, "2G", UINT64_C(2) << 30);
	accepts(units_size, "1T", UINT64_C(1) << 40);
	accepts(units_size, "7E", UINT64_C(7) << 60);
	accepts(units_size, "9223372036854775807", INT64_MAX);
	refuses(units_size, "", "4K");
	refuses(units_size, "K", "4K");
	refuses(units_size, "4q", "4K");
	refuses(units_size, "-1", "4K");
	refuses(units_size, "+4K", "4K");
	refuses(units_size, " 4K", "4K");
	refuses(units_size, "4K ", "4K");
	refuses(units_size, "4.5K", "4K");
	refuses(units_size, "1e99", "4K");
	refuses(units_size, "0x1000", "4K");
	refuses(units_size, "4KB", "4K");
	refuses(units_size, "4KK", "4K");
	refuses(units_size, "4,5", "4K");
	refuses(units_size, "8E", "8E");
	refuses(units_size, "9223372036854775808", "too large");
	refuses(units_size, "18446744073709551616", "too large");
	refuses(units_size, "99999999999999999999999K", "too large");
	refuses(units_size, "18014398509481984K", "too large");
}

static void counts(void **state)
{
	(void)state;
	accepts(units_count, "0", 0);
	accepts(units_count, "8", 8);
	accepts(units_count, "18446744073709551615", UINT64_MAX);
	refuses(units_count, "", "whole number");
	refuses(units_count, "-1", "whole number");
	refuses(units_count, "4K", "whole number");
	refuses(units_count, "1.5", "whole number");
	refuses(units_count, "1e3", "whole number");
	refuses(units_count, "18446744073709551616", "too large");
}

static void rates(void **state)
{
	(void)state;
	accepts(units_rate, "1", 1);
	accepts(units_rate, "100000", 100000);
	accepts(units_rate, "250k", 250000);
	accepts(units_rate, "250K", 250000);
	accepts(units_rate, "1M", 1000000);
	accepts(units_rate, "2G", 2000000000);
	refuses(units_rate, "", "100000");
	refuses(units_rate, "M", "100000");
	refuses(units_rate, "1m", "100000");
	refuses(units_rate, "1MB", "100000");
	refuses(units_rate, "1.5M", "100000");
	refuses(units_rate, "-1", "100000");
	refuses(units_rate, "10%", "100000");
	refuses(units_rate, "18446744073709551616", "100000");
	refuses(units_rate, "9223372036854775807G", "too large");
	accepts(units_whole_percent, "1%", 1);
	accepts(units_whole_percent, "95%", 95);
	refuses(units_whole_percent, "95", "10%..95%");
	refuses(units_whole_percent, "0%", "1%");
	refuses(units_whole_percent, "2.5%", "whole");
	refuses(units_whole_percent, "%", "whole");
	refuses(units_whole_percent, "10%%", "whole");
}

static void durations(void **state)
{
	(void)state;
	accepts(units_duration, "60s", UINT64_C(60000000000));
	accepts(units_duration, "60", UINT64_C(60000000000));
	accepts(units_duration, "500ms", 500000000);
	accepts(units_duration, "0.5s", 500000000);
	accepts(units_duration, "5m", UINT64_C(300000000000));
	accepts(units_duration, "5min", UINT64_C(300000000000));
	accepts(units_duration, "1h", UINT64_C(3600000000000));
	accepts(units_duration, "0", 0);
	/* 1.001 * 1e6 is just below the whole number in doubles. */
	accepts(units_duration, "1.001ms", 1001000);
	accepts(units_duration, "4.35us", 4350);
	refuses(units_duration, "", "60s");
	refuses(units_duration, "-1s", "60s");
	refuses(units_duration, "1 s", "60s");
	refuses(units_duration, "1d", "60s");
	refuses(units_duration, "inf", "60s");
	refuses(units_duration, "nan", "60s");
	refuses(units_duration, "0x10s", "60s");
	refuses(units_duration, "1e999", "60s");
	refuses(units_duration, "1e99", "too long");
	refuses(units_duration, "0.0001us", "1 ns");
}

static void shares(void **state)
{
	static const char *const wrong[] = { "",    "-1%", "2%%",  "x",     "2 %",
					     "inf", "nan", "0x2%", "1e999%" };
	struct why w = { "" };
	double share;

	(void)state;
	assert_int_equal(units_percent("2%", &share, &w), 0);
	assert_true(fabs(share - .02) < 1e-17);
	assert_int_equal(units_percent("0.5", &share, &w), 0);
	assert_true(fabs(share - .005) < 1e-17);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct why why = { "" };

		assert_int_equal(units_percent(wrong[i], &share, &why), -EINVAL);
		assert_non_null(strstr(why.text, "2%"));
	}
}

struct listed {
	const char *text;
	parse_fn *parse;
	size_t n;
	uint64_t v[17];
};

static void lists(void **state)
{
	static const struct listed good[] = {
		{ "0", units_size, 1, { 0 } },
		{ "0", units_count, 1, { 0 } },
		{ "4K", units_size, 1, { 4096 } },
		{ "4K,64,1M", units_size, 3, { 4096, 64, 1 << 20 } },
		{ "4K..32K", units_size, 4, { 4096, 8192, 16384, 32768 } },
		{ "4K..4K", units_size, 1, { 4096 } },
		{ "4K..1G:x16", units_size, 5, { 4096, 1 << 16, 1 << 20, 1 << 24, 1 << 28 } },
		{ "3..100:x10", units_size, 2, { 3, 30 } },
		{ "4K..20K:+4K", units_size, 5, { 4096, 8192, 12288, 16384, 20480 } },
		{ "0..10:+4", units_size, 3, { 0, 4, 8 } },
		{ "1..8", units_count, 8, { 1, 2, 3, 4, 5, 6, 7, 8 } },
		{ "0..2", units_count, 3, { 0, 1, 2 } },
		{ "1..8:x2,5", units_count, 5, { 1, 2, 4, 8, 5 } },
		{ "4E..7E:x16", units_size, 1, { UINT64_C(4) << 60 } },
		{ "18446744073709551614..18446744073709551615",
		  units_count,
		  2,
		  { UINT64_MAX - 1, UINT64_MAX } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct why w = { "" };
		uint64_t *v;
		size_t n;

		if (units_list(good[i].text, good[i].parse, &v, &n, &w))
			fail_msg("'%s': %s", good[i].text, w.text);
		assert_int_equal(n, good[i].n);
		assert_memory_equal(v, good[i].v, n * sizeof *v);
		free(v);
	}
}

static void wrong_lists(void **state)
{
	static const struct {
		const char *text, *hint;
	} wrong[] = {
		{ "", "4K, 1M" },
		{ "4K,", "4K, 1M" },
		{ ",4K", "4K, 1M" },
		{ "4K,,8K", "4K, 1M" },
		{ "4K..1K", "is empty" },
		{ "4K..", "4K, 1M" },
		{ "..4K", "4K, 1M" },
		{ "4K..8K..16K", "4K, 1M" },
		{ "4K..8K:", "x16" },
		{ "4K..8K:16", "x16" },
		{ "4K..8K:x", "whole number" },
		{ "4K..8K:x0", "never arrives" },
		{ "4K..8K:x1", "never" },
		{ "4K..8K:+0", "never arrives" },
		{ "4K..8K:x-2", "whole" },
		{ "4K..8K:+-4K", "4K, 1M" },
		{ "4K..8K:x2K", "whole" },
		{ "4K:x2", "4K, 1M" },
		{ "0..4K", "cannot start at 0" },
		{ "4K..99999999999999999999", "too large" },
		{ "4q", "4K, 1M" },
		{ "1..1G:+1", "more than 100000" },
		{ "64,-1", "4K, 1M" },
		{ "1..1M:+1,4q", "more than 100000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct why w = { "" };
		uint64_t *v;
		size_t n;

		if (units_list(wrong[i].text, units_size, &v, &n, &w) != -EINVAL)
			fail_msg("'%s' was accepted", wrong[i].text);
		if (!strstr(w.text, wrong[i].hint))
			fail_msg("'%s': %s", wrong[i].text, w.text);
		assert_null(v);
		assert_int_equal(n, 0);
	}
}

static void size_texts(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} known[] = { { 0, "0" },
		      { 1, "1" },
		      { 1000, "1000" },
		      { 1024, "1K" },
		      { 1025, "1025" },
		      { 65536, "64K" },
		      { 1536 * 1024, "1536K" },
		      { UINT64_C(1) << 30, "1G" },
		      { UINT64_C(7) << 60, "7E" } };
	char buf[32];

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		assert_string_equal(units_size_text(known[i].bytes, buf, sizeof buf),
				    known[i].text);
		accepts(units_size, buf, known[i].bytes);
	}
}

static void human_texts(void **state)
{
	static const struct {
		double value;
		const char *unit, *text;
	} known[] = { { 0, "ns", "0.00 ns" },
		      { 9.994, "ns", "9.99 ns" },
		      { 9.996, "ns", "10.0 ns" },
		      { 99.96, "ns", "100 ns" },
		      { 2671, "ns", "2.67 us" },
		      { 999.4, "ns", "999 ns" },
		      { 999.6, "ns", "1.00 us" },
		      { 999600, "ns", "1.00 ms" },
		      { 12.34e9, "ns", "12.3 s" },
		      { 5e12, "ns", "5000 s" },
		      { 1234, "ns/page", "1.23 us/page" },
		      { 1.2e9, "B/s", "1.20 GB/s" },
		      { 417e6, "messages/s", "417 Mmessages/s" },
		      { .0625, "faults/page", "0.0625 faults/page" } };
	char buf[40];

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		assert_string_equal(units_human(known[i].value, known[i].unit, buf, sizeof buf),
				    known[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),       cmocka_unit_test(counts),
		cmocka_unit_test(durations),   cmocka_unit_test(shares),
		cmocka_unit_test(rates),       cmocka_unit_test(lists),
		cmocka_unit_test(wrong_lists), cmocka_unit_test(size_texts),
		cmocka_unit_test(human_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
