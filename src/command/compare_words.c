/* SPDX-License-Identifier: MIT */
/* A verdict never stands alone: the reason, what it is relative to and what weakens it follow. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "command/compare_words.h"
#include "report/rows.h"

static void percent(double log, const char *format, char *buf, size_t len)
{
	double change = 100 * expm1(log);

	snprintf(buf, len, format, fabs(change) >= 99.95 ? 0 : 1, change);
}

void compare_change(const struct estimate *log, char *buf, size_t len)
{
	char low[32], high[32];

	*buf = '\0';
	if (isnan(log->value))
		return;
	if (fabs(log->value) > log1p(1.)) {
		struct estimate e = interval_exp(*log);

		size_t used = (size_t)snprintf(buf, len, "x ");
		digits_text(e.value, buf + used, len - used);
		digits_text(e.low, low, sizeof low);
		digits_text(e.high, high, sizeof high);
	} else {
		percent(log->value, "%+.*f %%", buf, len);
		percent(log->low, "%+.*f", low, sizeof low);
		percent(log->high, "%+.*f", high, sizeof high);
	}
	size_t used = strlen(buf);
	if (!isnan(log->low))
		snprintf(buf + used, len - used, " [%s, %s]", low, high);
}

/* Why it is inconclusive, and what would help. */
static void reason_text(const struct contrast_row *r, char *buf, size_t len)
{
	const struct finding *f = &r->finding;
	const char *of = r->contest.paired ? "pairs" : "invocations";
	size_t used;

	used = (size_t)snprintf(buf, len, ": %s", verdict_reason(f->judgement.reason));
	if (!f->needed || used >= len)
		return;
	if (f->judgement.reason == REASON_TOO_WIDE)
		snprintf(buf + used, len - used, ", some %zu %s would tell", f->needed, of);
	else
		snprintf(buf + used, len - used, ", need >= %zu %s", f->needed,
			 r->contest.paired ? "blocks" : of);
}

/* What else a reader must know of how it was judged. */
static void remarks(const struct contrast *c, const struct contrast_row *r, char *buf, size_t len)
{
	char delta[48] = "", relative[80] = "";
	bool machine = r->finding.judgement.reason == REASON_MACHINE_STATE;

	if (r->contest.delta > c->wish.threshold)
		snprintf(delta, sizeof delta, " (delta %.3g %%)", 100 * r->contest.delta);
	if (r->bound)
		snprintf(relative, sizeof relative, " (relative to %s)", r->bound);
	else if (machine && r->explained_by)
		snprintf(relative, sizeof relative, " (%s %+.3g %%)", r->explained_by,
			 100 * expm1(r->base->rate ? -r->contest.explained : r->contest.explained));
	snprintf(buf, len, "%s%s%s%s%s", delta, relative, r->not_calm ? " (not calm)" : "",
		 r->finding.correlated ? " (correlated)" : "",
		 r->finding.collapsed ? " (ties)" : "");
}

void compare_verdict(const struct contrast *c, const struct contrast_row *r, char *buf, size_t len)
{
	enum verdict v = r->finding.judgement.verdict;
	char why[96] = "", more[200];

	if (v == VERDICT_INCONCLUSIVE)
		reason_text(r, why, sizeof why);
	if (v == VERDICT_SLOWER_BY_MORE || v == VERDICT_FASTER_BY_MORE)
		snprintf(why, sizeof why, " by more than %.3g %%", 100 * r->contest.delta);
	remarks(c, r, more, sizeof more);
	snprintf(buf, len, "%s%s%s",
		 v == VERDICT_NONE ? "no ratio: a value is 0" : verdict_column(v), why, more);
}

void compare_count(const struct contrast_row *r, char *buf, size_t len)
{
	if (r->contest.paired)
		snprintf(buf, len, "%zu pairs", r->contest.base.n);
	else
		snprintf(buf, len, "%zu, %zu", r->contest.base.n, r->contest.new.n);
}

void compare_relation(const struct contrast_row *r, char *buf, size_t len)
{
	const char *base = r->base->relation, *new = r->new->relation;

	snprintf(buf, len, "%s%s%s", base, strcmp(base, new) ? ", " : "",
		 strcmp(base, new) ? new : "");
}
