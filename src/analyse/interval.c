/* SPDX-License-Identifier: MIT */
/* Exact binomial tails and the order statistics between them. No factorials and no normal
 * approximation: see binomial_at_mode(). */
#include <math.h>
#include "analyse/interval.h"
#include "analyse/quantile.h"

/* Where a walk over the terms of a binomial distribution is. Weights are relative to the largest
 * term: no power of q underflows, whatever n. */
struct binomial {
	double n, odds; /* odds = q / (1 - q) */
	double x, weight;
};

/* Terms this small change no sum of doubles. */
#define NEGLIGIBLE 1e-40

static struct binomial binomial_at_mode(size_t n, double q)
{
	return (struct binomial){
		.n = (double)n,
		.odds = q / (1 - q),
		.x = fmin((double)n, floor((double)(n + 1) * q)),
		.weight = 1,
	};
}

/* The ratio of neighbours, P(x+1) / P(x) = (n - x) / (x + 1) * odds, instead of factorials: its
 * error grows with the number of steps, some dozens of standard deviations, and not with n. */
static void binomial_up(struct binomial *b)
{
	b->weight *= (b->n - b->x) / (b->x + 1) * b->odds;
	b->x++;
}

static void binomial_down(struct binomial *b)
{
	b->weight *= b->x / ((b->n - b->x + 1) * b->odds);
	b->x--;
}

/* The sum of all terms, and the lowest one that counts: where cumulating begins. */
static struct binomial binomial_from_below(size_t n, double q, double *total)
{
	struct binomial lowest = binomial_at_mode(n, q), b = lowest;

	*total = b.weight;
	while (b.x < b.n && b.weight > NEGLIGIBLE) {
		binomial_up(&b);
		*total += b.weight;
	}
	while (lowest.x > 0 && lowest.weight > NEGLIGIBLE) {
		binomial_down(&lowest);
		*total += lowest.weight;
	}
	return lowest;
}

double interval_binomial(size_t n, double q, size_t x)
{
	double total, below = 0, last = (double)x;
	struct binomial b = binomial_from_below(n, q, &total);

	if (x >= n)
		return 1;
	for (; b.x <= last; binomial_up(&b))
		below += b.weight;
	return fmin(1, below / total);
}

struct tail {
	size_t rank;        /* the largest k with P(Bin(n, q) <= k - 1) <= limit; 0: none */
	double probability; /* that one */
};

static struct tail lower_tail(size_t n, double q, double limit)
{
	double total, below = 0;
	struct binomial b = binomial_from_below(n, q, &total);

	for (; below + b.weight <= limit * total; binomial_up(&b))
		below += b.weight;
	return (struct tail){ .rank = (size_t)b.x, .probability = below / total };
}

struct ranks interval_quantile_ranks(size_t n, double q, double confidence)
{
	const struct ranks none = { .level = NAN };

	if (n == 0)
		return none;
	/* Counted from above, the values over the quantile are Bin(n, 1 - q). */
	struct tail low = lower_tail(n, q, (1 - confidence) / 2);
	struct tail high = lower_tail(n, 1 - q, (1 - confidence) / 2);
	if (low.rank == 0 || high.rank == 0)
		return none;
	return (struct ranks){
		.low = low.rank,
		.high = n + 1 - high.rank,
		.level = 1 - low.probability - high.probability,
	};
}

struct ranks interval_ranks(size_t n, double confidence)
{
	return interval_quantile_ranks(n, .5, confidence);
}

struct ranks interval_look_ranks(size_t n)
{
	static const struct {
		size_t n, rank;
	} look[] = { { 10, 1 }, { 15, 3 }, { 20, 5 }, { 30, 10 } };

	for (size_t i = 0; i < sizeof look / sizeof *look; i++) {
		size_t k = look[i].rank;

		if (n == look[i].n)
			return (struct ranks){
				.low = k,
				.high = n + 1 - k,
				.level = 1 - 2 * interval_binomial(n, .5, k - 1),
			};
	}
	return interval_ranks(n, INTERVAL_CONFIDENCE);
}

static struct estimate between(const double *sorted, double value, struct ranks r)
{
	if (r.low == 0)
		return (struct estimate){ .value = value, .low = NAN, .high = NAN, .level = NAN };
	return (struct estimate){
		.value = value,
		.low = sorted[r.low - 1],
		.high = sorted[r.high - 1],
		.level = r.level,
	};
}

struct estimate interval_median(const double *sorted, size_t n, struct ranks r)
{
	return between(sorted, quantile_median(sorted, n), r);
}

struct estimate interval_quantile(const double *sorted, size_t n, double q, struct ranks r)
{
	return between(sorted, quantile_of(sorted, n, q), r);
}

struct estimate interval_widen(struct estimate e, double resolution)
{
	e.low -= resolution / 2;
	e.high += resolution / 2;
	return e;
}

struct estimate interval_exp(struct estimate logs)
{
	return (struct estimate){
		.value = exp(logs.value),
		.low = exp(logs.low),
		.high = exp(logs.high),
		.level = logs.level,
	};
}

struct estimate interval_inverse(struct estimate e, double scale)
{
	return (struct estimate){
		.value = scale / e.value,
		.low = scale / e.high,
		.high = scale / e.low,
		.level = e.level,
	};
}
