/* SPDX-License-Identifier: MIT */
/*
 * The table of axes. Words stand in the order of their enums; only what can be measured today is
 * accepted: a word that nothing implements would be a promise that a run cannot keep.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "base/units.h"
#include "plan/axis.h"
#include "plan/registry.h"

#define WORDS(...)                                                                                 \
	.type = AXIS_WORD, .words = (const char *const[])                                          \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define AT(field) .offset = offsetof(struct cell, field)

const struct axis_info axis_table[AXES] = {
	[AXIS_REGION] = { "region", "region", AXIS_PLUGIN, AT(region),
			  .about = "shared memory of which mechanism" },
	[AXIS_CHANNEL] = { "channel", "channel", AXIS_PLUGIN, AT(channel), .standard = "ring,pipe",
			   .about = "what moves the messages" },
	[AXIS_SIZE] = { "size", "size_bytes", AXIS_BYTES, AT(size), .standard = "64K",
			.about = "bytes of a region" },
	[AXIS_MESSAGE] = { "message", "message_bytes", AXIS_BYTES, AT(message), .standard = "64",
			   .about = "bytes of a message" },
	[AXIS_PAGE] = { "page", "page", WORDS("base", "thp", "2m", "1g"), AT(page),
			.standard = "base", .about = "kind of page" },
	[AXIS_ACCESS] = { "access", "access", WORDS("write", "read"), AT(access),
			  .standard = "write", .about = "how memory is touched" },
	[AXIS_ORDER] = { "order", "order", WORDS("sequential", "random", "reverse"), AT(order),
			 .standard = "sequential", .about = "in which order pages are touched" },
	[AXIS_STATE] = { "state", "state", WORDS("fresh", "resident", "cold"), AT(state),
			 .standard = "fresh",
			 .about = "fresh: no page exists; resident: all do; cold: on disk only" },
	[AXIS_POPULATE] = { "populate", "populate",
			    WORDS("none", "touch", "map", "madvise", "madvise-read", "fallocate",
				  "lock", "shm-lock", "future"),
			    AT(populate), .standard = "none", .about = "who brings the pages in" },
	[AXIS_MEMORY] = { "memory", "memory", WORDS("recycled", "as-is"), AT(memory),
			  .standard = "recycled",
			  .about = "recycled: as much was touched and freed just before" },
	[AXIS_WAIT] = { "wait", "wait",
			WORDS("spin", "yield", "futex", "semaphore", "posix-semaphore", "eventfd"),
			AT(wait), .about = "how a ring waits" },
	[AXIS_DEPTH] = { "depth", "depth_bytes", AXIS_BYTES, AT(depth),
			 .about = "bytes of a ring" },
	[AXIS_PUBLISH] = { "publish", "publish", AXIS_NUMBER, AT(publish),
			   .about = "messages per publication of a ring" },
	[AXIS_CONSUME] = { "consume", "consume", WORDS("copy", "checksum"), AT(consume),
			   .standard = "copy", .about = "how a message is read whole" },
	[AXIS_PLACE] = { "place", "place", AXIS_TEXT, AT(place), .standard = "auto",
			 .about = "the two CPUs, by what they share; or two locations" },
	[AXIS_NODE] = { "node", "node", AXIS_TEXT, AT(node), .standard = "local",
			.about = "where the memory is" },
	[AXIS_PROCESSES] = { "processes", "processes", AXIS_NUMBER, AT(processes), .standard = "1",
			     .about = "how many do it at once" },
	[AXIS_THREADS] = { "threads", "threads", AXIS_NUMBER, AT(threads), .standard = "1",
			   .about = "threads that populate" },
	[AXIS_SEGMENTS] = { "segments", "segments", AXIS_NUMBER, AT(segments), .standard = "0",
			    .about = "other segments that exist" },
	[AXIS_DIRECTORY] = { "directory", "directory", AXIS_TEXT, AT(directory),
			     .about = "where file regions live" },
	[AXIS_RATE] = { "rate", "offered_rate", AXIS_LOAD, AT(rate),
			.about =
				"offered messages/s, or per cent of the measured peak: open loop" },
	[AXIS_CLOCK] = { "clock", "clock", AXIS_WORD, clock_names, .standard = "monotonic",
			 AT(clock), .about = "what time is read from" },
};

static const void *field(const struct cell *c, enum axis a)
{
	return (const char *)c + axis_table[a].offset;
}

const char *axis_text(const struct cell *c, enum axis a, char *buf, size_t len)
{
	const struct axis_info *i = &axis_table[a];

	if (!(c->has & 1u << a))
		return "";
	if (a == AXIS_REGION)
		return c->region->name;
	if (a == AXIS_CHANNEL)
		return c->channel->name;
	if (i->type == AXIS_TEXT)
		return *(const char *const *)field(c, a);
	uint64_t value = *(const uint64_t *)field(c, a);
	if (i->type == AXIS_WORD)
		return i->words[value];
	bool percent = i->type == AXIS_LOAD && value & RATE_PERCENT;
	snprintf(buf, len, "%" PRIu64 "%s", value & ~(percent ? RATE_PERCENT : 0),
		 percent ? "%" : "");
	return buf;
}

/* Append "a b c" to the sentence's list of what is accepted. */
static void append(char *list, size_t len, const char *word)
{
	size_t used = strlen(list);

	snprintf(list + used, len - used, "%s%s", used ? " " : "", word);
}

