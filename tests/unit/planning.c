/* SPDX-License-Identifier: MIT */
#include "plan/axis.h"
#include "planning.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const directories[] = { "/tmp", "/dev/shm", NULL };

int plan_on(struct plan *p, const char *synthetic, const char *line, const char *base,
	    struct why *w)
{
	struct request r;
	struct topology *t;
	struct wish wish = {
		.request = &r, .requests = 1, .directories = directories, .base = base, .blocks = 8
	};
	int err = topology_load(&t, NULL, synthetic, w);

	wish.topology = t;
	if (!err)
		err = request_parse(&r, line, w);
	if (!err)
		err = plan_make(p, &wish, w);
	request_free(&r);
	topology_free(t);
	return err;
}

struct plan planned(const char *line)
{
	struct plan p;
	struct why w = { 0 };

	if (plan_on(&p, TWO_CORES, line, NULL, &w))
		fail_msg("%s: %s", line, w.text);
	return p;
}

size_t asked(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += !p->cells[i].companion;
	return n;
}

const char *value(const struct plan *p, size_t i, enum axis a)
{
	static char buf[32];

	return axis_text(&p->cells[i].cell, a, buf, sizeof buf);
}
