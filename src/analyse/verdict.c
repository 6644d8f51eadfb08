/* SPDX-License-Identifier: MIT */
/* From intervals to words. Everything is decided on the log scale, where [1/(1+delta), 1+delta] is
 * symmetric, for "more"; which word that is comes last. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyse/ranksum.h"
#include "analyse/verdict.h"

enum change { CHANGE_LESS = -1, CHANGE_NONE = 0, CHANGE_MORE = 1 };

static struct judgement inconclusive(enum reason why)
{
	return (struct judgement){ VERDICT_INCONCLUSIVE, why };
}

static struct judgement changed(const struct verdict_input *in, enum change c, bool by_more)
{
	if ((c == CHANGE_MORE) == in->more_is_better)
		return (struct judgement){ by_more ? VERDICT_FASTER_BY_MORE : VERDICT_FASTER,
					   REASON_NONE };
	return (struct judgement){ by_more ? VERDICT_SLOWER_BY_MORE : VERDICT_SLOWER, REASON_NONE };
}

struct judgement verdict_of(const struct verdict_input *in)
{
	double limit = log1p(in->delta), low = in->log.low, high = in->log.high;
	enum change c = low > 0 ? CHANGE_MORE : high < 0 ? CHANGE_LESS : CHANGE_NONE;
	double least = c == CHANGE_LESS ? -high : low; /* distance of the nearer end */

	if (isnan(in->log.value))
		return (struct judgement){ VERDICT_NONE, REASON_NONE };
	if (isnan(low) || isnan(high))
		return inconclusive(REASON_TOO_FEW);
	if (low >= -limit && high <= limit)
		return (struct judgement){ VERDICT_SAME, REASON_NONE };
	if (c == CHANGE_NONE)
		return inconclusive(REASON_TOO_WIDE);
	if (fabs(in->log.value) <= limit)
		return inconclusive(REASON_SMALL_CHANGE);
	/* No word without a significant p, or Holm would protect nothing. */
	if (in->least_p >= VERDICT_ALPHA)
		return inconclusive(REASON_TOO_FEW);
	if (!(in->p < VERDICT_ALPHA))
		return inconclusive(REASON_TOO_WIDE);
	return changed(in, c, least > limit);
}

const char *verdict_word(enum verdict v)
{
	static const char *const word[] = {
		[VERDICT_NONE] = "",
		[VERDICT_FASTER_BY_MORE] = "faster by more than delta",
		[VERDICT_FASTER] = "faster",
		[VERDICT_SAME] = "same",
		[VERDICT_SLOWER] = "slower",
		[VERDICT_SLOWER_BY_MORE] = "slower by more than delta",
		[VERDICT_INCONCLUSIVE] = "inconclusive",
	};

	return word[v];
}

const char *verdict_column(enum verdict v)
{
	if (v == VERDICT_FASTER_BY_MORE)
		v = VERDICT_FASTER;
	if (v == VERDICT_SLOWER_BY_MORE)
		v = VERDICT_SLOWER;
	return verdict_word(v);
}

const char *verdict_reason(enum reason r)
{
	static const char *const word[] = {
		[REASON_NONE] = "",
		[REASON_SMALL_CHANGE] = "small_change",
		[REASON_TOO_WIDE] = "too_wide",
		[REASON_TOO_FEW] = "too_few",
		[REASON_MACHINE_STATE] = "machine_state",
		[REASON_ENVIRONMENT] = "env",
	};

	return word[r];
}

struct tested {
	double p;
	size_t row;
};

static int ascending(const void *left, const void *right)
{
	double a = ((const struct tested *)left)->p, b = ((const struct tested *)right)->p;

	return (a > b) - (a < b);
}

int verdict_holm(const double *p, double *adjusted, size_t n, struct why *w)
{
	struct tested *row = malloc((n + 1) * sizeof *row);
	size_t tests = 0;
	double surer = 0;

	if (!row)
		return fail(w, ENOMEM, "p of %zu rows", n);
	for (size_t i = 0; i < n; i++) {
		adjusted[i] = p[i];
		if (!isnan(p[i]))
			row[tests++] = (struct tested){ p[i], i };
	}
	qsort(row, tests, sizeof *row, ascending);
	for (size_t i = 0; i < tests; i++) {
		/* Never below the one before: a row cannot be surer than a surer row. */
		surer = fmax(surer, fmin(1, (double)(tests - i) * row[i].p));
		adjusted[row[i].row] = surer;
	}
	free(row);
	return 0;
}

size_t verdict_values_needed(size_t rows)
{
	size_t n = 1;

	while (ranksum_least_p(n, n) * (double)rows >= VERDICT_ALPHA)
		n++;
	return n;
}

size_t verdict_values_to_tell(struct estimate log, size_t values, double delta)
{
	double times =
		(log.high - log.low) / log1p(delta); /* half of the one by half of the other */

	return times > 1 ? (size_t)ceil((double)values * times * times) : values;
}
