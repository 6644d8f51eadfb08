/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>
#include "analyse/quantile.h"
#include "analyse/stop.h"
#include "analyse/trend.h"

static const double rows_met = .95, drift_p = .01;

unsigned stop_next(const struct looks *l, unsigned after)
{
	static const unsigned looks[] = { 10, 15, 20, 30 };

	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		if (looks[i] > after && looks[i] >= l->least && looks[i] <= l->most)
			return looks[i];
	return 0;
}

struct estimate stop_estimate(const struct stop_row *row, size_t look, double *scratch)
{
	bool few = row->n < look;
	size_t n = few ? row->n : look;
	struct ranks ranks = few ? interval_ranks(n, INTERVAL_CONFIDENCE) : interval_look_ranks(n);

	memcpy(scratch, row->v, n * sizeof *scratch);
	quantile_sort(scratch, n);
	return interval_widen(interval_median(scratch, n, ranks), row->resolution);
}

double stop_half_width(struct estimate e)
{
	return (e.high - e.low) / 2 / e.value;
}

int stop_settled(const struct stop_rows *rows, const struct stop_rule *rule, bool *settled,
		 struct why *w)
{
	size_t met = 0;
	bool drifts = false;

	for (size_t i = 0; i < rows->n && !drifts; i++) {
		const struct stop_row *row = &rows->row[i];
		size_t used = row->n < rule->look ? row->n : rule->look;
		struct estimate e = stop_estimate(row, rule->look, rows->scratch);
		double p;
		int err = trend_p(row->v, used, &p, w);

		if (err)
			return err;
		met += used == rule->look && stop_half_width(e) <= rule->precision;
		drifts = p < drift_p / (double)rows->n;
	}
	*settled = !drifts && (double)met >= rows_met * (double)rows->n;
	return 0;
}
