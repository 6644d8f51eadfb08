/* SPDX-License-Identifier: MIT */
/* Numbers as people write them. strtoull() and strtod() accept signs, blanks, hex and "inf";
 * so what they are given is looked at first. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"

static const char size_suffix[] = "KMGTPE";

/* Digits only, so that no sign, blank or exponent gets through. */
static int digits(const char *text, uint64_t *value, char **end)
{
	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	unsigned long long v = strtoull(text, end, 10);
	*value = v;
	return errno ? -ERANGE : 0;
}

/* How far "K", "KiB", "B", "" shifts; -1 when it is none of them. */
static int size_shift(const char *suffix)
{
	if (!*suffix || !strcmp(suffix, "B"))
		return 0;
	const char *at = strchr(size_suffix, toupper((unsigned char)suffix[0]));
	if (!at || (suffix[1] && strcmp(suffix + 1, "iB")))
		return -1;
	return 10 * (int)(at - size_suffix + 1);
}

int units_size(const char *text, uint64_t *bytes, struct why *w)
{
	char *end;
	uint64_t v;
	int err = digits(text, &v, &end);

	if (err == -EINVAL)
		return misused(w, "'%s' is not a size: give bytes, or 4K, 1M, 2G", text);
	int shift = err ? 0 : size_shift(end);
	if (shift < 0)
		return misused(w, "'%s' is not a size: give bytes, or 4K, 1M, 2G", text);
	if (err || v > UINT64_MAX >> shift || v << shift > INT64_MAX)
		return misused(w, "'%s' is too large: sizes end below 8E", text);
	*bytes = v << shift;
	return 0;
}

int units_count(const char *text, uint64_t *count, struct why *w)
{
	char *end;
	int err = digits(text, count, &end);

	if (err == -EINVAL || *end)
		return misused(w, "'%s' is not a count: give a whole number from 0", text);
	if (err)
		return misused(w, "'%s' is too large for a count", text);
	return 0;
}

int units_rate(const char *text, uint64_t *per_second, struct why *w)
{
	static const struct {
		const char *suffix;
		uint64_t times;
	} unit[] = {
		{ "", 1 }, { "k", 1000 }, { "K", 1000 }, { "M", 1000000 }, { "G", 1000000000 }
	};
	char *end;
	uint64_t v;
	int err = digits(text, &v, &end);

	for (size_t i = 0; !err && i < sizeof unit / sizeof *unit; i++) {
		if (strcmp(end, unit[i].suffix))
			continue;
		if (v > INT64_MAX / unit[i].times)
			return misused(w, "'%s' is too large for a rate", text);
		*per_second = v * unit[i].times;
		return 0;
	}
	return misused(w, "'%s' is not a rate: give events per second, 100000, 250k or 1M", text);
}

int units_whole_percent(const char *text, uint64_t *percent, struct why *w)
{
	char *end;
	int err = digits(text, percent, &end);

	if (err || strcmp(end, "%") || *percent == 0)
		return misused(
			w, "'%s' is not a whole share: give 1%% or more, as in 10%%..95%%:+17%%",
			text);
	return 0;
}

/* A decimal number without sign, hex, "inf" or "nan". */
static int decimal(const char *text, double *value, char **end)
{
	if (!isdigit((unsigned char)text[0]) || text[1] == 'x' || text[1] == 'X')
		return -EINVAL;
	*value = strtod(text, end);
	return isfinite(*value) ? 0 : -EINVAL;
}

int units_duration(const char *text, uint64_t *ns, struct why *w)
{
	static const struct {
		const char *suffix;
		double ns;
	} unit[] = { { "", 1e9 },   { "s", 1e9 },    { "ms", 1e6 },  { "us", 1e3 },
		     { "m", 60e9 }, { "min", 60e9 }, { "h", 3600e9 } };
	char *end;
	double v;

	if (decimal(text, &v, &end))
		return misused(w, "'%s' is not a duration: give 500ms, 60s, 5m or 1h", text);
	for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
		if (strcmp(end, unit[i].suffix))
			continue;
		if (v * unit[i].ns > 1e18)
			return misused(w, "'%s' is too long: durations end at 30 years", text);
		/* To the nearest: 1.001 * 1e6 is below 1001000. */
		*ns = (uint64_t)llround(v * unit[i].ns);
		if (v > 0 && *ns == 0)
			return misused(w, "'%s' is too short: durations begin at 1 ns", text);
		return 0;
	}
	return misused(w, "'%s' is not a duration: give 500ms, 60s, 5m or 1h", text);
}

int units_percent(const char *text, double *share, struct why *w)
{
	char *end;

	if (decimal(text, share, &end) || (*end && strcmp(end, "%")))
		return misused(w, "'%s' is not a share: give 2%% or 0.5%%", text);
	*share /= 100;
	return 0;
}

