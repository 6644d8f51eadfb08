/* SPDX-License-Identifier: MIT */
/* What is written is read back, and what is malformed is named by file, line and column. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>
/* cmocka has a macro named fail: what declares the function comes first. */
#include "record/csv.h"
#include <cmocka.h>
#include "scratch.h"

#define CELLS                                                                                      \
	"benchmark,region,channel,size_bytes,message_bytes,page,access,order,state,populate,"      \
	"memory,"                                                                                  \
	"wait,depth_bytes,publish,consume,place,node,processes,threads,segments,"                  \
	"directory,filesystem,offered_rate,clock,metric,unit,kind"

/* As contract.md has them. */
static const char *const headers[TABLES] = {
	[TABLE_SUMMARY] =
		"schema,run_id," CELLS ","
		"relation,status,reason,invocations,samples,median,ci_low,ci_high,ci_level,min,p10,"
		"p25,"
		"p75,p90,p99,p999,max,mean,base,ratio,ratio_low,ratio_high,"
		"verdict,flags,stop_reason,calm_invocations,median_all,ci_low_all,ci_high_all,"
		"clock_share,batch,pairs,precision_met,lag1,between_share,outliers_mild,outliers_"
		"far,"
		"gate_after_fails,p90_low,p90_high,p99_low,p99_high,p999_low,p999_high,"
		"calm_share\n",
	[TABLE_INVOCATIONS] =
		"schema,run_id,invocation,block,group,position," CELLS ","
		"relation,status,reason,samples,batch,operations,elapsed_ns,windows,calm_windows,"
		"median,"
		"median_all,rate_all,min,p10,p25,p75,p90,p99,p999,max,mean,"
		"role0_cpu,role1_cpu,memory_node,role0_minor_faults,role1_minor_faults,"
		"role0_major_faults,role1_major_faults,role0_voluntary_switches,role1_voluntary_"
		"switches,"
		"role0_involuntary_switches,role1_involuntary_switches,migrations,canary_ratio,"
		"chain_ghz,"
		"cache_line_ns,flags,started_ns,variance,outliers_mild,outliers_far,windows_before_"
		"calm,page_bytes,windows_after_calm\n",
	[TABLE_WINDOWS] =
		"schema,run_id,invocation,window," CELLS ","
		"started_ns,elapsed_ns,operations,samples,median_ns,role0_canary_before,"
		"role0_canary_after,role1_canary_before,role1_canary_after,cache_line_ns_before,"
		"cache_line_ns_after,relation,calm,role0_chain_ghz,role1_chain_ghz,value,"
		"mapping_cycles,role0_stopped_ns,role1_stopped_ns\n",
	[TABLE_DISTRIBUTION] = "schema,run_id," CELLS ",relation,quantile,value,samples\n",
	[TABLE_PROFILE] = "schema,run_id," CELLS
			  ",relation,index_kind,index,index2,samples,median,p90,p99,p999\n",
	[TABLE_COUNTERS] = "schema,run_id,invocation," CELLS ","
			   "relation,status,reason,windows,operations,counted_share,mode,"
			   "role0_cycles,role1_cycles,"
			   "role0_instructions,role1_instructions,"
			   "role0_dtlb_misses,role1_dtlb_misses,"
			   "role0_cache_misses,role1_cache_misses,"
			   "role0_page_faults,role1_page_faults,"
			   "role0_context_switches,role1_context_switches,"
			   "role0_migrations,role1_migrations\n",
};

static void headers_are_the_contracts(void **state)
{
	struct why w = { "" };

	for (unsigned t = 0; t < TABLES; t++) {
		struct csv_writer c;
		char file[64];

		assert_int_equal(csv_writer_open(&c, *state, t, &w), 0);
		assert_int_equal(csv_writer_close(&c, &w), 0);
		snprintf(file, sizeof file, "%s.csv", schema_table(t)->name);
		char *text = scratch_read(*state, file);
		assert_string_equal(text, headers[t]);
		free(text);
	}
}

