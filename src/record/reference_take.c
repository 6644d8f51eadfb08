/* SPDX-License-Identifier: MIT */
/* Readings: of the cache, taken before the first block, and of the run itself. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "analyse/quantile.h"
#include "record/reference.h"

/* How much the chain's clock may differ from what the history has seen. A CPU that boosts moves
 * over several per cent within a minute: then all of that is seen. */
static const double chain_moved = .01;

enum { ROUNDS = 5, SEEN_MAX = 8192 };

/* What a rate of the clock that was seen most weighs: a run is longer than what is read before it. */
static const double few_readings = 1, of_a_run = 3;

struct intake {
	struct reference *reference;
	struct station station[REFERENCE_STATIONS];
	bool invalid[REFERENCE_STATIONS];
	size_t n;
	size_t now; /* the station being read */
};

static struct canary_kind kind_of(const struct reference *r, const struct planned *p, int role,
				  int active)
{
	struct canary_kind k = { .core = p->place.kind[role], .roles = active };

	if (active == 2 && !r->guest)
		snprintf(k.relation, sizeof k.relation, "%s", p->place.relation);
	return k;
}

static struct batch *seen_of(struct reference *r, const struct canary_kind *k)
{
	for (size_t i = 0; i < r->kinds; i++)
		if (canary_kind_same(&r->seen[i].kind, k))
			return &r->seen[i];
	struct batch *grown = realloc(r->seen, (r->kinds + 1) * sizeof *grown);
	if (!grown)
		return NULL;
	r->seen = grown;
	r->seen[r->kinds] = (struct batch){ .kind = *k };
	return &r->seen[r->kinds++];
}

/* A canary whose loop took no time, or none at all, says nothing. */
static bool readable(const struct canary_reading *x, int roles)
{
	return isfinite(x->adds_per_cycle) && isfinite(x->chain_ghz) && x->adds_per_cycle > 0 &&
	       x->chain_ghz > 0 && (roles == 1 ? x->mapping_cycles : x->line_ns) > 0;
}

/* Every second one goes: a long run keeps few of its beginning, and memory has a bound. */
static void halve(struct batch *b)
{
	for (size_t i = 0; i < b->n / 2; i++)
		b->reading[i] = b->reading[2 * i];
	b->n /= 2;
}

/* Its loops, and what was read beside them. */
static int add_end(struct batch *b, const struct canary *c, struct canary_reading x)
{
	x.adds_per_cycle = c->adds_per_cycle;
	x.chain_ghz = c->chain_ghz;
	if (!readable(&x, b->kind.roles))
		return 0;
	if (!b->reading)
		b->reading = malloc(SEEN_MAX * sizeof *b->reading);
	if (!b->reading)
		return -ENOMEM;
	if (b->n == SEEN_MAX)
		halve(b);
	b->reading[b->n++] = x;
	return 0;
}

static int add_role(struct reference *r, const struct planned *p, const struct outcome *out,
		    int role, int active)
{
	struct canary_kind k = kind_of(r, p, role, active);
	struct batch *b = seen_of(r, &k);
	int err = b ? 0 : -ENOMEM;

	for (uint64_t i = 0; i < out->windows && !err; i++) {
		const struct window *w = &out->window[i];
		struct canary_reading x = { .line_ns = NAN,
					    .pair = NAN,
					    .cpu = p->place.os[role],
					    .mapping_cycles = out->mapping_cycles };

		if (active == 2) {
			x.line_ns = w->line_before;
			x.pair = canary_pair(p->place.os[0], p->place.os[1]);
		}
		err = add_end(b, &w->before[role], x);
		if (active == 2)
			x.line_ns = w->line_after;
		if (!err)
			err = add_end(b, &w->after[role], x);
	}
	return err;
}

int reference_add(struct reference *r, const struct planned *p, const struct outcome *out)
{
	int err = 0;

	for (int role = 0; role < p->cell.part->roles && !err; role++)
		err = add_role(r, p, out, role, reference_active(p));
	return err;
}

static int take(void *arg, const struct outcome *out, struct why *w)
{
	struct intake *in = arg;
	const struct station *s = &in->station[in->now];

	for (int role = 0; role < s->roles; role++)
		if (add_role(in->reference, s->like, out, role, s->roles))
			return fail(w, ENOMEM, "the canaries' readings");
	return 0;
}

static bool station_serves(const struct reference *r, const struct station *s,
			   const struct planned *c)
{
	int active = reference_active(c);
	bool serves = s->roles == active;

	for (int role = 0; role < active && serves; role++) {
		struct canary_kind a = kind_of(r, c, role, active);
		struct canary_kind b = kind_of(r, s->like, role, active);

		serves = canary_kind_same(&a, &b);
	}
	return serves;
}

size_t reference_stations(const struct reference *r, const struct plan *p,
			  struct station station[REFERENCE_STATIONS])
{
	size_t n = 0;

