/* SPDX-License-Identifier: MIT */
/*
 * Does the calm gate hold? Others are put to work on purpose, turn about with an idle machine, and
 * what the gate accepts meanwhile is compared. The host may do the same unasked: idle turns say how
 * much of it there was.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "analyse/gate.h"
#include "command/gate_trial.h"
#include "command/load.h"
#include "command/selftest.h"
#include "record/machine.h"

enum { ROUNDS = 6, REPEATS = 2, ENOUGH = 60, IDLE = 0, LOADED = 1 };
enum { TALES = TRIAL_TOUCH + 1 }; /* null, attach, first touch */

/* method.md: the chance that both canaries pass on a contended CPU. */
static const double passing_max = .02;
/* What a comparison takes for no change. */
static const double moved_max = .03;
/* Two threads of one core have this share of their adds each, at most. */
static const double core_shared = .75;

/* What was seen in both conditions. */
struct turns {
	struct trial_seen seen[2][TALES]; /* by condition */
	unsigned rounds;
};

static void turns_forget(struct turns *t)
{
	for (int i = 0; i < 2; i++)
		for (int c = 0; c < TALES; c++)
			trial_forget(&t->seen[i][c]);
	*t = (struct turns){ .rounds = 0 };
}

static int turns_add(struct turns *to, const struct turns *from)
{
	int err = 0;

	for (int i = 0; i < 2; i++)
		for (int c = 0; c < TALES && !err; c++)
			err = trial_add(&to->seen[i][c], &from->seen[i][c]);
	to->rounds += from->rounds;
	return err;
}

static int run_cells(struct trial *t, struct trial_seen seen[TALES], struct why *w)
{
	int err = 0;

	for (int i = 0; i < REPEATS && !err; i++)
		for (int c = 0; c < TALES && !err; c++)
			err = trial_run(t, (enum trial_cell)c, &seen[c], w);
	return err;
}

/* One turn of each. CANNOT: the load ended by itself. */
static int turn(struct trial *t, const struct load_wish *load, struct turns *turns, struct why *w)
{
	int err = run_cells(t, turns->seen[IDLE], w);
	pid_t pid = err ? 0 : load_start(load, w);

	if (err || pid < 0)
		return err ? err : cannot(w, "%s", w->text);
	err = run_cells(t, turns->seen[LOADED], w);
	if (!load_stop(pid) && !err)
		err = cannot(w, "the load on CPU %.40s ended by itself", load->cpus);
	turns->rounds++;
	return err;
}

static double accepted(const struct turns *t, int condition)
{
	return 100 * trial_accepted(&t->seen[condition][TRIAL_NULL]);
}

/* By which share the median of accepted windows is off that of the idle machine; NAN: too few. */
static double moved(struct turns *t, enum trial_cell c)
{
	if (t->seen[IDLE][c].n < GATE_CALM || t->seen[LOADED][c].n < GATE_CALM)
		return NAN;
	return trial_median(&t->seen[LOADED][c]) / trial_median(&t->seen[IDLE][c]) - 1;
}

static void put_moved(struct turns *t, char *text, size_t len)
{
	double attach = moved(t, TRIAL_ATTACH), sweep = moved(t, TRIAL_TOUCH);
	size_t n = (size_t)snprintf(text, len, "medians of what is accepted: attach ");

	if (isnan(attach))
		n += (size_t)snprintf(text + n, len - n, "too few");
	else
		n += (size_t)snprintf(text + n, len - n, "%+.1f %%", 100 * attach);
	if (isnan(sweep))
		snprintf(text + n, len - n, ", first touch too few");
	else
		snprintf(text + n, len - n, ", first touch %+.1f %%", 100 * sweep);
}

static bool holds_still(struct turns *t)
{
	double attach = moved(t, TRIAL_ATTACH), sweep = moved(t, TRIAL_TOUCH);

	return !(fabs(attach) > moved_max) && !(fabs(sweep) > moved_max);
}

/* P(at least k of n) where each has the chance p. */
static double chance_of(double k, double n, double p)
{
	double term = exp(n * log1p(-p)), below = 0;

	for (double i = 0; i < k; i++) {
		below += term;
		term *= (n - i) / (i + 1) * p / (1 - p);
	}
	return fmax(0, 1 - below);
}

/* More than the 2 % allow, and not by chance. */
static bool passes_too_often(const struct gate_tally *t)
{
	return t->calm > passing_max * t->windows &&
	       chance_of(t->calm, t->windows, passing_max) < .01;
}

/* An idle machine of which little is accepted has company already: nothing can be compared. */
static bool idle_enough(struct selftest *t, const char *name, const struct turns *turns)
{
	if (turns->seen[IDLE][TRIAL_NULL].tally.calm >= ENOUGH)
		return true;
	selftest_check(t, name, CHECK_SKIPPED,
		       "unavailable: only %.0f of %.0f windows were calm before anything was "
		       "started",
		       turns->seen[IDLE][TRIAL_NULL].tally.calm,
		       turns->seen[IDLE][TRIAL_NULL].tally.windows);
	return false;
}

