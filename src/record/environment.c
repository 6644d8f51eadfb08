/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record/environment.h"
#include "record/json_text.h"
#include "record/outline.h"

static const char *const words[] = {
	[ENVIRONMENT_KERNEL] = "kernel",   [ENVIRONMENT_CPU] = "cpu",
	[ENVIRONMENT_THP] = "thp",         [ENVIRONMENT_TOPOLOGY] = "topology",
	[ENVIRONMENT_VERSION] = "version", [ENVIRONMENT_WORDS] = "",
};

/* Everything but the tree of the topology. Not here: what moves while a machine runs (load, free
 * memory, segments in use). */
static const struct {
	const char *object, *key;
	enum environment_word word;
} items[] = {
	{ "environment", "kernel", ENVIRONMENT_KERNEL },
	{ "environment", "processor", ENVIRONMENT_CPU },
	{ "environment", "thp", ENVIRONMENT_THP },
	{ "environment", "shmem_thp", ENVIRONMENT_THP },
	{ "environment", "cpus", ENVIRONMENT_TOPOLOGY },
	{ "program", "version", ENVIRONMENT_VERSION },
	{ "program", "build", ENVIRONMENT_WORDS },
	{ "program", "compiler", ENVIRONMENT_WORDS },
	{ "environment", "hypervisor", ENVIRONMENT_WORDS },
	{ "environment", "smt", ENVIRONMENT_WORDS },
	{ "environment", "governor", ENVIRONMENT_WORDS },
	{ "environment", "boost", ENVIRONMENT_WORDS },
	{ "environment", "clock_source", ENVIRONMENT_WORDS },
	{ "environment", "idle_states", ENVIRONMENT_WORDS },
	{ "environment", "cpu_latency", ENVIRONMENT_WORDS },
	{ "environment", "isolated", ENVIRONMENT_WORDS },
	{ "environment", "mitigations", ENVIRONMENT_WORDS },
	{ "environment", "hugepages", ENVIRONMENT_WORDS },
	{ "environment", "numa_balancing", ENVIRONMENT_WORDS },
	{ "environment", "aslr", ENVIRONMENT_WORDS },
	{ "environment", "shm_rmid_forced", ENVIRONMENT_WORDS },
	{ "environment", "cgroup_cpu", ENVIRONMENT_WORDS },
};

_Static_assert(sizeof items / sizeof *items < ENVIRONMENT_MAX, "and the topology");

const char *environment_word(enum environment_word word)
{
	return words[word];
}

static int word_of(const char *text, size_t len)
{
	for (int i = 0; i < ENVIRONMENT_WORDS; i++)
		if (strlen(words[i]) == len && !strncmp(words[i], text, len))
			return i;
	return -1;
}

int environment_across(const char *text, uint32_t *across, struct why *w)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		int word = word_of(text, len);

		if (word < 0)
			return misused(w,
				       "--across '%.*s': give one or more of kernel, cpu, thp, "
				       "topology, version, separated by commas",
				       (int)(len < 40 ? len : 40), text);
		*across |= 1u << word;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

static struct environment_difference *add(struct environment *e, enum environment_word word,
					  uint32_t across)
{
	struct environment_difference *d = &e->difference[e->n++];

	d->word = word;
	d->accepted = word == ENVIRONMENT_WORDS || across & 1u << word;
	e->refused += !d->accepted;
	return d;
}

static int compare_topology(struct environment *e, const struct environment_pair *p, struct why *w)
{
	const char *old_xml = json_string_value(json_object_get(p->base, "topology_xml"));
	const char *new_xml = json_string_value(json_object_get(p->new, "topology_xml"));
	char *old = outline_make(old_xml ? old_xml : "");
	char *now = outline_make(new_xml ? new_xml : "");
	int err = old && now ? 0 : fail(w, ENOMEM, "the topologies of two runs");

	if (!err && strcmp(old, now)) {
		struct environment_difference *d = add(e, ENVIRONMENT_TOPOLOGY, p->across);

		d->what = "topology";
		outline_difference(old, now, d->in_base, d->in_new, sizeof d->in_base);
	}
	free(old);
	free(now);
	return err;
}

int environment_compare(struct environment *e, const struct environment_pair *p, struct why *w)
{
	*e = (struct environment){ .n = 0 };
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		const char *old =
			json_text_get(json_object_get(p->base, items[i].object), items[i].key);
		const char *now =
			json_text_get(json_object_get(p->new, items[i].object), items[i].key);

		if (!strcmp(old, now))
			continue;
		struct environment_difference *d = add(e, items[i].word, p->across);
		d->what = items[i].key;
		snprintf(d->in_base, sizeof d->in_base, "%s", *old ? old : "nothing");
		snprintf(d->in_new, sizeof d->in_new, "%s", *now ? now : "nothing");
	}
	return compare_topology(e, p, w);
}