static void every_column_is_described(void **state)
{
	(void)state;
	for (unsigned t = 0; t < TABLES; t++)
		for (unsigned i = 0; i < schema_table(t)->columns; i++) {
			unsigned column = schema_table(t)->first + i;
			struct column c = schema_column(column);

			assert_true(c.name && c.name[0] && c.unit && c.about && c.about[0]);
			assert_int_equal(schema_find(schema_table(t), c.name), column);
		}
	assert_int_equal(schema_find(schema_table(TABLE_PROFILE), "median_all"), -1);
}

static void texts_and_numbers_come_back(void **state)
{
	static const char *const texts[] = {
		"plain",    "with, comma", "with \"quotes\"", "\"", "two\nlines\r\nand three",
		" spaces ", "\r",          "a,\"b\"\nc",      "",
	};
	size_t n = sizeof texts / sizeof *texts;
	struct why w = { "" };
	struct csv_writer c;
	struct csv_row row;

	assert_int_equal(csv_writer_open(&c, *state, TABLE_SUMMARY, &w), 0);
	for (size_t i = 0; i < n; i++) {
		csv_row_begin(&row, c.table, "run");
		csv_row_text(&row, SUMMARY_reason, texts[i]);
		csv_row_number(&row, SUMMARY_median, 1234.56789012 * (double)i);
		csv_row_number(&row, SUMMARY_mean, i % 2 ? NAN : HUGE_VAL);
		csv_row_integer(&row, SUMMARY_samples, UINT64_MAX);
		csv_row_text(&row, SUMMARY_p999_high, texts[i]);
		assert_int_equal(csv_writer_append(&c, &row, &w), 0);
	}
	assert_int_equal(csv_writer_close(&c, &w), 0);
	struct csv_reader r;
	assert_int_equal(csv_reader_open(&r, *state, TABLE_SUMMARY, &w), 0);
	for (size_t i = 0; i < n; i++) {
		char number[32];

		assert_int_equal(csv_reader_next(&r, &w), 1);
		assert_string_equal(csv_reader_text(&r, SUMMARY_schema), "shmbench.summary.v1");
		assert_string_equal(csv_reader_text(&r, SUMMARY_run_id), "run");
		assert_string_equal(csv_reader_text(&r, SUMMARY_reason), texts[i]);
		snprintf(number, sizeof number, "%.9g", 1234.56789012 * (double)i);
		assert_string_equal(csv_reader_text(&r, SUMMARY_median), number);
		assert_true(csv_reader_number(&r, SUMMARY_median) == strtod(number, NULL));
		assert_string_equal(csv_reader_text(&r, SUMMARY_mean), "");
		assert_true(isnan(csv_reader_number(&r, SUMMARY_mean)));
		assert_string_equal(csv_reader_text(&r, SUMMARY_samples), "18446744073709551615");
		assert_string_equal(csv_reader_text(&r, SUMMARY_ratio), "");
		assert_string_equal(csv_reader_text(&r, SUMMARY_p999_high), texts[i]);
	}
	assert_int_equal(csv_reader_next(&r, &w), 0);
	csv_reader_close(&r);
}

/* Write profile.csv, read it to its end, and give the sentence. */
static struct why read_all(const char *dir, const char *contents, unsigned long *torn)
{
	struct why w = { "" };
	struct csv_reader r;

	scratch_write(dir, "windows.csv", contents);
	int err = csv_reader_open(&r, dir, TABLE_WINDOWS, &w);
	if (!err) {
		while ((err = csv_reader_next(&r, &w)) > 0)
			csv_reader_number(&r, WINDOWS_role1_stopped_ns);
		*torn = r.torn;
		csv_reader_close(&r);
	}
	assert_int_equal(err, w.text[0] ? -EINVAL : 0);
	return w;
}

