/* SPDX-License-Identifier: MIT */
/* results/README.md, so that what is written about the columns is what the program writes. */
#include <stdio.h>
#include "record/schema.h"

static const char introduction[] =
	"# What is in a run directory\n"
	"\n"
	"This page is generated from the schema table of the program (`src/record/columns.def`): "
	"`cmake --build build --target results-readme` writes it again.\n"
	"\n"
	"`shmbench run` leaves one directory per run, `<UTC time>-<host>`:\n"
	"\n"
	"| file | what is in it |\n"
	"|---|---|\n"
	"| `run.json` | what is true of the run as a whole: command line, seed, plan, thresholds, "
	"environment, topology, clock, what is unavailable and why, skipped cells, warnings, stop "
	"reason, and under `resumed` where it was taken up again |\n"
	"| `resume.bin` | what `shmbench run --resume` needs to go on; gone when nothing is owed "
	"|\n";

static const char how_to_read[] =
	"| `plots/*.svg`, `report.html` | figures and tables for people, made by `shmbench report` "
	"|\n"
	"\n"
	"The CSV files follow RFC 4180: a header, no comment lines, `.` as the decimal point, line "
	"feeds, base units (ns, bytes, per second), numbers with nine significant digits. **Empty "
	"means that there is no value; it never means 0.** Read columns by name: later versions "
	"may "
	"add some, and change none. Where a file of an older version lacks these, the program "
	"reads "
	"them as empty.\n"
	"\n"
	"## How to read a row\n"
	"\n"
	"Take a row of `summary.csv`. Its *cell columns* say what was measured: the `benchmark`, "
	"one "
	"value of every axis (empty where the benchmark does not have that axis), the `metric` and "
	"its `unit`. `status` says whether there is a value: `ok`; `skip`, which this machine "
	"cannot "
	"do, for the `reason` given; or `fail`, which should have worked. Nothing that was planned "
	"is "
	"missing from the file.\n"
	"\n"
	"`median` is the estimate: the median over `invocations`, each of them a fresh process, of "
	"the median over its calm windows of about a millisecond: those between two looks at the "
	"CPU that agree with what this machine gives when nobody disturbs it. What a window says "
	"is time / work; of an event that is timed by itself (a step of `attach`, `lookup`, the "
	"bound `mapping`) it is the median of its events, what one takes as a rule, and the rare "
	"slow ones are in `p99`, `mean` and `attach`'s `cycle`. Below six calm "
	"invocations the estimate is over all and flagged `not_calm`; `median_all` is always over "
	"all. `ci_low` and `ci_high` are two of "
	"these "
	"invocations, by the exact binomial order statistics of a median; the interval covers the "
	"true median with probability `ci_level`, whatever the distribution. Below 6 invocations "
	"no "
	"such interval exists, and the columns are empty.\n"
	"\n"
	"`ratio` compares the row with the cell that `base` names, which ran just before or after "
	"it "
	"in every block: above 1 means more of the metric than the base, more ns or more "
	"messages/s alike. Where `ratio_low` to `ratio_high` includes 1, this run does not show a "
	"difference.\n"
	"\n"
	"`min`, `p10`, ... `max` describe single events as they were timed, clock included; "
	"`clock_share` says how much of the median that is. `flags` are reasons to distrust the "
	"row:\n"
	"\n"
	"| flag | raised when |\n"
	"|---|---|\n"
	"| `faults` | minor page faults differ from what the cell must take: at all where none is "
	"due, else by more than 1 % and 8 |\n"
	"| `major` | pages came from disk or swap where none should |\n"
	"| `switched` | the kernel took the CPU away inside a timed section |\n"
	"| `migrated` | a window ended on another CPU than it began on |\n"
	"| `steal` | a hypervisor took more than 2 % of the block so far from a CPU that a role is "
	"bound to, and more than one tick of 10 ms |\n"
	"| `pressure` | for more than 2 % of its work, and more than 4 ms, a role was ready to run "
	"and others had its CPU; not judged where the roles share one |\n"
	"| `long_window` | a single event lasted longer than 2 ms and is a window by itself |\n"
	"| `clock_bound` | reading the clock is more than 5 % of what was timed |\n"
	"| `saturated` | open loop: messages arrived more than 1 % slower than they were offered "
	"in "
	"most windows, so that `response` grows for as long as one looks |\n"
	"| `samples_lost` | there was no room for some samples: the quantiles are without them |\n"
	"| `not_deterministic` | a count differs between invocations |\n"
	"| `correlated` | neighbouring log ratios are alike: the wider 98.75 % ranks were used |\n"
	"| `not_calm` | fewer than 6 invocations were calm: the estimate, or the ratio, is over "
	"all |\n"
	"| `few_pairs` | the row has 6 invocations or more, but in fewer than 6 blocks was the "
	"base "
	"measured in the same relation: `ratio` is empty, and `pairs` says how many there were |\n"
	"| `gate_biased` | windows of this cell fail after a calm start more often than those of "
	"`null`, by 10 points and twice the standard error, and by as much more often than they "
	"begin "
	"disturbed before a calm end: the estimate is over all |\n"
	"| `gate_thin` | less than 10 % of the windows were calm: some may have passed by chance "
	"|\n"
	"| `frequency` | the clock rate was more than 2 % off that of the reference |\n"
	"| `drift` | the values rise or fall over the run (exact Mann-Kendall, p < .01; one row in "
	"a "
	"hundred by chance) |\n"
	"| `bimodal` | the invocations stand in two heaps: their median lies in either |\n"
	"\n"
	"A run with `--discard-flagged` leaves the rows of `invocations.csv` that have one of "
	"`frequency`, `migrated`, `steal`, `pressure`, `faults` and `major` out of `summary.csv` "
	"and of comparisons; `run.json` lists these flags as `discard_flagged`, and `reason` says "
	"how many were left out. `distribution.csv` and `profile.csv` have all.\n"
	"\n"
	"`summary.csv` is a pure function of `invocations.csv` and `run.json`; `shmbench report "
	"RUN` "
	"computes it again, byte for byte.\n";