	for (size_t i = 0; i < p->n && n < REFERENCE_STATIONS; i++) {
		const struct planned *c = &p->cells[i];
		bool known = c->status;

		for (size_t k = 0; k < n && !known; k++)
			known = station_serves(r, &station[k], c);
		if (!known)
			station[n++] = (struct station){ .like = c, .roles = reference_active(c) };
	}
	return n;
}

/* What was seen goes to the history, now and not as it comes: a batch is a run's. */
static int settle(struct reference *r, double weight)
{
	int err = 0;

	for (size_t i = 0; i < r->kinds && !err; i++) {
		r->seen[i].taken = (int64_t)time(NULL);
		if (r->seen[i].n)
			err = reference_see_clocks(&r->history, &r->seen[i], weight);
		if (r->seen[i].n && !err)
			err = history_add(&r->history, &r->seen[i]);
	}
	for (size_t i = 0; i < r->kinds; i++)
		free(r->seen[i].reading);
	r->kinds = 0;
	return err;
}

static double *chains(const struct batch *b, size_t n)
{
	double *v = calloc(n + 1, sizeof *v);

	for (size_t i = 0; v && i < n; i++)
		v[i] = b->reading[i].chain_ghz;
	if (v)
		quantile_sort(v, n);
	return v;
}

/* The chain's clock in the history of a kind: 1 % to 99 %. Returns how many readings it has. */
static size_t chain_range(const struct history *h, const struct canary_kind *k, double range[2])
{
	size_t total = 0;

	range[0] = INFINITY;
	range[1] = 0;
	for (size_t i = 0; i < h->n; i++) {
		const struct batch *b = &h->batch[i];
		double *v = canary_kind_same(&b->kind, k) ? chains(b, b->n) : NULL;

		if (!v)
			continue;
		range[0] = fmin(range[0], quantile_of(v, b->n, .01));
		range[1] = fmax(range[1], quantile_of(v, b->n, .99));
		total += b->n;
		free(v);
	}
	return total;
}

/* Is the history of a kind good for the clock that the CPUs have now? */
static bool valid(struct reference *r, const struct canary_kind *k)
{
	const struct batch *now = seen_of(r, k);
	double range[2], *v = now ? chains(now, now->n) : NULL;
	double clock = v ? quantile_median(v, now->n) : NAN;

	free(v);
	return chain_range(&r->history, k, range) >= GATE_READINGS &&
	       clock >= range[0] * (1 - chain_moved) && clock <= range[1] * (1 + chain_moved);
}

static void judge_stations(struct intake *in)
{
	for (size_t i = 0; i < in->n; i++)
		for (int role = 0; role < in->station[i].roles; role++) {
			struct canary_kind k = kind_of(in->reference, in->station[i].like, role,
						       in->station[i].roles);

			if (valid(in->reference, &k))
				continue;
			in->invalid[i] = true;
			in->reference->fresh = true;
			history_forget(&in->reference->history, &k);
		}
}

static void sleep_until(uint64_t end)
{
	uint64_t now = clock_ns();
	struct timespec left = { .tv_sec = (time_t)((end - now) / 1000000000u),
				 .tv_nsec = (long)((end - now) % 1000000000u) };

	if (now < end)
		nanosleep(&left, NULL);
}

/* One worker at each station, of those that need it: every worker gives 40 readings or more. */
static int read_stations(struct intake *in, const struct reference_wish *wish, bool all,
			 struct why *w)
{
	int err = 0;

	for (in->now = 0; in->now < in->n && !err; in->now++)
		if (all || in->invalid[in->now])
			err = calibrate(wish->measurement, &in->station[in->now], take, in, w);
	return err;
}

static int calibrate_all(struct intake *in, const struct reference_wish *wish, struct why *w)
{
	uint64_t start = clock_ns();
	int err = read_stations(in, wish, true, w);

	if (err)
		return err;
	judge_stations(in);
	for (unsigned round = 1; in->reference->fresh && round < ROUNDS && !err; round++) {
		sleep_until(start + round * wish->spread_ns / ROUNDS);
		err = read_stations(in, wish, false, w);
	}
	return err;
}

int reference_open(struct reference *r, const struct reference_wish *wish, struct why *warning,
		   struct why *w)
{
	struct intake in = { .reference = r };

	*r = (struct reference){ .guest = wish->guest, .given = wish->given };
	if (history_open(&r->history, wish->cache, wish->model, (int64_t)time(NULL), warning))
		return fail(w, ENOMEM, "the canaries' history");
	in.n = reference_stations(r, wish->plan, in.station);
	int err = calibrate_all(&in, wish, w);
	if (err)
		return err;
	if (settle(r, few_readings) || reference_derive(r))
		return fail(w, ENOMEM, "the canaries' reference");
	return 0;
}

int reference_save(struct reference *r, struct why *w)
{
	return settle(r, of_a_run) || reference_settle(r) ? fail(w, ENOMEM, "the canaries' history")
							  : history_save(&r->history, w);
}

void reference_close(struct reference *r)
{
	for (size_t i = 0; i < r->kinds; i++)
		free(r->seen[i].reading);
	free(r->seen);
	free(r->entry);
	history_close(&r->history);
	*r = (struct reference){ .n = 0 };
}