/* A row of windows.csv that is empty but for schema, run, and what comes last. */
static void row_ending(char *to, size_t len, const char *schema, const char *last)
{
	char commas[TABLE_COLUMNS_MAX] = "";

	memset(commas, ',', schema_table(TABLE_WINDOWS)->columns - 2);
	snprintf(to, len, "%s%s,run%s%s", headers[TABLE_WINDOWS], schema, commas, last);
}

static void expect(void **state, const char *contents, const char *sentence)
{
	unsigned long torn = 0;
	struct why w = read_all(*state, contents, &torn);
	const char *slash = strrchr(w.text, '/');

	assert_string_equal(slash ? slash + 1 : w.text, sentence);
}

static void malformed_files_are_named(void **state)
{
	static const struct {
		const char *schema, *last, *sentence;
	} rows[] = {
		{ "shmbench.windows.v1", "1\n", "" },
		{ "shmbench.windows.v1", "1\r\n", "" },
		{ "shmbench.windows.v1", "x\n",
		  "windows.csv, line 2, column 50 (role1_stopped_ns): 'x' is not a number" },
		{ "shmbench.windows.v1", "nan\n",
		  "windows.csv, line 2, column 50 (role1_stopped_ns): 'nan' is not a number" },
		{ "shmbench.windows.v1", "0x1\n",
		  "windows.csv, line 2, column 50 (role1_stopped_ns): '0x1' is not a number" },
		{ "shmbench.windows.v1", "1e999\n",
		  "windows.csv, line 2, column 50 (role1_stopped_ns): '1e999' is not a number" },
		{ "shmbench.windows.v1", "\"1\n", "" },
		{ "shmbench.windows.v1", "\"1\"2\n",
		  "windows.csv, line 2, column 50: text after the closing quote" },
		{ "shmbench.windows.v1", "1\"2\n",
		  "windows.csv, line 2, column 50: a quote inside an unquoted field" },
		{ "shmbench.windows.v1", "1,2\n",
		  "windows.csv, line 2, column 51: the row has 51 fields and the header 50" },
		{ "shmbench.windows.v9", "1\n",
		  "windows.csv, line 2, column 1 (schema): 'shmbench.windows.v9' is not "
		  "shmbench.windows.v1, which this version reads" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[4096];

		row_ending(text, sizeof text, rows[i].schema, rows[i].last);
		expect(state, text, rows[i].sentence);
	}
	expect(state, "", "windows.csv, line 1: the file is empty");
	expect(state, "schema,run_id",
	       "windows.csv, line 1, column 2: the file is cut off inside its "
	       "header");
	expect(state, "schema,run_id\n", "windows.csv, line 1: there is no column 'invocation'");
	expect(state, "schema,schema\n", "windows.csv, line 1, column 2: a second column 'schema'");
	expect(state, "\n", "windows.csv, line 1: there is no column 'schema'");
}

static void short_row_is_named(void **state)
{
	char text[4096];

	snprintf(text, sizeof text, "%s\"two\nlines\",b\nshmbench.windows.v1\n",
		 headers[TABLE_WINDOWS]);
	expect(state, text,
	       "windows.csv, line 2, column 2: the row has 2 fields and the header 50");
}

static void missing_file_is_named(void **state)
{
	struct why w = { "" };
	struct csv_reader r;

	assert_int_equal(csv_reader_open(&r, *state, TABLE_PROFILE, &w), -EINVAL);
	assert_non_null(strstr(w.text, "/profile.csv cannot be read: No such file or directory"));
}

/* A crash leaves part of a row in a table that grows: the rest is read, the line is known. */
static void torn_row_is_passed_over(void **state)
{
	char text[8192];
	unsigned long torn = 0;

	row_ending(text, sizeof text, "shmbench.windows.v1", "1\nshmbench.windows.v1,ru");
	assert_string_equal(read_all(*state, text, &torn).text, "");
	assert_int_equal(torn, 3);
	/* In quotes, too, and where only the line feed is missing. */
	row_ending(text, sizeof text, "shmbench.windows.v1", "\"1\n");
	assert_string_equal(read_all(*state, text, &torn).text, "");
	assert_int_equal(torn, 2);
	row_ending(text, sizeof text, "shmbench.windows.v1", "1");
	assert_string_equal(read_all(*state, text, &torn).text, "");
	assert_int_equal(torn, 2);
}

static void whole_table_cut_off_is_an_error(void **state)
{
	char text[8192];
	struct why w = { "" };
	struct csv_reader r;

	snprintf(text, sizeof text, "%sshmbench.summary.v1,run,att", headers[TABLE_SUMMARY]);
	scratch_write(*state, "summary.csv", text);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_SUMMARY, &w), 0);
	assert_int_equal(csv_reader_next(&r, &w), -EINVAL);
	assert_non_null(strstr(w.text,
			       "summary.csv, line 2, column 3: the file is cut off inside a "
			       "row"));
	csv_reader_close(&r);
}

