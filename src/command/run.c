/* SPDX-License-Identifier: MIT */
/*
 * Measure: options to a plan, the plan to invocations, invocations to a run directory, and what
 * that says to the terminal. Order matters at the end: rows first, then what is computed from
 * them, then what people look at, so that nothing that was measured can be lost to a later step.
 */
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <linux/magic.h>
#include <unistd.h>
#include "command/command.h"
#include "command/doctor.h"
#include "command/progress.h"
#include "command/run_calm.h"
#include "command/run_clock.h"
#include "command/run_options.h"
#include "command/run_requests.h"
#include "command/run_show.h"
#include "command/run_unavailable.h"
#include "command/style.h"
#include "measure/measure.h"
#include "record/deviation.h"
#include "record/machine.h"
#include "record/machine_json.h"
#include "record/recorder.h"
#include "record/run_directory.h"
#include "record/run_json.h"
#include "record/summary.h"
#include "report/report.h"

/* One run, from options to report. */
struct errand {
	struct run_options options;
	int argc;
	char **argv;
	struct topology *topology;
	struct plan plan;
	struct run_directory directory;
	struct recorder recorder;
	struct reference reference;
	bool gated; /* there is a reference */
	struct steal steal;
	struct looks looks;
	struct run_clock clock;
	double resolution_ns; /* of the coarser clock in use */
	struct run_unavailable unavailable;
	struct run_json json;
	struct ledger ledger;
	struct progress progress;
	char results[PATH_MAX]; /* where run directories go: the default --directory */
};

static int complain(const struct why *w, int status)
{
	fprintf(stderr, "shmbench run: %s\n", w->text);
	return status;
}

/* The directory that the run directory will be in, which is the first default --directory: the
 * run's own name has a date in it, and rows of two runs could not be joined. */
static void find_results(struct errand *s)
{
	struct stat st;

	if (s->options.out) {
		char copy[PATH_MAX];

		snprintf(copy, sizeof copy, "%s", s->options.out);
		snprintf(s->results, sizeof s->results, "%s", dirname(copy));
	} else {
		snprintf(s->results, sizeof s->results, "results");
		if (!s->options.dry_run)
			mkdir(s->results, 0777);
	}
	if (stat(s->results, &st))
		snprintf(s->results, sizeof s->results, ".");
}

static void default_directories(struct errand *s)
{
	struct run_options *o = &s->options;
	struct statfs fs;

	if (o->directories)
		return;
	o->directory[o->directories++] = s->results;
	if (!statfs("/dev/shm", &fs) && fs.f_type == TMPFS_MAGIC && !access("/dev/shm", W_OK))
		o->directory[o->directories++] = "/dev/shm";
}

static int make_plan(struct errand *s, struct why *w)
{
	struct run_options *o = &s->options;
	struct wish wish = {
		.directories = o->directory,
		.base = o->base,
		.blocks = o->invocations ? (unsigned)o->invocations
			  : o->stop_rule ? (unsigned)o->most
			  : o->suite     ? o->suite->blocks
					 : 8,
		.verify = o->verify,
	};
	int err = topology_load(&s->topology, o->xml, o->synthetic, w);

	wish.topology = s->topology;
	if (!err)
		err = run_requests(o, &wish.request, &wish.requests, w);
	if (!err)
		err = plan_make(&s->plan, &wish, w);
	requests_free(wish.request, wish.requests);
	return err;
}

/* The canaries' reference, read or taken. A machine without canaries has none and measures all the
 * same; nothing is then calm or not calm. */
static int open_reference(struct errand *s, struct measurement *m, struct why *warning,
			  struct why *w)
{
	bool smoke = s->options.suite && !strcmp(s->options.suite->name, "smoke");
	struct reference_room room;
	struct reference_wish wish = {
		.plan = &s->plan,
		.given = s->options.canary_reference,
		.spread_ns = smoke ? 1000000000 : 3000000000u,
		.measurement = m,
	};

	if (canary_unavailable())
		return 0;
	s->gated = true;
	reference_wish_here(&wish, &room);
	return reference_open(&s->reference, &wish, warning, w);
}

/* --require-calm. The time it takes is the run's: the budget promises an end. */
static int wait_for_calm(struct errand *s, struct measurement *m, struct why *w)
{
	struct calm_wait wait = {
		.plan = &s->plan,
		.reference = &s->reference,
		.measurement = m,
		.patience_ns = m->patience_ns,
		.quiet = s->options.quiet,
	};

	if (!s->options.require_calm)
		return 0;
	if (!s->gated) {
		fail(w, 0, "--require-calm: %s", canary_unavailable());
		return -EAGAIN;
	}
	return run_wait_for_calm(&wait, w);
}

