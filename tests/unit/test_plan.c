/* SPDX-License-Identifier: MIT */
/* Requests to plans: what users type, defaults, groups, bases, suites. On synthetic topologies, so
 * that the plan is the same on every machine. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "plan/axis.h"
#include "plan/registry.h"
#include "plan/suite.h"
#include "planning.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void axes_multiply(void **state)
{
	struct plan p =
		planned("attach/life --size 4K,64K,1M --region sysv,memfd --access write,read");

	(void)state;
	assert_int_equal(asked(&p), 12);
	assert_int_equal(p.cells[0].cell.size, 4096);
	plan_free(&p);
}

static void files_multiply_by_directories_and_others_do_not(void **state)
{
	struct plan p = planned("attach/life --region sysv,file");

	(void)state;
	assert_int_equal(asked(&p), 3);
	assert_string_equal(p.cells[1].cell.directory, "/tmp");
	assert_string_equal(p.cells[2].cell.directory, "/dev/shm");
	assert_string_equal(p.cells[2].filesystem, "tmpfs");
	assert_false(p.cells[0].cell.has & AXIS(DIRECTORY));
	plan_free(&p);
}

static void the_same_cell_is_planned_once(void **state)
{
	struct plan p = planned("attach/life --size 4K,4096 --region sysv,sysv");

	(void)state;
	assert_int_equal(asked(&p), 1);
	plan_free(&p);
}

static void defaults_are_those_of_the_contract(void **state)
{
	struct plan p = planned("throughput --channel ring");

	(void)state;
	assert_int_equal(asked(&p), 1);
	assert_string_equal(value(&p, 0, AXIS_REGION), "sysv");
	assert_string_equal(value(&p, 0, AXIS_MESSAGE), "64");
	assert_string_equal(value(&p, 0, AXIS_DEPTH), "262144");
	assert_string_equal(value(&p, 0, AXIS_PUBLISH), "32");
	assert_string_equal(value(&p, 0, AXIS_CONSUME), "copy");
	assert_string_equal(value(&p, 0, AXIS_WAIT), "spin");
	assert_string_equal(value(&p, 0, AXIS_PLACE), "l3");
	plan_free(&p);
	p = planned("latency");
	assert_int_equal(asked(&p), 2);
	assert_string_equal(value(&p, 0, AXIS_MESSAGE), "8");
	assert_string_equal(value(&p, 0, AXIS_PUBLISH), "1");
	assert_string_equal(value(&p, 1, AXIS_CHANNEL), "pipe");
	assert_string_equal(value(&p, 1, AXIS_DEPTH), "");
	assert_string_equal(value(&p, 1, AXIS_REGION), "");
	plan_free(&p);
	p = planned("first-touch --region sysv");
	assert_string_equal(value(&p, 0, AXIS_SIZE), "16777216");
	assert_string_equal(value(&p, 0, AXIS_STATE), "fresh");
	assert_string_equal(value(&p, 0, AXIS_MEMORY), "recycled");
	plan_free(&p);
}

static void large_messages_get_a_ring_of_eight(void **state)
{
	struct plan p = planned("throughput --channel ring --message 64K,1M");

	(void)state;
	assert_string_equal(value(&p, 0, AXIS_DEPTH), "524288");
	assert_string_equal(value(&p, 1, AXIS_DEPTH), "8388608");
	plan_free(&p);
}

/* On one CPU two roles that spin would wait for the scheduler: they sleep, and spinning is a skip
 * with a reason. */
static void one_cpu_sleeps(void **state)
{
	struct plan p;
	struct why w = { 0 };

	(void)state;
	assert_int_equal(plan_on(&p, "core:1 pu:1", "latency --channel ring", NULL, &w), 0);
	assert_string_equal(value(&p, 0, AXIS_PLACE), "same");
	assert_string_equal(value(&p, 0, AXIS_WAIT), "futex");
	assert_int_equal(p.cells[0].status, 0);
	plan_free(&p);
	assert_int_equal(plan_on(&p, "core:1 pu:1", "latency --channel ring --wait spin", NULL, &w),
			 0);
	assert_int_equal(p.cells[0].status, CANNOT);
	assert_non_null(strstr(p.cells[0].why.text, "futex"));
	plan_free(&p);
}

static void a_place_that_is_not_there_is_a_skip(void **state)
{
	struct plan p = planned("latency --channel ring --place machine,l3");

	(void)state;
	assert_int_equal(p.cells[0].status, CANNOT);
	assert_string_equal(value(&p, 0, AXIS_PLACE), "machine");
	assert_int_equal(p.cells[1].status, 0);
	plan_free(&p);
}