/* Columns are found by name, in any order, among others. */
static void columns_may_move(void **state)
{
	struct why w = { "" };
	struct csv_reader r;
	const struct table *t = schema_table(TABLE_DISTRIBUTION);
	char text[4096] = "added", row[4096] = "new";

	for (unsigned i = t->columns; i-- > 0;) {
		struct column c = schema_column(t->first + i);
		char value[64];

		snprintf(value, sizeof value, ",%s", i ? c.name : "shmbench.distribution.v1");
		strcat(strcat(text, ","), c.name);
		strcat(row, value);
	}
	scratch_write(*state, "distribution.csv", strcat(strcat(strcat(text, "\n"), row), "\n"));
	assert_int_equal(csv_reader_open(&r, *state, TABLE_DISTRIBUTION, &w), 0);
	assert_int_equal(csv_reader_next(&r, &w), 1);
	assert_string_equal(csv_reader_text(&r, DISTRIBUTION_value), "value");
	assert_string_equal(csv_reader_text(&r, DISTRIBUTION_CELL), "benchmark");
	csv_reader_close(&r);
}

/* A file with a header and a row of the columns 0 ... n - 1 of a table, but for one; each field is
 * its number, which is what the reader is to find under that column's name. */
static void write_columns(const char *dir, const struct table *t, unsigned n, unsigned without)
{
	char text[8192] = "", row[8192] = "", file[64], version[48];

	schema_version(t, version, sizeof version);
	for (unsigned i = 0; i < n; i++) {
		char value[64];

		if (i == without)
			continue;
		strcat(strcat(text, *text ? "," : ""), schema_column(t->first + i).name);
		snprintf(value, sizeof value, "%s%u", *row ? "," : "", i);
		strcat(row, i ? value : version);
	}
	snprintf(file, sizeof file, "%s.csv", t->name);
	scratch_write(dir, file, strcat(strcat(strcat(text, "\n"), row), "\n"));
}

/* What was appended since is absent from older files, and empty. */
static void older_files_are_read(void **state)
{
	static const char *const oldest[TABLES] = {
		[TABLE_SUMMARY] = "p999_high",    [TABLE_INVOCATIONS] = "windows_before_calm",
		[TABLE_WINDOWS] = "calm",         [TABLE_PROFILE] = "p90",
		[TABLE_DISTRIBUTION] = "samples", [TABLE_COUNTERS] = "role1_migrations",
	};

	for (unsigned id = 0; id < TABLES; id++) {
		const struct table *t = schema_table(id);

		assert_string_equal(schema_column(t->first + t->required - 1).name, oldest[id]);
		for (unsigned n = t->required; n <= t->columns; n++) {
			struct why w = { "" };
			struct csv_reader r;

			write_columns(*state, t, n, n);
			assert_int_equal(csv_reader_open(&r, *state, id, &w), 0);
			assert_int_equal(csv_reader_next(&r, &w), 1);
			for (unsigned i = 1; i < t->columns; i++) {
				double value = csv_reader_number(&r, t->first + i);

				assert_true(i < n ? value == i : isnan(value));
			}
			assert_int_equal(csv_reader_next(&r, &w), 0);
			csv_reader_close(&r);
		}
	}
}

