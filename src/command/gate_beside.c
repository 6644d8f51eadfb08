/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "command/gate_beside.h"

/* Two threads of one core have this share of their adds each, at most. */
static const double core_shared = .75;

/* NULL: the two were not one thing to each other, or there is no room, which no machine has needed. */
static struct beside *find_beside(struct besides *b, const char *relation)
{
	size_t i = 0;

	while (i < b->n && strcmp(b->in[i].relation, relation))
		i++;
	if (i == BESIDE_RELATIONS || !strcmp(relation, "new") || !strcmp(relation, "mixed"))
		return NULL;
	if (i == b->n)
		snprintf(b->in[b->n++].relation, RELATION_MAX, "%s", relation);
	return &b->in[i];
}

/* The same windows judged twice: as what they are, and as if role 0 were alone. */
static int count_beside(struct trial *t, const struct invocation *i, struct besides *b)
{
	struct invocation role0 = { .planned = &t->cell[TRIAL_NULL], .roles = 1, .out = i->out };
	struct calm both = { .n = 0 };
	int err = calm_judge(&both, &t->reference, i);

	if (!err)
		err = calm_judge(&t->calm, &t->reference, &role0);
	for (size_t k = 0; k < t->calm.n && !err; k++) {
		const struct calm_window *pair = &both.window[k], *alone = &t->calm.window[k];
		struct beside *in = find_beside(b, pair->relation);

		b->windows++;
		if (!in)
			continue;
		in->line_ns = pair->line_ns;
		in->tally.windows++;
		in->tally.passed_before += alone->alone_before;
		in->tally.passed_after += alone->alone_after;
		in->tally.calm += alone->alone;
	}
	calm_close(&both);
	return err;
}

int beside_run(struct trial *t, struct besides *b, struct why *w)
{
	struct invocation i = { .planned = &t->pair, .number = t->number++, .roles = 2 };
	int err = invocation_run(&t->measurement, &i, w);

	if (err)
		return err;
	if (i.status)
		err = fail(w, 0, "null/two: %.300s", i.why.text);
	else if (count_beside(t, &i, b))
		err = fail(w, ENOMEM, "the windows of null/two");
	invocation_release(&i);
	return err;
}

bool beside_shares_core(const struct trial *t, const char *relation)
{
	const struct canary_reference *alone =
		reference_find(&t->reference, &t->cell[TRIAL_NULL], 0, "");
	const struct canary_reference *both = reference_find(&t->reference, &t->pair, 0, relation);

	if (!t->reference.guest)
		return !strcmp(t->pair.place.relation, "smt");
	return alone && both && both->adds_per_cycle < core_shared * alone->adds_per_cycle;
}
