/* SPDX-License-Identifier: MIT */
/* Turns the three list.def files into three arrays: the only file that names every plug-in. */
#include <string.h>
#include "plan/registry.h"

#define REGION(n)  extern const struct region_ops region_##n;
#define CHANNEL(n) extern const struct channel_ops channel_##n;
#define BENCH(n)   extern const struct bench bench_##n;
#define HIDDEN(n)  BENCH(n)
#include "region/list.def"
#include "channel/list.def"
#include "list.def"
#undef REGION
#undef CHANNEL
#undef BENCH

#define REGION(n)  &region_##n,
#define CHANNEL(n) &channel_##n,
#define BENCH(n)   &bench_##n,
const struct region_ops *const regions[] = {
#include "region/list.def"
	NULL
};
const struct channel_ops *const channels[] = {
#include "channel/list.def"
	NULL
};
const struct bench *const benches[] = {
#include "list.def"
	NULL
};
#undef BENCH

#define BENCH(n)
#define HIDDEN(n) &bench_##n,
static const struct bench *const hidden[] = {
#include "list.def"
	NULL
};

const struct region_ops *registry_region(const char *name)
{
	for (size_t i = 0; regions[i]; i++)
		if (!strcmp(regions[i]->name, name))
			return regions[i];
	return NULL;
}

const struct channel_ops *registry_channel(const char *name)
{
	for (size_t i = 0; channels[i]; i++)
		if (!strcmp(channels[i]->name, name))
			return channels[i];
	return NULL;
}

const struct bench *registry_bench(const char *name)
{
	for (size_t i = 0; benches[i]; i++)
		if (!strcmp(benches[i]->name, name))
			return benches[i];
	return NULL;
}

const struct bench *registry_hidden(const char *name)
{
	for (size_t i = 0; hidden[i]; i++)
		if (!strcmp(hidden[i]->name, name))
			return hidden[i];
	return NULL;
}

const struct part *registry_part(const struct bench *b, const char *name)
{
	for (const struct part *p = b->parts; p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

static int check_regions(struct why *w)
{
	for (size_t i = 0; regions[i]; i++) {
		const struct region_ops *r = regions[i];

		if (!r->name || !r->about || !r->create || !r->attach || !r->detach || !r->remove)
			return fail(w, 0, "region %s lacks a required hook (region.h)",
				    r->name ? r->name : "without a name");
	}
	return 0;
}

static int check_channels(struct why *w)
{
	for (size_t i = 0; channels[i]; i++) {
		const struct channel_ops *c = channels[i];

		if (c->name && c->about && c->absent)
			continue;
		if (!c->name || !c->about || !c->side || !c->lap || !c->pour || !c->drain ||
		    !c->ping || !c->ping_each || !c->echo || !c->pace || !c->arrive ||
		    ((c->axes & CHANNEL_REGION) && !c->room))
			return fail(w, 0, "channel %s lacks a required hook (channel.h)",
				    c->name ? c->name : "without a name");
	}
	return 0;
}

static int check_benches(struct why *w)
{
	for (size_t i = 0; benches[i]; i++) {
		const struct bench *b = benches[i];

		if (!b->name || !b->about || !b->parts)
			return fail(w, 0, "benchmark %s lacks a name, a question or its parts",
				    b->name ? b->name : "without a name");
		for (const struct part *p = b->parts; p->name; p++)
			if (!p->windows || !p->work || p->roles < 1 || p->roles > ROLES_MAX)
				return fail(w, 0,
					    "benchmark %s, part %s: windows, work or roles missing",
					    b->name, p->name);
	}
	return 0;
}

int registry_check(struct why *w)
{
	int err = check_regions(w);

	if (!err)
		err = check_channels(w);
	return err ? err : check_benches(w);
}