/* Windows between two turns of the other process are calm; those that it stopped in the middle are
 * accepted too, and it is the median over windows that must not see them. */
static void check_same_cpu(struct selftest *s, struct turns *t, int cpu)
{
	static const char name[] = "gate, busy CPU";
	const struct trial_seen *null = &t->seen[LOADED][TRIAL_NULL];
	char text[160];

	if (!idle_enough(s, name, t))
		return;
	put_moved(t, text, sizeof text);
	selftest_check(s, name, holds_still(t) ? CHECK_OK : CHECK_FAILED,
		       "a process on the same CPU %d: %.0f %% of %.0f windows accepted (idle %.0f "
		       "%%), %.1f %% of them stopped in their middle; %s",
		       cpu, accepted(t, LOADED), null->tally.windows, accepted(t, IDLE),
		       null->n ? 100. * (double)null->stretched / (double)null->n : 0, text);
}

static void check_bandwidth(struct selftest *s, struct turns *t, const struct load_wish *load,
			    int cpu)
{
	static const char name[] = "gate, memory bandwidth";
	const struct trial_seen *null = &t->seen[LOADED][TRIAL_NULL];
	bool felt = !passes_too_often(&null->tally), still = holds_still(t);
	char text[160], size[32];

	if (!idle_enough(s, name, t))
		return;
	put_moved(t, text, sizeof text);
	selftest_check(s, name, felt || still ? CHECK_OK : CHECK_SKIPPED,
		       "CPU %s copying through 2 x %s: %.0f %% of %.0f windows on CPU %d accepted "
		       "(idle %.0f %%); %s%s",
		       load->cpus, machine_bytes((double)load->bytes, size, sizeof size),
		       accepted(t, LOADED), null->tally.windows, cpu, accepted(t, IDLE), text,
		       felt    ? ""
		       : still ? "; the canaries do not feel it, and neither does what is measured"
			       : "; not judged: the canaries do not feel it, and the gate does not "
				 "protect from it");
}

/* What was known of the other CPU while it was busy. */
struct neighbour {
	struct turns sibling, other; /* rounds in which it shared the core; the rest */
	struct calm_spot last;
	bool guest;
};

/* Does the other CPU share a core with ours? Off guests the topology knows. In a guest it is what
 * the host says from second to second: then the cache-line time says in which of the machine's
 * relations the two are, and the history, whether adds are halved in that one. */
static bool shares_core(const struct trial *t, const struct calm_spot *pair)
{
	const struct planned *p = &t->cell[TRIAL_NULL];
	const struct canary_reference *alone = reference_find(&t->reference, p, 0, "");

	if (!t->reference.guest)
		return !strcmp(pair->station.like->place.relation, "smt");
	return pair->same == pair->windows && alone && pair->reference[0] &&
	       pair->reference[0]->adds_per_cycle < core_shared * alone->adds_per_cycle;
}

static int round_beside(struct trial *t, const struct load_wish *spin, struct neighbour *n,
			struct why *w)
{
	struct turns turns = { .rounds = 0 };
	struct calm_spot before;
	int err = trial_relation(t, &before, w);

	if (!err)
		err = turn(t, spin, &turns, w);
	if (!err)
		err = trial_relation(t, &n->last, w);
	bool shared = !err && shares_core(t, &before) && shares_core(t, &n->last);
	if (!err && turns_add(shared ? &n->sibling : &n->other, &turns))
		err = fail(w, ENOMEM, "what the gate saw");
	turns_forget(&turns);
	return err;
}

static void tell_sibling(struct selftest *s, struct turns *t, const struct place *p)
{
	static const char name[] = "gate, busy sibling";
	const struct gate_tally *null = &t->seen[LOADED][TRIAL_NULL].tally;
	char text[160];

	if (!idle_enough(s, name, t))
		return;
	put_moved(t, text, sizeof text);
	selftest_check(s, name, passes_too_often(null) ? CHECK_FAILED : CHECK_OK,
		       "CPU %d, with the other thread of its core busy: both canaries passed in "
		       "%.1f %% of %.0f windows (idle %.0f %%; at most 2 %% are allowed); %s",
		       p->os[0], accepted(t, LOADED), null->windows, accepted(t, IDLE), text);
}

/* There was no sibling. What a busy neighbour of another kind does is worth a line all the same. */
static void tell_other(struct selftest *s, struct neighbour *n, const struct place *p)
{
	struct turns *t = &n->other;
	char text[160];

	put_moved(t, text, sizeof text);
	selftest_check(s, "gate, busy sibling", CHECK_SKIPPED,
		       "unavailable: CPUs %d and %d are not two threads of one core now (%s, %.0f "
		       "ns one way); with CPU %d busy %.0f %% of %.0f windows on CPU %d accepted "
		       "(idle %.0f %%); %s",
		       p->os[0], p->os[1], n->last.relation, n->last.line_ns, p->os[1],
		       accepted(t, LOADED), t->seen[LOADED][TRIAL_NULL].tally.windows, p->os[0],
		       accepted(t, IDLE), text);
}

