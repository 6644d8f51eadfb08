/* SPDX-License-Identifier: MIT */
/* A crowd of names. Descriptors are given up at once: a thousand names would be a thousand open
 * files, more than a process may have. */
#include <errno.h>
#include <stdlib.h>
#include "measure/named.h"
#include "region/page.h"

static int forget(struct region *r)
{
	return r->ops->forget ? r->ops->forget(r) : 0;
}

static int make_others(struct named *n, struct task *t)
{
	size_t wanted = t->cell->segments;
	int err = 0;

	n->other = calloc(wanted, sizeof *n->other);
	if (wanted && !n->other)
		return fail(t->why, ENOMEM, "%zu other segments", wanted);
	for (; !err && n->others < wanted; n->others += !err) {
		struct region *r = &n->other[n->others];

		*r = t->region;
		/* Of base pages, so that they need no pool; of a hugetlbfs as it has them. */
		if (!r->ops->in_directory)
			r->page = PAGE_BASE;
		r->len = page_bytes(r->page);
		err = region_create(r, t->serial++);
		if (!err)
			err = forget(r);
	}
	return err;
}

int named_make(struct named *n, struct task *t)
{
	struct region *r = &t->region;

	*n = (struct named){ .made = false };
	r->named = true;
	int err = make_others(n, t);
	if (!err)
		err = region_create(r, t->serial++);
	if (err)
		return err;
	n->made = true;
	err = r->ops->attach(r);
	if (!err)
		err = t->place_memory(t, r->addr, r->len);
	return err ? err : region_populate(r);
}

/* Where there is something to forget, what was forgotten has to be found again. */
static int remove_other(struct region *r)
{
	int err = r->ops->forget ? r->ops->find(r) : 0;

	return err ? err : r->ops->remove(r);
}

int named_remove(struct named *n, struct task *t)
{
	int err = n->made ? t->region.ops->remove(&t->region) : 0;

	while (n->others) {
		int other = remove_other(&n->other[--n->others]);

		if (!err)
			err = other;
	}
	free(n->other);
	return err;
}
