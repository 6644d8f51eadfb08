/* SPDX-License-Identifier: MIT */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H
#include "command/run_clock.h"
#include "command/run_options.h"
#include "command/run_resume.h"
#include "command/run_unavailable.h"
#include "measure/measure.h"
#include "record/recorder.h"
#include "record/run_directory.h"
#include "record/run_json.h"

/*
 * All that a run writes down, and what it must know of the machine for that: directory, run.json,
 * the canaries' reference, the recorder. It stays in place while it is open.
 */
struct run_record {
	/* Given. */
	const struct run_options *options;
	int argc;
	char **argv;
	struct topology *topology;
	const struct plan *plan;
	struct run_clock clock;    /* open */
	struct run_resume *resume; /* checked; NULL: a run from the start */

	struct run_directory directory;
	struct recorder recorder;
	struct reference reference;
	bool gated; /* there is a reference */
	struct steal steal;
	double resolution_ns; /* of the coarser clock in use */
	struct run_unavailable unavailable;
	struct run_json json;
};

/* Make the directory, look at the machine, with --require-calm wait for it, and write what is
 * known before the first block. -EAGAIN: it is not calm; -EINTR: a signal came. On failure:
 * run_record_abandon(). */
int run_record_open(struct run_record *r, struct measurement *m, struct why *w);

/* All that can be done with what was measured, whatever else went wrong. */
int run_record_close(struct run_record *r, const struct measurement *m, struct why *w);

/* Nothing has been measured: what is left of the run goes, but for what the reference has learned
 * where the machine was looked at. */
void run_record_abandon(struct run_record *r, bool looked);

#endif
