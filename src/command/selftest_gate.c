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
#include "command/gate_beside.h"
#include "command/gate_turns.h"
#include "command/selftest.h"
#include "record/machine.h"

enum { ENOUGH = 60, ENOUGH_FOR_BIAS = 30, BESIDE_RUNS = 100 };

/* Too far, and slower in every round: who shares a CPU makes nothing faster, and where it was, the idle
 * rounds had company. */
static bool moved(struct turns *t, enum trial_cell c)
{
	struct off o = turns_off(t, c);

	return o.median > TURNS_STILL && o.least > 0;
}

static bool is_still(struct turns *t, enum trial_cell c)
{
	return !(fabs(turns_off(t, c).median) > TURNS_STILL);
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

/* Windows between two turns of the other process are calm; those that it stopped are not, although the
 * canaries at their ends see nothing of it. */
static void check_same_cpu(struct selftest *s, struct turns *t, int cpu)
{
	static const char name[] = "gate, busy CPU";
	char text[200];

	if (!idle_enough(s, name, t))
		return;
	turns_text(t, text, sizeof text);
	bool still = !moved(t, TRIAL_ATTACH) && !moved(t, TRIAL_TOUCH);
	selftest_check(s, name, still ? CHECK_OK : CHECK_FAILED,
		       "a process on the same CPU %d: %.0f %% of %.0f windows accepted (idle %.0f "
		       "%%); %s",
		       cpu, turns_accepted(t, LOADED), t->seen[LOADED][TRIAL_NULL].tally.windows,
		       turns_accepted(t, IDLE), text);
}

static void check_bandwidth(struct selftest *s, struct turns *t, const struct load_wish *load,
			    int cpu)
{
	static const char name[] = "gate, memory bandwidth";
	const struct trial_seen *null = &t->seen[LOADED][TRIAL_NULL];
	bool felt = !turns_pass_too_often(&null->tally);
	bool still = is_still(t, TRIAL_ATTACH) && is_still(t, TRIAL_TOUCH);
	char text[200], size[32];

	if (!idle_enough(s, name, t))
		return;
	turns_text(t, text, sizeof text);
	selftest_check(s, name, felt || still ? CHECK_OK : CHECK_SKIPPED,
		       "CPU %s copying through 2 x %s: %.0f %% of %.0f windows on CPU %d accepted "
		       "(idle %.0f %%); %s%s",
		       load->cpus, machine_bytes((double)load->bytes, size, sizeof size),
		       turns_accepted(t, LOADED), null->tally.windows, cpu, turns_accepted(t, IDLE),
		       text,
		       felt    ? ""
		       : still ? "; the canaries do not feel it, and what is measured hardly does"
			       : "; not judged: the canaries do not feel it, and the gate does not "
				 "protect from it");
}

/* What was known of the other CPU while it was busy. */
struct neighbour {
	struct turns sibling, other; /* rounds in which it shared the core; the rest */
	struct calm_spot last;
	bool guest;
};

/* Nine windows in ten say the same. */
static bool shares_core(const struct trial *t, const struct calm_spot *pair)
{
	return 10 * pair->same >= 9 * pair->windows && beside_shares_core(t, pair->relation);
}

static int round_beside(struct trial *t, const struct load_wish *spin, struct neighbour *n,
			struct why *w)
{
	struct turns turns = { .rounds = 0 };
	struct calm_spot before;
	int err = trial_relation(t, &before, w);

	if (!err)
		err = turns_round(t, spin, &turns, w);
	if (!err)
		err = trial_relation(t, &n->last, w);
	bool shared = !err && shares_core(t, &before) && shares_core(t, &n->last);
	if (!err && turns_add(shared ? &n->sibling : &n->other, &turns))
		err = fail(w, ENOMEM, "what the gate saw");
	turns_forget(&turns);
	return err;
}

static const char sibling_name[] = "gate, busy sibling";

static void tell_sibling(struct selftest *s, struct turns *t, const struct place *p)
{
	const struct gate_tally *null = &t->seen[LOADED][TRIAL_NULL].tally;
	char text[200];

	if (!idle_enough(s, sibling_name, t))
		return;
	turns_text(t, text, sizeof text);
	selftest_check(s, sibling_name, turns_pass_too_often(null) ? CHECK_FAILED : CHECK_OK,
		       "CPU %d, with the other thread of its core busy: both canaries passed in "
		       "%.1f %% of %.0f windows (idle %.0f %%; at most 2 %% are allowed); %s",
		       p->os[0], turns_accepted(t, LOADED), null->windows, turns_accepted(t, IDLE),
		       text);
}

/* Windows of a few ms find a sibling that is one for less than a round. NULL: not often enough. */
static const struct beside *sibling_of(const struct trial *t, const struct besides *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->in[i].tally.windows >= ENOUGH && beside_shares_core(t, b->in[i].relation))
			return &b->in[i];
	return NULL;
}

