/* SPDX-License-Identifier: MIT */
/* Places that are given by two locations, in every form that is accepted and in many that are
 * not; and what --node means for them. Expectations are read off the XML by hand. */
#include "topologies.h"
#include <errno.h>
#include <stdlib.h>

#define TWO_NODES "24em64t-2n6c2t-pci.xml"

struct accepted {
	const char *xml, *text;
	int logical[2], os[2];
	const char *relation;
	int node;
};

/* Logical PUs of TWO_NODES by OS index: 0 12 2 14 4 16 6 18 8 20 10 22, then 1 13 3 15 5 17 ... */
static const struct accepted accepted[] = {
	{ TWO_NODES, "core:0.pu:0+core:1.pu:0", { 0, 2 }, { 0, 2 }, "l3", 0 },
	{ TWO_NODES, "core:0.pu:0+core:0.pu:1", { 0, 1 }, { 0, 12 }, "smt", 0 },
	{ TWO_NODES, "pu:3+pu:5", { 3, 5 }, { 14, 16 }, "l3", 0 },
	{ TWO_NODES, "pu:7+pu:7", { 7, 7 }, { 18, 18 }, "same", 0 },
	{ TWO_NODES, "pu:05+pu:3", { 5, 3 }, { 16, 14 }, "l3", 0 },
	{ TWO_NODES,
	  "package:1.core:0.pu:0+package:0.core:0.pu:0",
	  { 12, 0 },
	  { 1, 0 },
	  "machine",
	  1 },
	{ TWO_NODES,
	  "Package:1.core:5.pu:1+socket:1.core:4.pu:1",
	  { 23, 21 },
	  { 23, 21 },
	  "l3",
	  1 },
	{ TWO_NODES,
	  "numanode:1.core:0.pu:1+node:0.core:0.pu:1",
	  { 13, 1 },
	  { 13, 12 },
	  "machine",
	  1 },
	{ TWO_NODES, "numanode:0.pu:2+numanode:0.pu:3", { 2, 3 }, { 2, 14 }, "smt", 0 },
	{ TWO_NODES, "l3:1.core:2.pu:0+L2:0.pu:0", { 16, 0 }, { 5, 0 }, "machine", 1 },
	{ TWO_NODES, "machine:0.pu:23+pu:0", { 23, 0 }, { 23, 0 }, "machine", 1 },
	{ TWO_NODES, "pu:os:23+PU:os:11", { 23, 22 }, { 23, 11 }, "smt", 1 },
	{ TWO_NODES,
	  "node:os:1.core:0.pu:0+NUMANode:OS:0.core:1.pu:0",
	  { 12, 2 },
	  { 1, 2 },
	  "machine",
	  1 },
	/* Node 0 is not allowed: of what is left node 2 is the second. */
	{ "16amd64-8n2c-cpusets.xml",
	  "node:os:2.core:0.pu:0+node:1.core:0.pu:0",
	  { 4, 4 },
	  { 5, 5 },
	  "same",
	  2 },
	{ "16amd64-8n2c-cpusets.xml", "core:0+core:1", { 0, 1 }, { 0, 1 }, "package", -1 },
	{ "16amd64-8n2c-cpusets.xml",
	  "package:1.core:1+pu:os:13",
	  { 3, 7 },
	  { 3, 13 },
	  "machine",
	  1 },
	/* The first allowed thread of the last core is its second. */
	{ "hybrid.xml", "core:4.pu:0+core:3.pu:0", { 5, 3 }, { 7, 4 }, "l3", 0 },
	{ "hybrid.xml", "l2:0.core:2+l2:0.core:0", { 2, 0 }, { 2, 0 }, "l2", 0 },
	{ "fakecpukinds.xml", "core:1.pu:1+core:0.pu:1", { 3, 1 }, { 3, 2 }, "package", 0 },
};

