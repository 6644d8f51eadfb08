/* SPDX-License-Identifier: MIT */
/* Two runs of one cell. Logarithms are taken once, here; everything under it adds and subtracts. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyse/bootstrap.h"
#include "analyse/compare.h"
#include "analyse/quantile.h"
#include "analyse/ranksum.h"
#include "analyse/shift.h"
#include "analyse/spread.h"

double compare_spread_limit(size_t n, size_t m)
{
	size_t fewer = n < m ? n : m;

	if (fewer < 10)
		return INFINITY;
	return fewer < 20 ? 3 - (double)(fewer - 10) / 10 : 2;
}

/* scratch has room for the larger side. A side whose deviation is 0 differs from one whose is not
 * by more than any ratio. */
static bool spreads_differ(const struct side *base, const struct side *new, double *scratch)
{
	double a = spread_mad(base->v, base->n, scratch), b = spread_mad(new->v, new->n, scratch);

	return fmax(a, b) > compare_spread_limit(base->n, new->n) * fmin(a, b);
}

static int by_shift(const struct side *base, const struct side *new, struct comparison *c,
		    struct why *w)
{
	int err = ranksum_p(base, new, &c->p, w);

	c->method = METHOD_SHIFT;
	c->least_p = ranksum_least_p(base->n, new->n);
	return err ? err : shift_estimate(base, new, &c->log, w);
}

static int by_medians(const struct side *base, const struct side *new, struct comparison *c,
		      struct why *w)
{
	struct bootstrap b;
	int err = bootstrap_medians(base, new, &b, w);

	if (err)
		return err;
	*c = (struct comparison){
		.method = METHOD_MEDIANS,
		.log = b.difference,
		.p = b.p,
		.least_p = 2. / (BOOTSTRAP_RESAMPLES + 1),
		.collapsed = b.collapsed,
	};
	return 0;
}

static int logarithms(const struct values *from, double *to, struct why *w)
{
	if (from->n == 0)
		return fail(w, EDOM, "a comparison with no values");
	for (size_t i = 0; i < from->n; i++) {
		if (!(from->v[i] > 0))
			return fail(w, EDOM, "a ratio with the value %g", from->v[i]);
		to[i] = log(from->v[i]);
	}
	quantile_sort(to, from->n);
	return 0;
}

int compare_runs(const struct values *base, const struct values *new, struct comparison *c,
		 struct why *w)
{
	size_t n = base->n + new->n;
	double *logs = malloc((2 * n + 1) * sizeof *logs);

	*c = (struct comparison){ 0 };
	if (!logs)
		return fail(w, ENOMEM, "logarithms of %zu values", n);
	int err = logarithms(base, logs, w);
	if (!err)
		err = logarithms(new, logs + base->n, w);
	if (!err) {
		struct side old = { logs, base->n }, now = { logs + base->n, new->n };

		err = spreads_differ(&old, &now, logs + n) ? by_medians(&old, &now, c, w)
							   : by_shift(&old, &now, c, w);
	}
	free(logs);
	return err;
}

const char *compare_method(enum method m)
{
	static const char *const name[] = {
		[METHOD_SHIFT] = "hodges-lehmann",
		[METHOD_MEDIANS] = "bootstrap",
		[METHOD_PAIRED] = "paired",
	};

	return name[m];
}
