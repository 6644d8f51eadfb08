/* SPDX-License-Identifier: MIT */
/* Plans cross to the worker as text, by the same table of axes that wrote the CSV. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "measure/assignment.h"
#include "plan/axis.h"
#include "plan/registry.h"

/* Of a cell that CLOCK_MONOTONIC times: nothing. */
static struct clock clock_of(const struct cell *c, const struct clock *counter)
{
	return (c->has & AXIS(CLOCK)) && c->clock != CLOCK_SOURCE_MONOTONIC ? *counter
									    : (struct clock){ 0 };
}

static json_t *clock_json(const struct clock *c)
{
	return json_pack("[I,I,I]", (json_int_t)c->multiplier, (json_int_t)c->zero_ticks,
			 (json_int_t)c->zero_ns);
}

static json_t *members_json(const struct planned *p)
{
	json_t *cpus = json_array();

	for (unsigned i = 0; i < p->cpus; i++)
		json_array_append_new(cpus, json_integer(p->member_cpu[i]));
	return cpus;
}

static void read_members(struct assignment *a, json_t *cpus)
{
	for (size_t i = 0; i < json_array_size(cpus) && i < CPUS_MAX; i++)
		a->member_cpu[i] = (int)json_integer_value(json_array_get(cpus, i));
}

static json_t *assignment_json(const struct planned *p, const struct clock *clock, bool counted)
{
	json_t *axes = json_object();
	char buf[32];

	for (int i = 0; i < AXES; i++)
		if (p->cell.has & 1u << i)
			json_object_set_new(
				axes, axis_table[i].option,
				json_string(axis_text(&p->cell, (enum axis)i, buf, sizeof buf)));
	return json_pack("{s:s, s:s, s:o, s:[s,s], s:I, s:b, s:b, s:b, s:o, s:o}", "benchmark",
			 p->cell.bench->name, "part", p->cell.part->name, "axes", axes, "cpus",
			 p->place.cpus[0], p->place.cpus[1], "nodes", (json_int_t)p->nodes,
			 "one_cpu", p->place.os[0] == p->place.os[1], "verify", p->cell.verify,
			 "counted", counted, "clock", clock_json(clock), "members",
			 members_json(p));
}

int assignment_write(const struct planned *p, const struct clock *counter, bool counted,
		     struct why *w)
{
	if (!counter && (p->cell.has & AXIS(CLOCK)) && p->cell.clock != CLOCK_SOURCE_MONOTONIC)
		return fail(w, EPROTO, "a cell that is timed by %s, which nobody has calibrated",
			    clock_names[p->cell.clock]);
	struct clock clock = clock_of(&p->cell, counter);
	json_t *root = assignment_json(p, &clock, counted);
	int fd = memfd_create("shmbench assignment", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

	if (!root || fd < 0 || json_dumpfd(root, fd, JSON_COMPACT) || lseek(fd, 0, SEEK_SET) ||
	    fcntl(fd, F_ADD_SEALS, seals)) {
		int err = fail(w, errno, "writing an assignment");

		if (fd >= 0)
			close(fd);
		fd = err;
	}
	json_decref(root);
	return fd;
}

static int read_axes(struct assignment *a, json_t *axes, struct why *w)
{
	int err = 0;

	for (int i = 0; i < AXES && !err; i++) {
		const char *text = json_string_value(json_object_get(axes, axis_table[i].option));

		if (text)
			err = axis_set(&a->cell, (enum axis)i, text, w);
	}
	return err;
}

int assignment_read(int fd, struct assignment *a, struct why *w)
{
	json_t *root = json_loadfd(fd, 0, NULL), *axes;
	const char *bench, *part, *cpu0, *cpu1;
	json_int_t nodes, multiplier, zero_ticks, zero_ns;
	int one_cpu, verify, counted;

	*a = (struct assignment){ .text = root };
	if (!root || json_unpack(root, "{s:s, s:s, s:o, s:[s,s], s:I, s:b, s:b, s:b, s:[I,I,I]}",
				 "benchmark", &bench, "part", &part, "axes", &axes, "cpus", &cpu0,
				 &cpu1, "nodes", &nodes, "one_cpu", &one_cpu, "verify", &verify,
				 "counted", &counted, "clock", &multiplier, &zero_ticks, &zero_ns))
		return fail(w, EPROTO, "an assignment that is none");
	a->cell.bench = registry_bench(bench);
	if (!a->cell.bench)
		a->cell.bench = registry_hidden(bench);
	a->cell.part = a->cell.bench ? registry_part(a->cell.bench, part) : NULL;
	if (!a->cell.part)
		return fail(w, EPROTO, "an assignment of an unknown benchmark '%s'", bench);
	a->cell.verify = verify;
	a->nodes = (unsigned long)nodes;
	a->one_cpu = one_cpu;
	a->counted = counted;
	snprintf(a->cpus[0], sizeof a->cpus[0], "%s", cpu0);
	snprintf(a->cpus[1], sizeof a->cpus[1], "%s", cpu1);
	read_members(a, json_object_get(root, "members"));
	int err = read_axes(a, axes, w);
	a->clock = (struct clock){
		.source = (enum clock_source)a->cell.clock,
		.multiplier = (uint64_t)multiplier,
		.zero_ticks = (uint64_t)zero_ticks,
		.zero_ns = (uint64_t)zero_ns,
	};
	return err;
}

void assignment_free(struct assignment *a)
{
	json_decref(a->text);
	*a = (struct assignment){ 0 };
}

void assignment_room(const struct cell *c, uint64_t *windows, uint64_t samples[METRICS_MAX])
{
	const struct metric *m = c->part->metrics;
	unsigned i = 0;

	*windows = c->part->windows(c);
	for (; m[i].name; i++)
		samples[i] = m[i].samples * *windows;
	for (; i < METRICS_MAX; i++)
		samples[i] = 0;
}
