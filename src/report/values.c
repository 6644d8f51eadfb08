/* SPDX-License-Identifier: MIT */
/* The numbers of a row as people read them. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/units.h"
#include "report/rows.h"

const char *digits_text(double v, char *buf, size_t len)
{
	double size = fabs(v);

	if (size != 0 && size < .0995)
		snprintf(buf, len, "%.3g", v);
	else
		snprintf(buf, len, "%.*f",
			 size >= 99.95   ? 0
			 : size >= 9.995 ? 1
			 : size >= .9995 ? 2
					 : 3,
			 v);
	return buf;
}

const char *value_text(double v, const char *unit, char *buf, size_t len)
{
	if (!strcmp(unit, "bytes"))
		return units_size_text((uint64_t)v, buf, len);
	/* "292 M messages/s" */
	if (!strcmp(unit, "messages/s") && v >= 999.5)
		return units_human(v, " messages/s", buf, len);
	if (!strncmp(unit, "ns", 2) || strstr(unit, "/s"))
		return units_human(v, unit, buf, len);
	/* A count that is whole is exact. */
	if (v == rint(v) && fabs(v) < 1e15)
		snprintf(buf, len, "%.0f", v);
	else
		digits_text(v, buf, len);
	return buf;
}

void value_without_per(char *text, const char *unit)
{
	const char *per = strchr(unit, '/');

	if (!per || strncmp(unit, "ns/", 3))
		return;
	for (char *at; (at = strstr(text, per));)
		memmove(at, at + strlen(per), strlen(at + strlen(per)) + 1);
}

const char *row_value(const struct row *r, unsigned column, char *buf, size_t len)
{
	*buf = '\0';
	return *row_text(r, column) ? value_text(row_number(r, column), row_unit(r), buf, len)
				    : buf;
}

/* "2.67 us" -> "2.67" where the estimate says us too: a unit once is enough. */
static void drop_unit(char *text, const char *estimate)
{
	char *blank = strchr(text, ' ');
	const char *unit = strchr(estimate, ' ');

	if (blank && unit && !strcmp(blank, unit))
		*blank = '\0';
}

const char *estimate_text(const struct estimate *e, const char *unit, char *buf, size_t len)
{
	char low[48], high[48];

	*buf = '\0';
	if (isnan(e->value))
		return buf;
	size_t used = strlen(value_text(e->value, unit, buf, len));
	if (isnan(e->low) || isnan(e->high) || used >= len)
		return buf;
	value_text(e->low, unit, low, sizeof low);
	value_text(e->high, unit, high, sizeof high);
	drop_unit(low, buf);
	drop_unit(high, buf);
	snprintf(buf + used, len - used, " [%s, %s]", low, high);
	return buf;
}

static const char *estimate(const struct row *r, const unsigned column[3], char *buf, size_t len)
{
	struct estimate e = { .value = row_number(r, column[0]),
			      .low = row_number(r, column[1]),
			      .high = row_number(r, column[2]) };

	return estimate_text(&e, row_unit(r), buf, len);
}

const char *row_estimate(const struct row *r, char *buf, size_t len)
{
	static const unsigned columns[] = { SUMMARY_median, SUMMARY_ci_low, SUMMARY_ci_high };

	return estimate(r, columns, buf, len);
}

const char *row_estimate_all(const struct row *r, char *buf, size_t len)
{
	static const unsigned columns[] = { SUMMARY_median_all, SUMMARY_ci_low_all,
					    SUMMARY_ci_high_all };

	return estimate(r, columns, buf, len);
}

const char *row_ratio(const struct row *r, char *buf, size_t len)
{
	double low = row_number(r, SUMMARY_ratio_low), high = row_number(r, SUMMARY_ratio_high);
	char low_text[32], high_text[32];

	*buf = '\0';
	if (!*row_text(r, SUMMARY_ratio))
		return buf;
	digits_text(row_number(r, SUMMARY_ratio), buf, len);
	size_t used = strlen(buf);
	if (!isnan(low) && !isnan(high))
		snprintf(buf + used, len - used, " [%s, %s]",
			 digits_text(low, low_text, sizeof low_text),
			 digits_text(high, high_text, sizeof high_text));
	return buf;
}