static int set_plugin(struct cell *c, enum axis a, const char *text, struct why *w)
{
	char names[200] = "";

	if (a == AXIS_REGION) {
		c->region = registry_region(text);
		for (size_t i = 0; regions[i]; i++)
			append(names, sizeof names, regions[i]->name);
	} else {
		c->channel = registry_channel(text);
		for (size_t i = 0; channels[i]; i++)
			append(names, sizeof names, channels[i]->name);
	}
	if (a == AXIS_REGION ? !c->region : !c->channel)
		return misused(w, "there is no %s '%s': give one or more of %s",
			       axis_table[a].option, text, names);
	return 0;
}

static int set_word(const struct axis_info *i, uint64_t *value, const char *text, struct why *w)
{
	char words[200] = "";

	for (*value = 0; i->words[*value]; ++*value) {
		if (!strcmp(i->words[*value], text))
			return 0;
		append(words, sizeof words, i->words[*value]);
	}
	return misused(w, "--%s cannot be '%s': give one or more of %s", i->option, text, words);
}

static int set_load(uint64_t *value, const char *text, struct why *w)
{
	if (!strchr(text, '%'))
		return units_rate(text, value, w);
	int err = units_whole_percent(text, value, w);
	if (!err && *value > RATE_PERCENT_MAX)
		err = misused(w, "--rate %s: give at most %d%% of the peak", text,
			      RATE_PERCENT_MAX);
	*value |= RATE_PERCENT;
	return err;
}

int axis_set(struct cell *c, enum axis a, const char *text, struct why *w)
{
	const struct axis_info *i = &axis_table[a];
	void *at = (char *)c + i->offset;
	int err = 0;

	switch (i->type) {
	case AXIS_PLUGIN:
		err = set_plugin(c, a, text, w);
		break;
	case AXIS_WORD:
		err = set_word(i, at, text, w);
		break;
	case AXIS_BYTES:
		err = units_size(text, at, w);
		break;
	case AXIS_NUMBER:
		err = units_count(text, at, w);
		break;
	case AXIS_LOAD:
		err = set_load(at, text, w);
		break;
	case AXIS_TEXT:
		*(const char **)at = text;
		break;
	}
	if (!err)
		c->has |= 1u << a;
	return err;
}

uint64_t axis_key(const struct cell *c, uint32_t axes)
{
	uint64_t key = hash_bytes(HASH_START, &c->part, sizeof c->part);
	char buf[32];

	for (int i = 0; i < AXES; i++)
		if (axes & 1u << i)
			key = hash_text(key, axis_text(c, (enum axis)i, buf, sizeof buf));
	return key;
}
