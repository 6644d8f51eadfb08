/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "record/flags.h"

/* method.md: a longer event is a window by itself; a clock over this share is not negligible. */
static const uint64_t long_window_ns = 2000000;
/* One turn of somebody else, up to a tick of 250 Hz, is chance and raises `switched`. */
static const uint64_t turn_ns = 4000000;
static const double clock_share_max = .05, chain_off_max = .02, waited_share_max = .02;

const char *const flags_disturbed[] = { "frequency", "migrated", "steal", "pressure",
					"faults",    "major",    NULL };

static bool has(const char *list, const char *name, size_t len)
{
	for (const char *at = list; *at; at += strcspn(at, ";"), at += *at == ';')
		if (strcspn(at, ";") == len && !strncmp(at, name, len))
			return true;
	return false;
}

bool flags_has(const char *list, const char *name)
{
	return has(list, name, strlen(name));
}

const char *flags_find_disturbed(const char *list)
{
	const char *const *name = flags_disturbed;

	while (*name && !flags_has(list, *name))
		name++;
	return *name;
}

static void raise_part(struct flags *f, const char *name, size_t len)
{
	size_t used = strlen(f->text);

	if (!len || has(f->text, name, len) || used + len + 2 > sizeof f->text)
		return;
	if (used)
		f->text[used++] = ';';
	memcpy(f->text + used, name, len);
	f->text[used + len] = '\0';
}

void flags_raise(struct flags *f, const char *name)
{
	raise_part(f, name, strlen(name));
}

void flags_merge(struct flags *f, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ";");

		raise_part(f, list, len);
		list += len + (list[len] == ';');
	}
}

double clock_share(double cost_ns, double median, uint64_t batch, bool rate)
{
	double time = rate ? 1e9 / median : median;

	return cost_ns / (time * (double)batch);
}

/* A model of none is exact; larger ones are met but for 1 % and 8. */
static bool faults_differ(const struct outcome *out, int role)
{
	double due = (double)out->faults_due[role];
	double off = fabs((double)out->counters[role].minor_faults - due);

	return off > (due > 0 ? .01 * due + 8 : 0);
}

/* Two roles on one CPU wait for each other by design. */
static bool kept_waiting(const struct invocation *i, int role)
{
	uint64_t waited_ns = i->out->waited_ns[role];

	if (i->roles == 2 && i->cpu[0] == i->cpu[1])
		return false;
	return waited_ns > turn_ns &&
	       (double)waited_ns > waited_share_max * (double)i->out->worked_ns[role];
}

/* Counters are of the process: every metric of the invocation carries them. */
static void raise_counters(struct flags *f, const struct invocation *i)
{
	const struct cell *c = &i->planned->cell;
	bool from_disk = (c->has & AXIS(STATE)) && c->state == STATE_COLD;

	for (int role = 0; role < i->roles; role++) {
		const struct counters *n = &i->out->counters[role];

		if (faults_differ(i->out, role))
			flags_raise(f, "faults");
		if (n->major_faults && !from_disk)
			flags_raise(f, "major");
		if (n->involuntary_switches)
			flags_raise(f, "switched");
		if (n->migrations)
			flags_raise(f, "migrated");
		if (kept_waiting(i, role))
			flags_raise(f, "pressure");
	}
}

struct flags flags_of_invocation(const struct invocation *i, unsigned metric,
				 const struct reduction *r)
{
	struct flags f = { "" };
	enum kind k = i->planned->cell.part->metrics[metric].kind;
	bool rate = k == KIND_RATE || k == KIND_BOUND_RATE;

	raise_counters(&f, i);
	if (r->longest_event_ns > long_window_ns)
		flags_raise(&f, "long_window");
	if (k != KIND_COUNT &&
	    clock_share(i->out->clock_cost_ns, r->median, r->batch, rate) > clock_share_max)
		flags_raise(&f, "clock_bound");
	if (i->out->saturated)
		flags_raise(&f, "saturated");
	if (r->lost)
		flags_raise(&f, "samples_lost");
	return f;
}

void flags_raise_frequency(struct flags *f, double chain_ratio)
{
	if (fabs(chain_ratio - 1) > chain_off_max)
		flags_raise(f, "frequency");
}