static int check_neighbour(struct selftest *s, struct trial *t, struct why *w)
{
	struct neighbour n = { .guest = t->reference.guest };
	struct place smt, usual = t->pair.place;
	struct load_wish spin = { .load = LOAD_SPIN };
	int err = 0;

	/* `auto` avoids the sibling where the topology shows one. */
	if (!n.guest && !place_find(t->topology, "smt", &smt, &(struct why){ 0 }))
		trial_move(t, &smt);
	spin.cpus = t->pair.place.cpus[1];
	for (int i = 0; i < ROUNDS && !err; i++)
		err = round_beside(t, &spin, &n, w);
	if (!err && n.sibling.rounds)
		tell_sibling(s, &n.sibling, &t->pair.place);
	else if (!err)
		tell_other(s, &n, &t->pair.place);
	trial_move(t, &usual);
	turns_forget(&n.sibling);
	turns_forget(&n.other);
	return err;
}

/* Past the last cache, four times; never so much that memory runs short. */
static size_t stream_bytes(const struct trial *t)
{
	struct machine m = topology_machine(t->topology);
	double bytes = 64 << 20, unused = (double)machine_meminfo("MemAvailable:");

	for (int level = 0; level < CACHE_LEVELS; level++)
		bytes = fmax(bytes, 4. * (double)m.cache[level].largest);
	return (size_t)fmin(bytes, fmax(unused / 8, 1 << 20));
}

static int take_turns(struct trial *t, const struct load_wish *load, struct turns *turns,
		      struct why *w)
{
	int err = 0;

	for (int i = 0; i < ROUNDS && !err; i++)
		err = turn(t, load, turns, w);
	return err;
}

static int check_loads(struct selftest *s, struct trial *t, struct why *w)
{
	const struct place *p = &t->cell[TRIAL_NULL].place;
	struct load_wish spin = { .load = LOAD_SPIN, .cpus = p->cpus[0] };
	struct load_wish stream = { LOAD_STREAM, p->cpus[1], stream_bytes(t) };
	struct turns turns = { .rounds = 0 };
	int err = take_turns(t, &spin, &turns, w);

	if (!err)
		check_same_cpu(s, &turns, p->os[0]);
	turns_forget(&turns);
	if (!err && p->os[0] == p->os[1]) {
		selftest_check(s, "gate, busy sibling", CHECK_SKIPPED, "unavailable: one CPU only");
		return 0;
	}
	if (!err)
		err = check_neighbour(s, t, w);
	if (!err)
		err = take_turns(t, &stream, &turns, w);
	if (!err)
		check_bandwidth(s, &turns, &stream, p->os[0]);
	turns_forget(&turns);
	return err;
}

/* `null` against itself, and against work that its windows leave behind. */
static int check_bias(struct selftest *s, struct trial *t, struct why *w)
{
	static const char name[] = "gate_biased";
	struct trial_seen null = { .n = 0 }, again = { .n = 0 }, deferred = { .n = 0 };
	int err = 0;

	for (int i = 0; i < ROUNDS && !err; i++) {
		err = trial_run(t, TRIAL_NULL, &null, w);
		if (!err)
			err = trial_run(t, TRIAL_DEFERRED, &deferred, w);
		if (!err)
			err = trial_run(t, TRIAL_NULL, &again, w);
	}
	bool wrong = gate_biased(&null.tally, &again.tally);
	bool found = gate_biased(&deferred.tally, &null.tally);
	if (!err && (null.tally.calm < ENOUGH || deferred.tally.passed_before < ENOUGH))
		selftest_check(s, name, CHECK_SKIPPED,
			       "unavailable: only %.0f of %.0f windows of null were calm",
			       null.tally.calm, null.tally.windows);
	else if (!err)
		selftest_check(
			s, name, wrong || !found ? CHECK_FAILED : CHECK_OK,
			"after a calm start %.0f %% of null's windows fail, of null again "
			"%.0f %% (%s), of one that frees memory after its end %.0f %% (%s)",
			100 * gate_after_fails(&null.tally), 100 * gate_after_fails(&again.tally),
			wrong ? "called biased" : "not biased",
			100 * gate_after_fails(&deferred.tally), found ? "biased" : "not found");
	trial_forget(&null);
	trial_forget(&again);
	trial_forget(&deferred);
	return err;
}

void selftest_gate(struct selftest *s)
{
	struct trial t;
	struct why w = { 0 };
	int err = trial_open(&t, &w);

	if (!err)
		err = check_bias(s, &t, &w);
	if (!err)
		err = check_loads(s, &t, &w);
	if (err)
		selftest_check(s, "gate", err == CANNOT ? CHECK_SKIPPED : CHECK_FAILED, "%s%s",
			       err == CANNOT ? "unavailable: " : "", w.text);
	trial_close(&t);
}