static const char *type_name(enum column_type type)
{
	switch (type) {
	case COLUMN_TEXT:
		return "text";
	case COLUMN_NUMBER:
		return "number";
	case COLUMN_INTEGER:
		break;
	}
	return "integer";
}

static void table_head(FILE *f)
{
	fputs("\n| column | type | unit | meaning |\n|---|---|---|---|\n", f);
}

static void column_line(FILE *f, unsigned column)
{
	struct column c = schema_column(column);

	fprintf(f, "| `%s` | %s | %s | %s |\n", c.name, type_name(c.type), c.unit, c.about);
}

static void cell_section(FILE *f)
{
	unsigned first = schema_table(TABLE_SUMMARY)->cell;

	fputs("\n## The cell columns\n\n"
	      "They stand in every file and say which row this is: rows of two runs are joined on "
	      "them and on `relation`.\n",
	      f);
	table_head(f);
	for (unsigned c = first; c < first + CELL_COLUMNS; c++)
		column_line(f, c);
}

static void table_section(FILE *f, const struct table *t)
{
	char version[48];

	fprintf(f,
		"\n## %s.csv\n\nOne row per %s. `schema` is `%s`. The unit `value` is that of "
		"the row, in its column `unit`.\n",
		t->name, t->rows, schema_version(t, version, sizeof version));
	table_head(f);
	for (unsigned c = t->first; c < t->first + t->columns; c++) {
		if (c == t->cell)
			fputs("| *the cell columns* | | | See above. |\n", f);
		if (c < t->cell || c >= t->cell + CELL_COLUMNS)
			column_line(f, c);
	}
}

void schema_document(FILE *f)
{
	fputs(introduction, f);
	for (unsigned t = 0; t < TABLES; t++)
		fprintf(f, "| `%s.csv` | one row per %s |\n", schema_table(t)->name,
			schema_table(t)->rows);
	fputs(how_to_read, f);
	cell_section(f);
	for (unsigned t = 0; t < TABLES; t++)
		table_section(f, schema_table(t));
}