/* Producer, consumer and memory: each node is each. A pipe has no memory of its own. */
static void nodes_multiply_by_pairs_of_nodes(void **state)
{
	const char *two = "package:2 [numa] core:2 pu:1";
	struct why w = { 0 };
	struct plan p;

	(void)state;
	assert_int_equal(plan_on(&p, two,
				 "throughput --channel ring --place node-pairs --node each", NULL,
				 &w),
			 0);
	assert_int_equal(asked(&p), 4 * 2);
	assert_string_equal(value(&p, 3, AXIS_PLACE),
			    "node:os:0.core:0.pu:0+node:os:1.core:0.pu:0");
	assert_string_equal(value(&p, 3, AXIS_NODE), "1");
	assert_int_equal(p.cells[3].nodes, 2);
	plan_free(&p);
	assert_int_equal(plan_on(&p, two,
				 "throughput --channel pipe --place node-pairs --node each", NULL,
				 &w),
			 0);
	assert_int_equal(asked(&p), 4);
	plan_free(&p);
	p = planned("throughput --channel ring --place node-pairs");
	assert_int_equal(asked(&p), 1);
	assert_int_equal(p.cells[0].status, CANNOT);
	assert_string_equal(value(&p, 0, AXIS_PLACE), "node-pairs");
	plan_free(&p);
}

/* Nodes without CPUs too; where one cannot be named, a cell says so. */
static void each_is_every_node_with_memory(void **state)
{
	struct why w = { 0 };
	struct plan p;

	(void)state;
	assert_int_equal(plan_on(&p, "[numa] package:2 [numa] core:1 pu:1",
				 "first-touch --region sysv --node local,each", NULL, &w),
			 0);
	assert_int_equal(asked(&p), 4);
	assert_string_equal(value(&p, 1, AXIS_NODE), "0");
	assert_string_equal(value(&p, 3, AXIS_NODE), "2");
	plan_free(&p);
	assert_int_equal(plan_on(&p, "package:70 [numa] pu:1",
				 "first-touch --region sysv --node each", NULL, &w),
			 0);
	assert_int_equal(asked(&p), 1);
	assert_int_equal(p.cells[0].status, CANNOT);
	assert_non_null(strstr(p.cells[0].why.text, "the nodes 0 to 63 can be named"));
	plan_free(&p);
}

static void what_cannot_be_is_a_skip_with_a_reason(void **state)
{
	struct plan p = planned("attach/again --state cold --region sysv,anon,file");

	(void)state;
	assert_int_equal(p.cells[0].status, CANNOT);
	assert_int_equal(p.cells[1].status, CANNOT);
	assert_true(strlen(p.cells[0].why.text) > 10);
	plan_free(&p);
}

/* A default size is never less than a page; one that was given is taken as it is. */
static void sizes_are_whole_pages(void **state)
{
	struct plan p = planned("first-touch --page thp,2m,1g --region memfd");

	(void)state;
	assert_string_equal(value(&p, 0, AXIS_SIZE), "16777216");
	assert_string_equal(value(&p, 1, AXIS_SIZE), "16777216");
	assert_string_equal(value(&p, 2, AXIS_SIZE), "1073741824");
	plan_free(&p);
	p = planned("attach/life --page base,2m --region sysv");
	assert_string_equal(value(&p, 0, AXIS_SIZE), "65536");
	assert_string_equal(value(&p, 1, AXIS_SIZE), "2097152");
	plan_free(&p);
	p = planned("attach/life --page 2m --size 64K,3M --region sysv");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(p.cells[i].status, CANNOT);
		assert_non_null(strstr(p.cells[i].why.text, "whole number"));
	}
	plan_free(&p);
}

/* 1 GiB of zeroes at each first access: fewer windows, and the time that they take is planned. */
static void gigantic_pages_are_given_time(void **state)
{
	struct plan p = planned("attach/life --page base,1g --size 1G --region memfd");
	const struct cell *base = &p.cells[0].cell, *gigantic = &p.cells[1].cell;

	(void)state;
	assert_true(gigantic->part->windows(gigantic) < base->part->windows(base));
	assert_true(p.cells[1].expected_ns > 1000000000);
	assert_true(p.cells[0].expected_ns < 1000000000);
	plan_free(&p);
}

/* The region of a ring is as large as the ring, up to the next whole page. */
static void rings_are_in_whole_pages(void **state)
{
	struct plan p = planned("throughput --channel ring --page base,thp,1g --region memfd");

	(void)state;
	uint64_t base = plan_region_bytes(&p.cells[0].cell);
	assert_true(base % 4096 == 0 && base < 2 << 20);
	assert_int_equal(plan_region_bytes(&p.cells[1].cell), 2 << 20);
	assert_int_equal(plan_region_bytes(&p.cells[2].cell), 1 << 30);
	plan_free(&p);
}