static int open_files(struct errand *s, struct run_facts *facts, const struct why *warning,
		      struct why *w)
{
	int err = run_json_begin(&s->json, facts, w);

	if (!err && warning->text[0]) {
		complain(warning, 0);
		err = run_json_warn(&s->json, warning->text, w);
	}
	if (!err)
		err = recorder_open(&s->recorder, &s->plan, s->directory.path, s->directory.id, w);
	s->recorder.raw = s->options.raw;
	s->recorder.discard_flagged = s->options.discard_flagged;
	s->recorder.reference = s->gated ? &s->reference : NULL;
	s->recorder.steal = &s->steal;
	return err;
}

static int open_record(struct errand *s, struct measurement *m, struct why *w)
{
	const struct run_options *o = &s->options;
	char *xml = topology_xml(s->topology, w);
	struct run_facts facts = {
		.directory = &s->directory,
		.plan = &s->plan,
		.suite = o->suite ? o->suite->name : NULL,
		.argc = s->argc,
		.argv = s->argv,
		.seed = o->seed,
		.labels = o->label,
		.raw = o->raw,
		.discard_flagged = o->discard_flagged,
		.threshold = o->threshold,
		.time_budget_ns = s->options.budget_ns,
		.precision = o->stop_rule ? o->precision : 0,
		.least = (unsigned)o->least,
		.most = (unsigned)o->most,
		.clock = clock_examine(&(struct clock){ 0 }),
		.counter = s->clock.counted ? &s->clock.counter : NULL,
		.counter_quality = run_clock_examine(&s->clock),
		.topology_xml = xml,
	};
	struct why warning = { 0 };
	int err = xml ? run_directory_create(&s->directory, o->out, w) : -ENOMEM;

	if (!err)
		err = open_reference(s, m, &warning, w);
	if (!err)
		err = wait_for_calm(s, m, w);
	facts.reference = s->gated ? &s->reference : NULL;
	facts.environment = machine_json();
	facts.run_to_run = deviation_read();
	s->resolution_ns = (double)facts.clock.resolution_ns;
	if ((double)facts.counter_quality.resolution_ns > s->resolution_ns)
		s->resolution_ns = (double)facts.counter_quality.resolution_ns;
	steal_open(&s->steal, "/proc/stat", clock_ns());
	run_unavailable_find(&s->unavailable, s->options.counters, &s->steal);
	facts.unavailable = s->unavailable.list;
	if (!err)
		err = open_files(s, &facts, &warning, w);
	json_decref(facts.environment);
	json_decref(facts.run_to_run);
	free(xml);
	return err;
}

static bool group_short(void *arg, size_t group, unsigned wanted)
{
	struct errand *s = arg;

	return standing_short(&s->recorder.standing, group, wanted);
}

static int look(void *arg, unsigned invocations, bool *enough, struct why *w)
{
	struct errand *s = arg;
	struct standing_rule rule = { .stop = { invocations, s->options.precision },
				      .resolution_ns = s->resolution_ns };

	return standing_settled(&s->recorder.standing, &rule, enough, w);
}

static int invocation_done(void *arg, const struct invocation *i, struct why *w)
{
	struct errand *s = arg;

	int err = recorder_take(&s->recorder, i, w);

	progress_invocation(&s->progress, i);
	return err;
}

/* Signals that end a run early become readable here and nothing else happens to us. */
static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static const char *stop_name(enum stop stop)
{
	static const char *const name[] = { "fixed", "time_budget", "user", "precision",
					    "max_invocations" };

	return name[stop];
}

/* All that can be done with what was measured, whatever else went wrong. */
static int close_record(struct errand *s, const struct measurement *m, struct why *w)
{
	struct run_end end = {
		.stop_reason = stop_name(m->stop),
		.blocks = m->blocks,
		.patient = m->patient,
		.look = m->looked,
		.clock = clock_examine(&(struct clock){ 0 }),
		.counter_quality = run_clock_examine(&s->clock),
	};
	int err = recorder_write(&s->recorder, w);
	int closed = recorder_close(&s->recorder, w);

	if (!err)
		err = closed;
	if (!err && m->counting && !m->counted)
		err = run_json_warn(
			&s->json,
			"counters.csv is missing or not whole: the run ended before every "
			"cell had its counted invocation",
			w);
	if (!err)
		err = run_json_end(&s->json, &end, w);
	run_json_close(&s->json);
	return err ? err : summary_write(s->directory.path, w);
}

/* The cache is no result: a run that cannot write it is as good as any. */
static void close_reference(struct errand *s)
{
	struct why w = { 0 };

	if (s->gated && reference_save(&s->reference, &w))
		complain(&w, 0);
	reference_close(&s->reference);
}

