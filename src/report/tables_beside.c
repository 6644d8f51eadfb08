/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "report/tables.h"
#include "report/tables_beside.h"

const char *beside_faults(const struct row *r, char *buf, size_t len)
{
	const struct row *faults = strcmp(row_metric(r), "sweep") ? NULL : row_beside(r, "faults");

	*buf = '\0';
	return faults ? row_value(faults, SUMMARY_median, buf, len) : buf;
}

/* One side's number; NAN: none. */
static double side(const struct row *r, const char *metric, const char **unit)
{
	const struct row *found = row_beside(r, metric);

	if (!found)
		return NAN;
	*unit = row_unit(found);
	return row_number(found,
			  *row_text(found, SUMMARY_median) ? SUMMARY_median : SUMMARY_median_all);
}

/* Producer and consumer. */
struct sides {
	const char *metric[2], *unit;
	double value[2];
};

/* Messages and round trips have both sides' costs; of their cell's other metrics the table would only
 * say it again. */
static bool sides(const struct row *r, struct sides *s)
{
	if (strcmp(row_metric(r), "message") && strcmp(row_metric(r), "rtt"))
		return false;
	for (int i = 0; i < 2; i++)
		s->value[i] = side(r, s->metric[i], &s->unit);
	return !isnan(s->value[0]) && !isnan(s->value[1]);
}

const char *beside_busy(const struct row *r, char *buf, size_t len)
{
	struct sides s = { .metric = { "producer-busy", "consumer-busy" } };
	char first[48], second[48];

	*buf = '\0';
	if (!sides(r, &s))
		return buf;
	value_text(s.value[0], s.unit, first, sizeof first);
	value_text(s.value[1], s.unit, second, sizeof second);
	value_without_per(first, s.unit);
	value_without_per(second, s.unit);
	/* A unit once is enough. */
	char *blank = strchr(first, ' '), *same = strchr(second, ' ');
	if (blank && same && !strcmp(blank, same))
		*blank = '\0';
	snprintf(buf, len, "%s+%s", first, second);
	return buf;
}

/* "0", "0.98", "12.3"; "~0" is less than one in a thousand. */
static const char *switches_text(double v, char *buf, size_t len)
{
	snprintf(buf, len, "%.3g", v);
	return v > 0 && v < .001 ? "~0" : buf;
}

const char *beside_switches(const struct row *r, char *buf, size_t len)
{
	struct sides s = { .metric = { "producer-switches", "consumer-switches" } };
	char first[32], second[32];

	*buf = '\0';
	if (sides(r, &s))
		snprintf(buf, len, "%s+%s", switches_text(s.value[0], first, sizeof first),
			 switches_text(s.value[1], second, sizeof second));
	return buf;
}
