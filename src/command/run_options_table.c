/* SPDX-License-Identifier: MIT */
/* The axes come from their table, the rest stands here. */
#include <string.h>
#include "command/run_options_table.h"
#include "command/style.h"
#include "plan/axis.h"

static const struct argp_option fixed[] = {
	{ NULL, 0, NULL, 0, "What and how often:", 1 },
	{ "suite", KEY_SUITE, "NAME", 0, "smoke, quick or full (shmbench list suites)", 1 },
	{ "base", KEY_BASE, "WHAT", 0,
	  "what ratios are relative to: REGION or CHANNEL[/REGION] (default sysv, ring/sysv)", 1 },
	{ "invocations", KEY_INVOCATIONS, "N", 0, "of every cell, exactly (default 8)", 1 },
	{ "time-budget", KEY_BUDGET, "TIME", 0,
	  "begin no block that would end later (default 60s; none with --invocations)", 1 },
	{ "patience", KEY_PATIENCE, "SHARE|TIME", 0,
	  "run cells that are short of calm values again: a share of the time budget, or a time "
	  "(default 50%; 0% with --invocations)",
	  1 },
	{ "deadline", KEY_DEADLINE, "TIME", 0,
	  "an invocation fails that takes longer, and longer than ten times what is expected "
	  "(default 20s): a slow machine may need more",
	  1 },
	{ "precision", KEY_PRECISION, "SHARE", 0,
	  "stop when 95 of 100 headline intervals are within this, looked at after 10, 15, 20 and "
	  "30 invocations: met by cells that spread by 1.3, 2.1, 2.7, 4.2 % for 2% (default of "
	  "--suite full)",
	  1 },
	{ "min-invocations", KEY_LEAST, "N", 0, "no look before so many (default 10)", 1 },
	{ "max-invocations", KEY_MOST, "N", 0, "stop after so many (default 30)", 1 },
	{ "canary-reference", KEY_CANARY, "X", 0,
	  "adds per cycle of an undisturbed CPU (default: what this machine has shown)", 1 },
	{ "counters", KEY_COUNTERS, "auto|on|off", 0,
	  "count perf events in one more invocation of every cell, which is not timed (default "
	  "auto: where there is a PMU)",
	  1 },
	{ "cpu-latency", KEY_CPU_LATENCY, "TIME", 0,
	  "no CPU may take longer to come back from idling, 0us: idle CPUs poll (default: as the "
	  "kernel is set; root)",
	  1 },
	{ "require-calm", KEY_REQUIRE_CALM, NULL, 0,
	  "measure only if the machine is fit and calm now, after waiting for it as long as "
	  "patience lasts; else end with 4",
	  1 },
	{ "discard-flagged", KEY_DISCARD, NULL, 0,
	  "leave invocations that something disturbed out of the summary: flags frequency, "
	  "migrated, steal, pressure, faults, major",
	  1 },
	{ "seed", KEY_SEED, "N", 0, "of the order (default: drawn, and recorded)", 1 },
	{ "threshold", KEY_THRESHOLD, "SHARE", 0, "smallest change of interest (default 3%)", 1 },
	{ "representatives", KEY_REPRESENTATIVES, NULL, 0,
	  "of matrix: one pair of CPUs of each kind; short for --place representatives", 1 },
	{ "verify", KEY_VERIFY, NULL, 0, "check every byte of every message", 1 },
	{ NULL, 0, NULL, 0, "Results:", 2 },
	{ "out", KEY_OUT, "DIR", 0, "run directory (default results/<UTC time>-<host>)", 2 },
	{ "resume", KEY_RESUME, "DIR", 0,
	  "go on with the run in DIR, which a signal, a crash, its time budget or a full disk has "
	  "ended: what it still owes, by its own options; only --time-budget, --patience, "
	  "--deadline, --require-calm, --quiet and --color may be given anew",
	  2 },
	{ "raw", KEY_RAW, NULL, 0, "keep every sample, in samples/*.u32", 2 },
	{ "label", KEY_LABEL, "KEY=VALUE", 0, "recorded in run.json (repeatable)", 2 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "print plan, order and expected time only", 2 },
	{ "quiet", 'q', NULL, 0, "no progress on the terminal", 2 },
	STYLE_OPTION(2),
	{ "xml", KEY_XML, "FILE", 0, "plan for another machine's topology (with --dry-run)", 2 },
	{ "synthetic", KEY_SYNTHETIC, "TEXT", 0, "the same from hwloc's synthetic text", 2 },
	{ NULL, 0, NULL, 0, "Axes: lists a,b,c; numbers also 4K..1G:x16, 4K..64K:+4K, 1..8:", 3 },
};

enum { FIXED = sizeof fixed / sizeof *fixed };

_Static_assert(FIXED + AXES < RUN_OPTIONS_MAX, "and the end");

void run_options_list(struct argp_option all[RUN_OPTIONS_MAX])
{
	memset(all, 0, RUN_OPTIONS_MAX * sizeof *all);
	memcpy(all, fixed, sizeof fixed);
	for (int a = 0; a < AXES; a++)
		all[FIXED + a] = (struct argp_option){ .name = axis_table[a].option,
						       .key = KEY_AXIS + a,
						       .arg = "LIST",
						       .doc = axis_table[a].about,
						       .group = 3 };
}

bool run_options_key_goes_on(int key)
{
	static const int keys[] = { KEY_RESUME,       KEY_BUDGET, KEY_PATIENCE, KEY_DEADLINE,
				    KEY_REQUIRE_CALM, KEY_COLOUR, 'q' };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i] == key)
			return true;
	return false;
}

const char *run_options_key_name(int key)
{
	size_t i = 0;

	if (key >= KEY_AXIS && key < KEY_AXIS + AXES)
		return axis_table[key - KEY_AXIS].option;
	while (fixed[i].key != key)
		i++;
	return fixed[i].name;
}