static int verdict(const struct errand *s, const struct measurement *m)
{
	if (m->failed)
		fprintf(stderr, "shmbench run: %u invocations failed; their rows say why\n",
			m->failed);
	if (m->stop == STOP_TIME_BUDGET && !s->options.quiet)
		fprintf(stderr,
			"shmbench run: the time budget ended the run after %u of %u blocks\n",
			m->blocks, s->plan.blocks);
	if (m->stop == STOP_USER)
		return STATUS_SIGNAL + m->signal;
	return m->failed ? STATUS_FAILED : STATUS_OK;
}

/* Half of the budget, or half of what the blocks took where there is none; for a fixed count of
 * invocations only when it was asked for. */
static void settle_patience(const struct run_options *o, struct measurement *m)
{
	double share = o->patience_given ? o->patience : o->invocations ? 0 : .5;

	m->patience_ns = o->patience_ns;
	if (!m->patience_ns && o->budget_ns)
		m->patience_ns = (uint64_t)(share * (double)o->budget_ns);
	if (!m->patience_ns)
		m->patience_share = o->budget_ns ? 0 : share;
	if (m->patience_ns || m->patience_share > 0)
		m->short_of = group_short;
}

/* Nothing has been measured: what is left of the run goes too. */
static int give_up(struct errand *s, struct measurement *m, int err, const struct why *w)
{
	ledger_close(&s->ledger);
	if (err == -EAGAIN)
		close_reference(s);
	else
		reference_close(&s->reference);
	if (!s->options.out)
		rmdir(s->directory.path);
	if (err == -EAGAIN)
		return complain(w, STATUS_UNFIT);
	if (err != -EINTR)
		return complain(w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
	measure_signal(m);
	return STATUS_SIGNAL + m->signal;
}

static int measure(struct errand *s, struct why *w)
{
	struct measurement m = {
		.plan = &s->plan,
		.seed = s->options.seed,
		.began_ns = clock_ns(),
		.budget_ns = s->options.budget_ns,
		.looks = s->options.stop_rule ? &s->looks : NULL,
		.ledger = &s->ledger,
		.signals = signals_open(),
		.invocation = invocation_done,
		.look = look,
		.arg = s,
	};
	int err = ledger_open(&s->ledger, s->options.directory, w);

	settle_patience(&s->options, &m);
	s->looks = (struct looks){ (unsigned)s->options.least, (unsigned)s->options.most };
	if (err)
		return complain(w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
	err = run_clock_open(&s->clock, &s->plan, w);
	m.counter = run_clock_counter(&s->clock);
	if (!err)
		err = open_record(s, &m, w);
	if (err)
		return give_up(s, &m, err, w);
	m.counting = s->unavailable.counting;
	progress_open(&s->progress, &m, &s->recorder, s->options.quiet);
	err = run_plan(&m, w);
	progress_close(&s->progress);
	ledger_close(&s->ledger);
	if (err)
		complain(w, 0);
	struct sheet_style style = style_of(s->options.colour, stdout);
	struct why late = { 0 };
	int closed = close_record(s, &m, &late);
	close_reference(s);
	if (closed)
		return complain(&late, STATUS_FAILED);
	if (report_run(s->directory.path, NULL, &style, &late))
		complain(&late, 0);
	return err ? STATUS_FAILED : verdict(s, &m);
}

/* Budgets: what was given, else the suite's, else a minute; none for a fixed count. */
static void settle_budget(struct run_options *o)
{
	if (o->suite && !strcmp(o->suite->name, "full") && !o->invocations)
		o->stop_rule = true;
	if (o->budget_ns || o->invocations)
		return;
	o->budget_ns = o->suite ? o->suite->budget_ns : 60000000000u;
}

static int run(int argc, char **argv)
{
	static struct errand s;
	struct why w = { 0 };
	int status;

	s = (struct errand){ .argc = argc, .argv = argv };
	run_options_parse(&s.options, argc, argv);
	settle_budget(&s.options);
	find_results(&s);
	default_directories(&s);
	int err = make_plan(&s, &w);
	if (err)
		status = complain(&w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
	else if (s.options.dry_run)
		status = run_show_plan(&s.plan, s.options.seed);
	else if (!topology_is_here(s.topology))
		status = complain(
			&(struct why){ "this topology is not this machine's (HWLOC_XMLFILE or "
				       "HWLOC_SYNTHETIC is set): measuring is refused" },
			STATUS_USAGE);
	else if (!run_something(&s.plan))
		status = run_nothing(&s.plan);
	else if (s.options.require_calm && doctor_finds_unfit(&w))
		status = complain(&w, STATUS_UNFIT);
	else
		status = measure(&s, &w);
	plan_free(&s.plan);
	topology_free(s.topology);
	return status;
}

const struct command command_run = {
	.name = "run",
	.about = "measure: benchmarks, or a whole suite",
	.run = run,
};
