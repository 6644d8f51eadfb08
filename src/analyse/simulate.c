/* SPDX-License-Identifier: MIT */
/* The table of a simulation, and the order of its studies. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyse/simulate_study.h"
#include "base/grow.h"

static const double standard_errors = 3;

double simulated_share(const struct simulated *r)
{
	return (double)r->hits / (double)r->trials;
}

static double binomial_error(double p, double trials)
{
	return sqrt(p * (1 - p) / trials);
}

double simulated_error(const struct simulated *r)
{
	double p = (double)(r->hits + 1) / (double)(r->trials + 2);

	return binomial_error(p, (double)r->trials);
}

bool simulated_checked(const struct simulated *r)
{
	return !isnan(r->low);
}

bool simulated_holds(const struct simulated *r)
{
	double share = simulated_share(r), trials = (double)r->trials;

	return !simulated_checked(r) ||
	       (share >= r->low - standard_errors * binomial_error(r->low, trials) &&
		share <= r->high + standard_errors * binomial_error(r->high, trials));
}

int simulate_add(struct simulation *s, const struct simulated *row, struct why *w)
{
	if (GROW(s->row, s->room, s->n + 1))
		return fail(w, ENOMEM, "%zu rows of a simulation", s->n + 1);
	s->row[s->n++] = *row;
	return 0;
}

struct random simulate_stream(struct simulation *s)
{
	struct random seeds = { .state = s->seed };
	uint64_t own = 0;

	s->streams++;
	for (uint64_t i = 0; i < s->streams; i++)
		own = random_next(&seeds);
	return (struct random){ .state = own };
}

uint64_t simulate_trials(const struct simulation *s, unsigned part)
{
	return s->repetitions > part ? s->repetitions / part : 1;
}

int simulate_all(struct simulation *s, struct why *w)
{
	static int (*const studies[])(struct simulation *, struct why *) = {
		simulate_intervals,   simulate_looks,    simulate_pairs,    simulate_flags,
		simulate_differences, simulate_verdicts, simulate_extended,
	};
	int err = 0;

	for (size_t i = 0; i < sizeof studies / sizeof *studies && !err; i++)
		err = studies[i](s, w);
	return err;
}

void simulation_free(struct simulation *s)
{
	free(s->row);
	s->row = NULL;
	s->n = s->room = 0;
}