static void every_plan_has_its_floor(void **state)
{
	struct plan p = planned("attach/life --region sysv");
	int null = 0, bounds = 0;

	(void)state;
	for (size_t i = 0; i < p.n; i++) {
		null += p.cells[i].companion && !strcmp(p.cells[i].cell.bench->name, "null");
		bounds += p.cells[i].companion && !strcmp(p.cells[i].cell.bench->name, "bounds");
	}
	assert_int_equal(null, 1);
	assert_int_equal(bounds, 1);
	plan_free(&p);
	p = planned("throughput --channel ring");
	null = 0;
	for (size_t i = 0; i < p.n; i++)
		null += p.cells[i].companion && !strcmp(p.cells[i].cell.bench->name, "null");
	assert_int_equal(null, 2);
	plan_free(&p);
}

static void groups_differ_in_region_channel_and_directory_only(void **state)
{
	struct plan p = planned("attach/life --size 4K,64K --region sysv,memfd,file");

	(void)state;
	for (size_t i = 0; i < p.n; i++)
		for (size_t k = 0; k < p.n; k++) {
			const struct planned *a = &p.cells[i], *b = &p.cells[k];
			bool together =
				a->cell.part == b->cell.part && a->cell.size == b->cell.size;

			if (!a->companion && !b->companion)
				assert_int_equal(a->group == b->group, together);
		}
	plan_free(&p);
}

static void bases_are_in_the_group(void **state)
{
	char name[100];
	struct why w = { 0 };
	struct plan p = planned("attach/life --size 4K,64K --region memfd,sysv");

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(p.cells[i].base != NO_BASE);
		const struct planned *b = &p.cells[p.cells[i].base];
		assert_string_equal(b->cell.region->name, "sysv");
		assert_int_equal(b->cell.size, p.cells[i].cell.size);
		assert_int_equal(b->group, p.cells[i].group);
	}
	assert_string_equal(plan_base_name(&p, &p.cells[0], name, sizeof name), "region=sysv");
	plan_free(&p);
	assert_int_equal(plan_on(&p, TWO_CORES, "throughput --region sysv,memfd", "ring/memfd", &w),
			 0);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(p.cells[p.cells[i].base].cell.region->name, "memfd");
	assert_string_equal(plan_base_name(&p, &p.cells[2], name, sizeof name),
			    "channel=ring/region=memfd");
	plan_free(&p);
}

static void without_its_base_a_cell_has_no_ratio(void **state)
{
	struct plan p = planned("attach/life --region posix,memfd");

	(void)state;
	assert_true(p.cells[0].base == NO_BASE);
	assert_int_equal(p.cells[0].group, p.cells[1].group);
	plan_free(&p);
}

/* What is typed wrongly: a sentence that names what is accepted. */
static void misuse_names_what_is_accepted(void **state)
{
	static const struct {
		const char *line, *names;
	} wrong[] = {
		{ "attach --state warm", "fresh resident cold" },
		{ "attach --size 4q", "4K" },
		{ "attach --size -1", "4K" },
		{ "attach --size 1e99", "4K" },
		{ "attach --size 99999999999999999999", "too large" },
		{ "attach --size 64K..4K", "empty" },
		{ "attach --size 5000", "4K pages" },
		{ "attach --size 0", "4K pages" },
		{ "throughput --message 1M --depth 64K", "--depth" },
		{ "throughput --message 4", "8 bytes" },
		{ "throughput --place near", "same" },
		{ "attach --processes 4", "with 1 only" },
		{ "attachers --processes 0", "1 or more" },
		{ "first-touch --processes 2", "with 1 only" },
		{ "attach --segments 1", "with 0 only" },
		{ "populate --threads 100", "64" },
		{ "populate --populate none", "measures the others" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct plan p;
		struct why w = { 0 };

		if (plan_on(&p, TWO_CORES, wrong[i].line, NULL, &w) != -EINVAL)
			fail_msg("'%s' was accepted", wrong[i].line);
		if (!strstr(w.text, wrong[i].names))
			fail_msg("'%s': '%s' does not say '%s'", wrong[i].line, w.text,
				 wrong[i].names);
	}
}

static void must_name(const struct why *w, const char *name)
{
	if (!strstr(w->text, name))
		fail_msg("'%s' does not say '%s'", w->text, name);
}

static void misuse_names_every_mechanism(void **state)
{
	struct plan p;
	struct why region = { 0 }, channel = { 0 };

	(void)state;
	assert_int_equal(plan_on(&p, TWO_CORES, "attach --region shm", NULL, &region), -EINVAL);
	for (size_t i = 0; regions[i]; i++)
		must_name(&region, regions[i]->name);
	assert_int_equal(plan_on(&p, TWO_CORES, "throughput --channel tube", NULL, &channel),
			 -EINVAL);
	for (size_t i = 0; channels[i]; i++)
		must_name(&channel, channels[i]->name);
}

static void unknown_names_are_refused(void **state)
{
	struct request r;
	struct why w = { 0 };

	(void)state;
	assert_int_equal(request_name(&r, "attch", &w), -EINVAL);
	assert_non_null(strstr(w.text, "first-touch"));
	w = (struct why){ 0 };
	assert_int_equal(request_name(&r, "attach/lif", &w), -EINVAL);
	assert_non_null(strstr(w.text, "attach/life"));
}

static void sizes_no_machine_has_are_skips_found_in_the_plan(void **state)
{
	struct plan p = planned("first-touch --size 1T --region sysv,posix,memfd,file,anon");

	(void)state;
	for (size_t i = 0; i < p.n; i++)
		if (!p.cells[i].companion)
			assert_int_equal(p.cells[i].status, CANNOT);
	plan_free(&p);
}

/* Every line of every suite can be planned, on a small machine and on a large one. */
static void suites_are_well_formed(void **state)
{
	static const char *const directories[] = { "/tmp", "/dev/shm", NULL };
	static const char *const machines[] = { "core:1 pu:1", TWO_CORES,
						"package:2 l3:2 l2:4 core:1 pu:2" };

	(void)state;
	for (const struct suite *s = suites; s->name; s++)
		for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
			struct topology *t;
			struct plan p;
			struct why w = { 0 };

			assert_int_equal(topology_load(&t, NULL, machines[i], &w), 0);
			if (suite_outline(&p, s, t, directories, &w))
				fail_msg("%s on %s: %s", s->name, machines[i], w.text);
			assert_true(p.n > 10);
			plan_free(&p);
			topology_free(t);
		}
}

