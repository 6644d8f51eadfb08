/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include "analyse/gate.h"
#include "analyse/quantile.h"
#include "command/gate_turns.h"

enum { REPEATS = 2 };

void turns_forget(struct turns *t)
{
	for (int i = 0; i < CONDITIONS; i++)
		for (int c = 0; c < TURNS_CELLS; c++)
			trial_forget(&t->seen[i][c]);
	*t = (struct turns){ .rounds = 0 };
}

/* The host's clock moves from second to second: only neighbours are compared. */
int turns_add(struct turns *to, struct turns *from)
{
	int err = 0;

	for (int c = 0; c < TURNS_CELLS && !err; c++) {
		struct trial_seen *idle = &from->seen[IDLE][c], *loaded = &from->seen[LOADED][c];

		if (idle->n >= GATE_WINDOWS && loaded->n >= GATE_WINDOWS)
			to->off[c][to->offs[c]++] = trial_median(loaded) / trial_median(idle) - 1;
		err = trial_add(&to->seen[IDLE][c], idle);
		if (!err)
			err = trial_add(&to->seen[LOADED][c], loaded);
	}
	to->rounds++;
	return err;
}

static int run_cells(struct trial *t, struct trial_seen seen[TURNS_CELLS], struct why *w)
{
	int err = 0;

	for (int i = 0; i < REPEATS && !err; i++)
		for (int c = 0; c < TURNS_CELLS && !err; c++)
			err = trial_run(t, (enum trial_cell)c, &seen[c], w);
	return err;
}

int turns_round(struct trial *t, const struct load_wish *load, struct turns *turns, struct why *w)
{
	int err = run_cells(t, turns->seen[IDLE], w);
	pid_t pid = err ? 0 : load_start(load, w);

	if (err || pid < 0)
		return err ? err : cannot(w, "%s", w->text);
	err = run_cells(t, turns->seen[LOADED], w);
	if (!load_stop(pid) && !err)
		err = cannot(w, "the load on CPU %.40s ended by itself", load->cpus);
	return err;
}

double turns_accepted(const struct turns *t, enum condition condition)
{
	return 100 * trial_accepted(&t->seen[condition][TRIAL_NULL]);
}

struct off turns_off(struct turns *t, enum trial_cell c)
{
	size_t n = t->offs[c];

	quantile_sort(t->off[c], n);
	if (!n)
		return (struct off){ NAN, NAN, NAN };
	return (struct off){ t->off[c][0], quantile_median(t->off[c], n), t->off[c][n - 1] };
}

static size_t put_off(char *text, size_t len, const char *what, struct off o)
{
	int n = isnan(o.median) ? snprintf(text, len, "%s too few", what)
				: snprintf(text, len, "%s %+.1f %% (%+.1f to %+.1f)", what,
					   100 * o.median, 100 * o.least, 100 * o.most);

	return (size_t)n;
}

const char *turns_text(struct turns *t, char *text, size_t len)
{
	size_t n = (size_t)snprintf(text, len, "cycles of what is accepted against idle: ");

	n += put_off(text + n, len - n, "attach", turns_off(t, TRIAL_ATTACH));
	n += (size_t)snprintf(text + n, len - n, ", ");
	put_off(text + n, len - n, "first touch", turns_off(t, TRIAL_TOUCH));
	return text;
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
bool turns_pass_too_often(const struct gate_tally *t)
{
	return t->calm > TURNS_PASSING * t->windows &&
	       chance_of(t->calm, t->windows, TURNS_PASSING) < .01;
}

int turns_take(struct trial *t, const struct load_wish *load, struct turns *turns, struct why *w)
{
	int err = 0;

	for (int i = 0; i < TURNS_ROUNDS && !err; i++) {
		struct turns now = { .rounds = 0 };

		err = turns_round(t, load, &now, w);
		if (!err && turns_add(turns, &now))
			err = fail(w, ENOMEM, "what the gate saw");
		turns_forget(&now);
	}
	return err;
}