static void test_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
		const struct accepted *a = &accepted[i];
		struct topology *t = topologies_load(&(struct source){ .xml = a->xml });
		struct place p;
		struct why why = { "" };

		if (place_find(t, a->text, &p, &why))
			fail_msg("%s: %s", a->text, why.text);
		assert_string_equal(p.name, a->text);
		assert_string_equal(p.relation, a->relation);
		assert_int_equal(p.node, a->node);
		for (int role = 0; role < 2; role++) {
			char cpu[16];

			snprintf(cpu, sizeof cpu, "%d", a->os[role]);
			assert_int_equal(p.logical[role], a->logical[role]);
			assert_int_equal(p.os[role], a->os[role]);
			assert_string_equal(p.cpus[role], cpu);
		}
		topology_free(t);
	}
}

struct refused {
	const char *text, *says; /* a part of the sentence */
};

static const struct refused refused[] = {
	/* No place at all. */
	{ "", "same, smt, l2, l3, package, machine, auto" },
	{ "x", "same, smt, l2, l3, package, machine, auto" },
	{ "Same", "same, smt, l2, l3, package, machine, auto" },
	{ "auto ", "same, smt, l2, l3, package, machine, auto" },
	{ "pkg", "core:0.pu:0+core:1.pu:0" },
	/* Not two locations. */
	{ "pu:0", "pu:3+pu:5" },
	{ "core:0.pu:0", "pu:3+pu:5" },
	{ "pu:0+", "pu:3+pu:5" },
	{ "+pu:0", "pu:3+pu:5" },
	{ "+", "pu:3+pu:5" },
	{ "pu:0+pu:1+pu:2", "more than two" },
	{ "same+smt", "pu:3+pu:5" },
	{ "auto+pu:0", "pu:3+pu:5" },
	/* Not a location. */
	{ "pu+pu:1", "pu:3+pu:5" },
	{ "pu:+pu:1", "pu:3+pu:5" },
	{ ":0+pu:1", "pu:3+pu:5" },
	{ "pu:0 +pu:1", "pu:3+pu:5" },
	{ " pu:0+pu:1", "pu:3+pu:5" },
	{ "pu:-1+pu:1", "pu:3+pu:5" },
	{ "pu:0x1+pu:1", "pu:3+pu:5" },
	{ "pu:1e0+pu:1", "pu:3+pu:5" },
	{ "pu:99999999999999999999+pu:1", "pu:3+pu:5" },
	{ "pu:4294967296+pu:1", "pu:3+pu:5" },
	{ "pu:0-1+pu:2", "pu:3+pu:5" },
	{ "pu:all+pu:2", "pu:3+pu:5" },
	{ "core.pu:0+pu:1", "pu:3+pu:5" },
	{ "core:0..pu:0+pu:1", "pu:3+pu:5" },
	{ "core:0.+pu:1", "pu:3+pu:5" },
	{ ".pu:0+pu:1", "pu:3+pu:5" },
	{ "core:0:1+pu:1", "pu:3+pu:5" },
	{ "pu:os:+pu:1", "pu:3+pu:5" },
	{ "pu:os:x+pu:1", "pu:3+pu:5" },
	{ "core:0.pu:os:0+pu:1", "pu:3+pu:5" },
	{ "core:os:0.pu:0+pu:1", "only CPUs and nodes have OS indexes" },
	{ "package:0.node:os:0.core:0.pu:0+pu:1", "only outside of others" },
	{ "node:os:.core:0.pu:0+pu:1", "is not an OS index" },
	{ "node:os:x.core:0.pu:0+pu:1", "is not an OS index" },
	{ "node:os:2.core:0.pu:0+pu:1", "no node 2 that this process may use: give one of 0-1" },
	{ "node:os:0+pu:1", "12 CPUs" },
	{ "fish:0+pu:1", "'fish' is not a kind of object" },
	{ "pci:0+pu:1", "contains no CPUs" },
	{ "die:0+pu:1", "has no die" },
	/* There is none. */
	{ "pu:24+pu:1", "24 can be named" },
	{ "pu:1+pu:24", "use the CPUs 0-23" },
	{ "core:0.pu:2+pu:1", "2 can be named" },
	{ "core:12.pu:0+pu:1", "12 can be named" },
	{ "package:2.core:0.pu:0+pu:1", "2 can be named" },
	{ "core:0.package:0+pu:1", "0 can be named" },
	{ "numanode:2.core:0.pu:0+pu:1", "2 can be named" },
	{ "pu:os:24+pu:1", "may use 0-23" },
	/* Leaves a choice. */
	{ "core:0+core:1", "add .pu:0" },
	{ "pu:0+package:0", "12 CPUs" },
	{ "machine:0+pu:0", "24 CPUs" },
};