/* One item of a list: "A", "A..B", "A..B:xF" or "A..B:+S". */
struct range {
	uint64_t first, last, step;
	bool multiply;
};

typedef int parse_fn(const char *, uint64_t *, struct why *);

static int range_step(struct range *r, const char *step, parse_fn *parse, struct why *w)
{
	if (*step != 'x' && *step != '+')
		return misused(w, "'%s' is not a step: give x16 to multiply or +4K to add", step);
	r->multiply = *step == 'x';
	int err = (r->multiply ? units_count : parse)(step + 1, &r->step, w);
	if (!err && (r->step == 0 || (r->multiply && r->step == 1)))
		return misused(w,
			       "step '%s' never arrives: give x2 or more, or + a positive amount",
			       step);
	return err;
}

static int range_parse(char *item, parse_fn *parse, struct range *r, struct why *w)
{
	char *dots = strstr(item, "..");

	*r = (struct range){ .multiply = parse == units_size, .step = parse == units_size ? 2 : 1 };
	if (!dots) {
		int err = parse(item, &r->first, w);
		r->last = r->first;
		return err;
	}
	*dots = '\0';
	char *end = dots + 2, *colon = strchr(end, ':');
	if (colon)
		*colon = '\0';
	int err = parse(item, &r->first, w);
	if (!err)
		err = parse(end, &r->last, w);
	if (!err && colon)
		err = range_step(r, colon + 1, parse, w);
	if (!err && r->last < r->first)
		return misused(w, "the range '%s..%s' is empty: its end is below its start", item,
			       end);
	if (!err && r->multiply && r->first == 0)
		return misused(w, "a range that multiplies cannot start at 0");
	return err;
}

/* For one more: the room doubles whenever n has become a power of two. */
static int make_room(uint64_t **values, size_t n, struct why *w)
{
	if (n & (n - 1))
		return 0;
	uint64_t *grown = realloc(*values, (n ? 2 * n : 1) * sizeof **values);
	if (!grown)
		return fail(w, ENOMEM, "a list of %zu values", n + 1);
	*values = grown;
	return 0;
}

static int range_append(const struct range *r, uint64_t **values, size_t *n, struct why *w)
{
	enum { LIMIT = 100000 };

	for (uint64_t v = r->first;;) {
		if (*n == LIMIT)
			return misused(w, "a list of more than %d values", LIMIT);
		int err = make_room(values, *n, w);
		if (err)
			return err;
		(*values)[(*n)++] = v;
		uint64_t room = r->last - v, step = r->step;
		/* Also what ends a single 0, which multiplies by default. */
		if (room == 0)
			return 0;
		if (r->multiply && r->step - 1 > room / v)
			return 0;
		if (r->multiply)
			step = v * (r->step - 1);
		if (step > room)
			return 0;
		v += step;
	}
}

int units_list(const char *text, parse_fn *parse, uint64_t **values, size_t *n, struct why *w)
{
	char *copy = strdup(text), *rest = copy, *item;
	int err = copy ? 0 : fail(w, ENOMEM, "the list '%s'", text);

	*values = NULL;
	*n = 0;
	while (!err && (item = strsep(&rest, ","))) {
		struct range r;

		err = range_parse(item, parse, &r, w);
		if (!err)
			err = range_append(&r, values, n, w);
	}
	free(copy);
	if (err) {
		free(*values);
		*values = NULL;
		*n = 0;
	}
	return err;
}

const char *units_size_text(uint64_t bytes, char *buf, size_t len)
{
	int step = -1;

	while (step < 5 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		step++;
	}
	if (step < 0)
		snprintf(buf, len, "%" PRIu64, bytes);
	else
		snprintf(buf, len, "%" PRIu64 "%c", bytes, size_suffix[step]);
	return buf;
}

const char *units_human(double value, const char *unit, char *buf, size_t len)
{
	static const char *const time[] = { "ns", "us", "ms", "s" };
	static const char *const rate[] = { "", "k", "M", "G", "T" };
	bool is_time = !strncmp(unit, "ns", 2), is_rate = strstr(unit, "/s") != NULL;
	size_t step = 0;

	while ((is_time || is_rate) && fabs(value) >= 999.5 && step < (is_time ? 3u : 4u)) {
		value /= 1000;
		step++;
	}
	int decimals = fabs(value) >= 99.95 ? 0 : fabs(value) >= 9.995 ? 1 : 2;
	if (is_time)
		snprintf(buf, len, "%.*f %s%s", decimals, value, time[step], unit + 2);
	else if (is_rate)
		snprintf(buf, len, "%.*f %s%s", decimals, value, rate[step], unit);
	else
		snprintf(buf, len, "%.4g %s", value, unit);
	return buf;
}