static void tell_windows(struct selftest *s, const struct beside *b, const struct place *p)
{
	selftest_check(s, sibling_name, turns_pass_too_often(&b->tally) ? CHECK_FAILED : CHECK_OK,
		       "CPU %d, in windows in which CPU %d was the other thread of its core (%s, "
		       "%.0f ns one way) and as busy: both canaries passed in %.1f %% of %.0f (at "
		       "most 2 %% are allowed)",
		       p->os[0], p->os[1], b->relation, b->line_ns,
		       100 * b->tally.calm / b->tally.windows, b->tally.windows);
}

/* There was no sibling. What a busy neighbour of another kind does is worth a line all the same. */
static void tell_other(struct selftest *s, struct neighbour *n, const struct besides *b,
		       const struct place *p)
{
	struct turns *t = &n->other;
	char text[200], windows[64] = "";

	turns_text(t, text, sizeof text);
	if (b->windows > 0)
		snprintf(windows, sizeof windows, ", nor often enough in %.0f windows", b->windows);
	selftest_check(s, sibling_name, CHECK_SKIPPED,
		       "unavailable: CPUs %d and %d are not two threads of one core now (%s, %.0f "
		       "ns one way)%s; with CPU %d busy %.0f %% of %.0f windows on CPU %d accepted "
		       "(idle %.0f %%); %s",
		       p->os[0], p->os[1], n->last.relation, n->last.line_ns, windows, p->os[1],
		       turns_accepted(t, LOADED), t->seen[LOADED][TRIAL_NULL].tally.windows,
		       p->os[0], turns_accepted(t, IDLE), text);
}

static int check_windows(struct selftest *s, struct trial *t, struct neighbour *n, struct why *w)
{
	struct besides b = { .n = 0 };
	const struct beside *sibling = NULL;
	int err = 0;

	for (int i = 0; n->guest && i < BESIDE_RUNS && !sibling && !err; i++) {
		err = beside_run(t, &b, w);
		sibling = sibling_of(t, &b);
	}
	if (sibling && !err)
		tell_windows(s, sibling, &t->pair.place);
	else if (!err)
		tell_other(s, n, &b, &t->pair.place);
	return err;
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
	for (int i = 0; i < TURNS_ROUNDS && !err; i++)
		err = round_beside(t, &spin, &n, w);
	if (!err && n.sibling.rounds)
		tell_sibling(s, &n.sibling, &t->pair.place);
	else if (!err)
		err = check_windows(s, t, &n, w);
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

static int check_loads(struct selftest *s, struct trial *t, struct why *w)
{
	const struct place *p = &t->cell[TRIAL_NULL].place;
	struct load_wish spin = { .load = LOAD_SPIN, .cpus = p->cpus[0] };
	struct load_wish stream = { LOAD_STREAM, p->cpus[1], stream_bytes(t) };
	struct turns turns = { .rounds = 0 };
	int err = turns_take(t, &spin, &turns, w);

	if (!err)
		check_same_cpu(s, &turns, p->os[0]);
	turns_forget(&turns);
	if (!err && p->os[0] == p->os[1]) {
		selftest_check(s, sibling_name, CHECK_SKIPPED, "unavailable: one CPU only");
		return 0;
	}
	if (!err)
		err = check_neighbour(s, t, w);
	if (!err)
		err = turns_take(t, &stream, &turns, w);
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

	for (int i = 0; i < TURNS_ROUNDS && !err; i++) {
		err = trial_run(t, TRIAL_NULL, &null, w);
		if (!err)
			err = trial_run(t, TRIAL_DEFERRED, &deferred, w);
		if (!err)
			err = trial_run(t, TRIAL_NULL, &again, w);
	}
	bool wrong = gate_biased(&null.tally, &again.tally);
	bool found = gate_biased(&deferred.tally, &null.tally);
	if (!err &&
	    (null.tally.calm < ENOUGH_FOR_BIAS || deferred.tally.passed_before < ENOUGH_FOR_BIAS))
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