static void text_of_an_axis_reads_back(void **state)
{
	struct plan p = planned("throughput --message 8,100 --region sysv,file --publish 1,7");

	(void)state;
	for (size_t i = 0; i < p.n; i++) {
		struct cell c = { .bench = p.cells[i].cell.bench, .part = p.cells[i].cell.part };
		struct why w = { 0 };
		char x[32], y[32];

		for (int a = 0; a < AXES; a++) {
			const char *text = axis_text(&p.cells[i].cell, (enum axis)a, x, sizeof x);

			if (*text)
				assert_int_equal(axis_set(&c, (enum axis)a, text, &w), 0);
			assert_string_equal(axis_text(&c, (enum axis)a, y, sizeof y), text);
		}
		assert_int_equal(c.has, p.cells[i].cell.has);
	}
	plan_free(&p);
}

static void the_registry_is_complete(void **state)
{
	struct why w = { 0 };

	(void)state;
	assert_int_equal(registry_check(&w), 0);
	for (size_t i = 0; benches[i]; i++)
		for (const struct part *part = benches[i]->parts; part->name; part++) {
			int n = 0;

			while (part->metrics[n].name)
				n++;
			assert_in_range(n, 1, METRICS_MAX);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(axes_multiply),
		cmocka_unit_test(files_multiply_by_directories_and_others_do_not),
		cmocka_unit_test(the_same_cell_is_planned_once),
		cmocka_unit_test(defaults_are_those_of_the_contract),
		cmocka_unit_test(large_messages_get_a_ring_of_eight),
		cmocka_unit_test(one_cpu_sleeps),
		cmocka_unit_test(a_place_that_is_not_there_is_a_skip),
		cmocka_unit_test(nodes_multiply_by_pairs_of_nodes),
		cmocka_unit_test(each_is_every_node_with_memory),
		cmocka_unit_test(what_cannot_be_is_a_skip_with_a_reason),
		cmocka_unit_test(sizes_are_whole_pages),
		cmocka_unit_test(gigantic_pages_are_given_time),
		cmocka_unit_test(rings_are_in_whole_pages),
		cmocka_unit_test(every_plan_has_its_floor),
		cmocka_unit_test(groups_differ_in_region_channel_and_directory_only),
		cmocka_unit_test(bases_are_in_the_group),
		cmocka_unit_test(without_its_base_a_cell_has_no_ratio),
		cmocka_unit_test(misuse_names_what_is_accepted),
		cmocka_unit_test(misuse_names_every_mechanism),
		cmocka_unit_test(unknown_names_are_refused),
		cmocka_unit_test(sizes_no_machine_has_are_skips_found_in_the_plan),
		cmocka_unit_test(suites_are_well_formed),
		cmocka_unit_test(text_of_an_axis_reads_back),
		cmocka_unit_test(the_registry_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