/* A column that every version has, or one before the last of a file: nobody wrote it like that. */
static void files_with_a_hole_are_not(void **state)
{
	for (unsigned id = 0; id < TABLES; id++) {
		const struct table *t = schema_table(id);

		for (unsigned i = 0; i + 1 < t->columns; i++) {
			struct why w = { "" };
			struct csv_reader r;
			char sentence[100];

			write_columns(*state, t, t->columns, i);
			assert_int_equal(csv_reader_open(&r, *state, id, &w), -EINVAL);
			snprintf(sentence, sizeof sentence,
				 "%s.csv, line 1: there is no column '%s'", t->name,
				 schema_column(t->first + i).name);
			assert_non_null(strstr(w.text, sentence));
		}
		struct why w = { "" };
		struct csv_reader r;
		write_columns(*state, t, t->required - 1, t->required);
		assert_int_equal(csv_reader_open(&r, *state, id, &w), -EINVAL);
	}
}

/* A disk that is full in the middle of a group: RLIMIT_FSIZE cuts the write short likewise. */
static void full_disk_leaves_whole_rows(void **state)
{
	struct why w = { "" };
	struct csv_writer c;
	struct csv_row row;
	struct rlimit old, full;
	char wide[1000];

	memset(wide, 'x', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	assert_int_equal(csv_writer_open(&c, *state, TABLE_WINDOWS, &w), 0);
	csv_row_begin(&row, c.table, "run");
	csv_row_text(&row, WINDOWS_relation, wide);
	assert_int_equal(csv_writer_append(&c, &row, &w), 0);
	assert_int_equal(csv_writer_flush(&c, &w), 0);
	uint64_t whole = c.whole;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	full = (struct rlimit){ .rlim_cur = whole + 500, .rlim_max = old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_int_equal(csv_writer_append(&c, &row, &w), 0);
	int err = csv_writer_flush(&c, &w);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err, -EFBIG);
	assert_non_null(strstr(w.text, "windows.csv"));
	csv_writer_abandon(&c);
	char *text = scratch_read(*state, "windows.csv");
	assert_int_equal(strlen(text), whole);
	assert_int_equal(text[whole - 1], '\n');
	free(text);
}

/* A table that is whole or absent: an abandoned one leaves the old file and nothing else. */
static void abandoned_table_leaves_the_old_one(void **state)
{
	struct why w = { "" };
	struct csv_writer c;

	scratch_write(*state, "summary.csv", "old");
	assert_int_equal(csv_writer_open(&c, *state, TABLE_SUMMARY, &w), 0);
	csv_writer_abandon(&c);
	char *text = scratch_read(*state, "summary.csv");
	assert_string_equal(text, "old");
	free(text);
	assert_null(scratch_read(*state, "summary.csv.new"));
}

static void unwritable_directory_is_named(void **state)
{
	struct why w = { "" };
	struct csv_writer c;
	char dir[512];

	snprintf(dir, sizeof dir, "%s/none", (const char *)*state);
	assert_int_equal(csv_writer_open(&c, dir, TABLE_WINDOWS, &w), -ENOENT);
	assert_non_null(strstr(w.text, "/none/windows.csv: No such file or directory"));
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(headers_are_the_contracts),
		EACH(every_column_is_described),
		EACH(texts_and_numbers_come_back),
		EACH(malformed_files_are_named),
		EACH(short_row_is_named),
		EACH(missing_file_is_named),
		EACH(torn_row_is_passed_over),
		EACH(whole_table_cut_off_is_an_error),
		EACH(columns_may_move),
		EACH(older_files_are_read),
		EACH(files_with_a_hole_are_not),
		EACH(full_disk_leaves_whole_rows),
		EACH(abandoned_table_leaves_the_old_one),
		EACH(unwritable_directory_is_named),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
