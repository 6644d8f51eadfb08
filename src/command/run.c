/* SPDX-License-Identifier: MIT */
/*
 * Measure: options to a plan, the plan to invocations, invocations to a run directory, and what
 * that says to the terminal. Order matters at the end: what is recorded first, then what people
 * look at, so that nothing that was measured can be lost to a later step.
 */
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <linux/magic.h>
#include <unistd.h>
#include "command/command.h"
#include "command/doctor.h"
#include "command/progress.h"
#include "command/run_awake.h"
#include "command/run_record.h"
#include "command/run_resume.h"
#include "command/run_requests.h"
#include "command/run_show.h"
#include "command/style.h"
#include "measure/measure.h"
#include "report/report.h"

/* One run, from options to report. */
struct errand {
	struct run_options options;
	int argc;
	char **argv;
	struct topology *topology;
	struct plan plan;
	struct run_resume resume; /* with --resume */
	struct run_record record;
	struct looks looks;
	struct ledger ledger;
	struct progress progress;
	char results[PATH_MAX]; /* where run directories go: the default --directory */
};

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

static bool group_short(void *arg, size_t group, unsigned wanted)
{
	struct errand *s = arg;

	return standing_short(&s->record.recorder.standing, group, wanted);
}

static int look(void *arg, unsigned invocations, bool *enough, struct why *w)
{
	struct errand *s = arg;
	struct standing_rule rule = { .stop = { invocations, s->options.precision },
				      .resolution_ns = s->record.resolution_ns };

	return standing_settled(&s->record.recorder.standing, &rule, enough, w);
}

static int invocation_done(void *arg, const struct invocation *i, struct why *w)
{
	struct errand *s = arg;

	int err = recorder_take(&s->record.recorder, i, w);

	progress_invocation(&s->progress, i);
	return err;
}

static int milestone_reached(void *arg, const struct milestone *m, size_t group, struct why *w)
{
	struct errand *s = arg;

	return recorder_milestone(&s->record.recorder, m, group, w);
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

static int verdict(const struct errand *s, const struct measurement *m)
{
	if (m->failed)
		fprintf(stderr, "shmbench run: %u invocations failed; their rows say why\n",
			m->failed);
	if ((m->stop == STOP_TIME_BUDGET || m->stop == STOP_USER) && !s->options.quiet)
		fprintf(stderr,
			"shmbench run: %s ended the run after %u of %u blocks: `shmbench run "
			"--resume %s` goes on\n",
			m->stop == STOP_USER ? "a signal" : "the time budget", m->blocks,
			s->plan.blocks, s->record.directory.path);
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
	run_record_abandon(&s->record, err == -EAGAIN);
	if (err == -EAGAIN)
		return run_complain(w, STATUS_UNFIT);
	if (err != -EINTR)
		return run_complain(w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
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
		.deadline_ns = s->options.deadline_ns,
		.looks = s->options.stop_rule ? &s->looks : NULL,
		.ledger = &s->ledger,
		.signals = signals_open(),
		.resumed = s->options.resume ? &s->resume.from : NULL,
		.invocation = invocation_done,
		.milestone = milestone_reached,
		.look = look,
		.arg = s,
	};
	int err = ledger_open(&s->ledger, s->options.directory, w);

	s->record = (struct run_record){ .options = &s->options,
					 .argc = s->argc,
					 .argv = s->argv,
					 .topology = s->topology,
					 .plan = &s->plan,
					 .resume = s->options.resume ? &s->resume : NULL };
	settle_patience(&s->options, &m);
	s->looks = (struct looks){ (unsigned)s->options.least, (unsigned)s->options.most };
	if (err)
		return run_complain(w, err == -EINVAL ? STATUS_USAGE : STATUS_FAILED);
	err = run_clock_open(&s->record.clock, &s->plan, w);
	m.counter = run_clock_counter(&s->record.clock);
	if (!err)
		err = run_record_open(&s->record, &m, w);
	if (err)
		return give_up(s, &m, err, w);
	m.counting = s->record.unavailable.counting;
	progress_open(&s->progress, &m, &s->record.recorder, s->options.quiet);
	err = run_plan(&m, w);
	progress_close(&s->progress);
	ledger_close(&s->ledger);
	if (err)
		run_complain(w, 0);
	struct sheet_style style = style_of(s->options.colour, stdout);
	struct why late = { 0 };
	int closed = run_record_close(&s->record, &m, &late);
	if (closed)
		return run_complain(&late, STATUS_FAILED);
	if (report_run(s->record.directory.path, NULL, &style, &late))
		run_complain(&late, 0);
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

/* With --resume the options become those of the run that goes on. */
static int find_resumed(struct errand *s, struct why *w)
{
	int err = run_resume_find(&s->resume, s->options.resume, w);

	return err ? err : run_resume_options(&s->resume, &s->options, w);
}

static int prepare(struct errand *s, struct why *w)
{
	settle_budget(&s->options);
	find_results(s);
	default_directories(s);
	int err = make_plan(s, w);
	if (!err && s->options.resume)
		err = run_resume_check(&s->resume, &s->plan, s->topology, w);
	return err;
}

static int refuse(const struct errand *s, int err, const struct why *w)
{
	if (err == RUN_RESUME_COMPLETE) {
		printf("%s is complete: nothing is owed\n", s->options.resume);
		return STATUS_OK;
	}
	return run_complain(w, err == -EINVAL  ? STATUS_USAGE
			       : err == -EXDEV ? STATUS_FOREIGN
					       : STATUS_FAILED);
}

static int run(int argc, char **argv)
{
	static struct errand s;
	struct why w = { 0 };
	int status;

	s = (struct errand){ .argc = argc, .argv = argv, .resume.at.journal.fd = -1 };
	run_options_parse(&s.options, argc, argv);
	int err = s.options.resume ? find_resumed(&s, &w) : 0;
	if (!err)
		err = prepare(&s, &w);
	if (err)
		status = refuse(&s, err, &w);
	else if (s.options.dry_run)
		status = run_show_plan(&s.plan, s.options.seed);
	else if (!topology_is_here(s.topology))
		status = run_complain(
			&(struct why){ "this topology is not this machine's (HWLOC_XMLFILE or "
				       "HWLOC_SYNTHETIC is set): measuring is refused" },
			STATUS_USAGE);
	else if (!run_something(&s.plan))
		status = run_nothing(&s.plan);
	else if (s.options.require_calm && doctor_finds_unfit(&w))
		status = run_complain(&w, STATUS_UNFIT);
	else if (s.options.stay_awake && run_stay_awake(s.options.cpu_latency_ns, &w))
		status = run_complain(&w, STATUS_UNFIT);
	else
		status = measure(&s, &w);
	run_resume_close(&s.resume);
	plan_free(&s.plan);
	topology_free(s.topology);
	return status;
}

const struct command command_run = {
	.name = "run",
	.about = "measure: benchmarks, or a whole suite",
	.run = run,
};