static void test_refused(void **state)
{
	struct topology *t = topologies_load(&(struct source){ .xml = TWO_NODES });

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct place p;
		struct why why = { "" };

		if (place_find(t, refused[i].text, &p, &why) != -EINVAL)
			fail_msg("'%s' is accepted", refused[i].text);
		if (!strstr(why.text, refused[i].says))
			fail_msg("'%s': '%s' does not say '%s'", refused[i].text, why.text,
				 refused[i].says);
	}
	topology_free(t);
}

static void test_too_long(void **state)
{
	struct topology *t = topologies_load(&(struct source){ .xml = TWO_NODES });
	char text[200];
	struct place p;
	struct why why = { "" };

	(void)state;
	/* The longest that fits a name is still read whole: leading zeros are digits. */
	memset(text, '0', sizeof text);
	memcpy(text, "pu:", 3);
	strcpy(text + PLACE_NAME_MAX - 1 - strlen("1+pu:2"), "1+pu:2");
	assert_int_equal(strlen(text), PLACE_NAME_MAX - 1);
	assert_int_equal(place_find(t, text, &p, &why), 0);
	assert_int_equal(p.logical[0], 1);
	assert_string_equal(p.name, text);

	strcat(text, "0");
	assert_int_equal(place_find(t, text, &p, &why), -EINVAL);
	assert_non_null(strstr(why.text, "at most 127"));
	topology_free(t);
}

static void refuse(const struct topology *t, const char *text, const char *says)
{
	struct place p;
	struct why why = { "" };

	assert_int_equal(place_find(t, text, &p, &why), -EINVAL);
	if (!strstr(why.text, says))
		fail_msg("'%s': '%s' does not say '%s'", text, why.text, says);
}

static void test_cpus_that_are_not_allowed(void **state)
{
	struct topology *t = topologies_load(&(struct source){ .xml = "16amd64-8n2c-cpusets.xml" });

	(void)state;
	refuse(t, "pu:os:4+pu:0", "CPU 4 is offline or not allowed");
	refuse(t, "pu:os:4+pu:0", "it may use 0-3,5-6,12-15");
	refuse(t, "pu:os:16+pu:0", "there is no CPU 16");
	refuse(t, "pu:10+pu:0", "10 can be named");
	refuse(t, "pu:10+pu:0", "0-3,5-6,12-15");
	refuse(t, "package:2.core:1+pu:0", "1 can be named");
	topology_free(t);

	t = topologies_load(&(struct source){ .xml = "hybrid.xml" });
	refuse(t, "pu:os:3+pu:0", "CPU 3 is offline or not allowed"); /* off line */
	refuse(t, "pu:os:6+pu:0", "it may use 0-2,4-5,7");            /* not allowed */
	topology_free(t);
}

/* Nodes without CPUs have logical indexes 3 and 4 at the top, but nothing can run there. */
static void test_nodes_without_cpus(void **state)
{
	struct topology *t = topologies_load(&(struct source){ .xml = "16amd64-8n2c-cpusets.xml" });

	(void)state;
	refuse(t, "numanode:3+pu:0", "has no CPU");
	refuse(t, "numanode:4.pu:0+pu:0", "0 can be named");
	refuse(t, "numanode:5+pu:0", "5 can be named");
	topology_free(t);
}

/* Memory on the package beside memory under each L3; in the second, the latter is empty. */
#define NESTED "package:2 [numa(memory=2GB)] l3:2 [numa(memory=1GB)] core:1 pu:1"
#define EMPTY  "package:2 [numa(memory=1GB)] l3:2 [numa] core:1 pu:1"

struct nodes {
	const char *topology, *place, *word;
	int err;
	unsigned long nodes;
};

static const struct nodes nodes[] = {
	{ TWO_NODES, "same", "local", 0, 1 },
	{ TWO_NODES, "same", "remote", 0, 2 },
	{ TWO_NODES, "pu:12+pu:0", "local", 0, 2 },
	{ TWO_NODES, "pu:12+pu:0", "remote", 0, 1 },
	{ TWO_NODES, "same", "interleave", 0, 3 },
	{ TWO_NODES, "same", "1", 0, 2 },
	{ TWO_NODES, "same", "2", -EINVAL, 0 },
	{ TWO_NODES, "same", "", -EINVAL, 0 },
	{ TWO_NODES, "same", "-1", -EINVAL, 0 },
	{ TWO_NODES, "same", "Local", -EINVAL, 0 },
	{ TWO_NODES, "same", "99999999999999999999", -EINVAL, 0 },
	{ TWO_NODES, "same", "4294967297", -EINVAL, 0 },
	{ "16em64t-4s2c2t.xml", "same", "local", 0, 1 },
	{ "16em64t-4s2c2t.xml", "same", "remote", CANNOT, 0 },
	{ "16em64t-4s2c2t.xml", "same", "interleave", 0, 1 },
	/* Node 0 is there but not allowed. */
	{ "16amd64-8n2c-cpusets.xml", "same", "local", CANNOT, 0 },
	{ "16amd64-8n2c-cpusets.xml", "same", "0", -EINVAL, 0 },
	{ "16amd64-8n2c-cpusets.xml", "same", "4", 0, 1ul << 4 },
	{ "16amd64-8n2c-cpusets.xml", "same", "remote", 0, 1ul << 1 },
	{ "16amd64-8n2c-cpusets.xml", "pu:2+pu:3", "remote", 0, 1ul << 2 },
	{ "16amd64-8n2c-cpusets.xml", "same", "interleave", 0, 0x3e },
	{ NESTED, "same", "local", 0, 1 },
	{ NESTED, "pu:3+pu:0", "local", 0, 1ul << 4 },
	{ NESTED, "same", "remote", 0, 2 },
	{ NESTED, "same", "interleave", 0, 0x3f },
	{ EMPTY, "same", "local", 0, 1ul << 2 },
	{ EMPTY, "same", "remote", 0, 1ul << 5 },
	{ EMPTY, "same", "interleave", 0, 1ul << 2 | 1ul << 5 },
	{ EMPTY, "same", "5", 0, 1ul << 5 },
	{ EMPTY, "same", "0", CANNOT, 0 },
};

static void test_nodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
		const struct nodes *n = &nodes[i];
		bool file = strstr(n->topology, ".xml");
		struct topology *t = topologies_load(&(struct source){
			.xml = file ? n->topology : NULL,
			.synthetic = file ? NULL : n->topology,
		});
		unsigned long mask;
		struct place p;
		struct why why = { "" };

		assert_int_equal(place_find(t, n->place, &p, &why), 0);
		assert_int_equal(place_nodes(t, &p, n->word, &mask, &why), n->err);
		if (!n->err)
			assert_int_equal(mask, n->nodes);
		else
			assert_string_not_equal(why.text, "");
		topology_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_cpus_that_are_not_allowed),
		cmocka_unit_test(test_nodes_without_cpus),
		cmocka_unit_test(test_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
