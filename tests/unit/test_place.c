/* SPDX-License-Identifier: MIT */
/*
 * Places on other machines. What each word should be was worked out from the XML by hand, and
 * is checked once more by trying all pairs of CPUs with nothing but the lists of objects: no
 * walk up the tree and no set arithmetic, which is how place.c does it.
 */
#include "topologies.h"
#include <hwloc.h>
#include <stdlib.h>
#include "plan/pairs.h"

struct expected {
	struct source source;
	int pus, nodes;
	int node;           /* of `same` */
	const char *chosen; /* by auto */
	const char *cpus;   /* OS indexes of both roles, a pair a word, in order of distance */
};

/* clang-format off */
static const struct expected expected[] = {
	{ { "16em64t-4s2c2t.xml", NULL }, 16, 1, 0, "l3", "0,0 0,8 - 0,4 - 0,1" },
	{ { "24em64t-2n6c2t-pci.xml", NULL }, 24, 2, 0, "l3", "0,0 0,12 - 0,2 - 0,1" },
	{ { "fakecpukinds.xml", NULL }, 4, 1, 0, "package", "0,0 0,2 - - 0,1 -" },
	/* Node 0, around CPU 0, is not allowed. */
	{ { "16amd64-8n2c-cpusets.xml", NULL }, 10, 5, -1, "package", "0,0 - - - 0,1 0,2" },
	/* The first cores have one thread each, the last has lost one. */
	{ { "hybrid.xml", NULL }, 6, 1, 0, "l2", "0,0 4,5 0,1 0,4 - -" },
	{ { NULL, "core:1 pu:1" }, 1, 1, 0, "same", "0,0 - - - - -" },
	{ { NULL, "core:1 pu:2" }, 2, 1, 0, "smt", "0,0 0,1 - - - -" },
	{ { NULL, "package:2 l3:1 core:4 pu:2" }, 16, 1, 0, "l3", "0,0 0,1 - 0,2 - 0,8" },
	{ { NULL, "package:2 l3:2 l2:4 core:1 pu:2" }, 32, 1, 0, "l3", "0,0 0,1 - 0,2 0,8 0,16" },
	{ { NULL, "package:2 l3:2 l2:2 core:2 pu:2" }, 32, 1, 0, "l2", "0,0 0,1 0,2 0,4 0,8 0,16" },
	/* No SMT. */
	{ { NULL, "package:2 l3:1 l2:2 core:2 pu:1" }, 8, 1, 0, "l2", "0,0 - 0,1 0,2 - 0,4" },
	/* No L3. */
	{ { NULL, "package:2 l2:2 core:1 pu:2" }, 8, 1, 0, "package", "0,0 0,1 - - 0,2 0,4" },
	/* One core a package. */
	{ { NULL, "package:3 core:1 pu:2" }, 6, 1, 0, "machine", "0,0 0,1 - - - 0,2" },
	/* Neither packages nor cores are known. */
	{ { NULL, "pu:4" }, 4, 1, 0, "package", "0,0 - - - 0,1 -" },
	/* Siblings are numbered half the machine apart. */
	{ { NULL, "package:2 core:2 pu:2(indexes=0,4,1,5,2,6,3,7)" }, 8, 1, 0, "package",
	  "0,0 0,4 - - 0,1 0,2" },
	{ { NULL, "package:4 [numa] l3:4 core:32 pu:2" }, 1024, 4, 0, "l3", "0,0 0,1 - 0,2 0,64 0,256" },
	{ { NULL, "package:1024 core:1 pu:1" }, 1024, 1, 0, "machine", "0,0 - - - - 0,1" },
};
/* clang-format on */

#define EACH(e)                                                                                    \
	(const struct expected *e = expected; e < expected + sizeof expected / sizeof *expected;   \
	 e++)

static void test_words_are_in_order_of_distance(void **state)
{
	static const char *const words[] = { "same", "smt", "l2", "l3", "package", "machine" };

	(void)state;
	for (int i = 0; i < 6; i++)
		assert_string_equal(place_words[i], words[i]);
	assert_null(place_words[6]);
}

/* "0,0 0,8 - 0,4 - 0,1 ": what the words are here. */
static void places_text(const struct topology *t, char *text, size_t len)
{
	size_t at = 0;

	for (int word = 0; place_words[word]; word++) {
		struct place p;
		struct why why = { "" };
		int err = place_find(t, place_words[word], &p, &why);

		if (err == CANNOT && why.text[0]) {
			at += (size_t)snprintf(text + at, len - at, "- ");
			continue;
		}
		assert_int_equal(err, 0);
		assert_string_equal(p.name, place_words[word]);
		assert_string_equal(p.relation, place_words[word]);
		assert_int_equal(atoi(p.cpus[0]), p.os[0]);
		assert_int_equal(atoi(p.cpus[1]), p.os[1]);
		at += (size_t)snprintf(text + at, len - at, "%s,%s ", p.cpus[0], p.cpus[1]);
	}
	text[at - 1] = '\0';
}

static void test_places_by_hand(void **state)
{
	(void)state;
	for
		EACH(e)
		{
			struct topology *t = topologies_load(&e->source);
			char text[200];
			struct place p;
			struct why why = { "" };

			places_text(t, text, sizeof text);
			assert_string_equal(text, e->cpus);
			assert_false(topology_is_here(t));
			assert_int_equal(topology_pus(t), e->pus);
			assert_int_equal(topology_nodes(t), e->nodes);
			assert_int_equal(place_find(t, "auto", &p, &why), 0);
			assert_string_equal(p.name, e->chosen);
			assert_string_equal(p.relation, e->chosen);
			assert_int_equal(place_find(t, "same", &p, &why), 0);
			assert_int_equal(p.node, e->node);
			topology_free(t);
		}
}

/* For every PU the number of the object of each kind that lists it; -1 none. */
struct lists {
	hwloc_topology_t hwloc;
	int n;
	int *of[4]; /* cores, L2s, L3s, packages */
};

static void lists_open(struct lists *l, const struct source *s)
{
	static const hwloc_obj_type_t kind[4] = { HWLOC_OBJ_CORE, HWLOC_OBJ_L2CACHE,
						  HWLOC_OBJ_L3CACHE, HWLOC_OBJ_PACKAGE };
	char path[PATH_MAX];

	assert_int_equal(hwloc_topology_init(&l->hwloc), 0);
	if (s->xml)
		assert_int_equal(hwloc_topology_set_xml(l->hwloc, topologies_path(s->xml, path)),
				 0);
	else
		assert_int_equal(hwloc_topology_set_synthetic(l->hwloc, s->synthetic), 0);
	assert_int_equal(hwloc_topology_load(l->hwloc), 0);
	l->n = hwloc_get_nbobjs_by_type(l->hwloc, HWLOC_OBJ_PU);
	for (int k = 0; k < 4; k++) {
		l->of[k] = malloc((size_t)l->n * sizeof *l->of[k]);
		for (int i = 0; i < l->n; i++) {
			hwloc_obj_t pu = hwloc_get_obj_by_type(l->hwloc, HWLOC_OBJ_PU, (unsigned)i);
			hwloc_obj_t o = NULL;

			l->of[k][i] = -1;
			while ((o = hwloc_get_next_obj_by_type(l->hwloc, kind[k], o)))
				if (hwloc_bitmap_isset(o->cpuset, pu->os_index))
					l->of[k][i] = (int)o->logical_index;
		}
	}
}

static void lists_close(struct lists *l)
{
	for (int k = 0; k < 4; k++)
		free(l->of[k]);
	hwloc_topology_destroy(l->hwloc);
}

static int word_of(const struct lists *l, int a, int b)
{
	if (a == b)
		return 0;
	for (int k = 0; k < 3; k++)
		if (l->of[k][a] >= 0 && l->of[k][a] == l->of[k][b])
			return k + 1;
	return l->of[3][a] == l->of[3][b] ? 4 : 5;
}

static int is_first_of_core(const struct lists *l, int i)
{
	return i == 0 || l->of[0][i] < 0 || l->of[0][i] != l->of[0][i - 1];
}

/* The first pair of each word, by trying all. */
static void brute_force(const struct lists *l, int found[6][2])
{
	for (int word = 0; word < 6; word++)
		found[word][0] = -1;
	for (int a = 0; a < l->n; a++)
		for (int b = a; b < l->n; b++) {
			int word = word_of(l, a, b);

			if (found[word][0] >= 0 ||
			    (word > 1 && !(is_first_of_core(l, a) && is_first_of_core(l, b))))
				continue;
			found[word][0] = a;
			found[word][1] = b;
		}
}

static void check_against(const struct topology *t, const struct lists *l, int found[6][2])
{
	hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(l->hwloc);

	for (int word = 0; word < 6; word++) {
		struct place p;
		struct why why = { "" };
		int err = place_find(t, place_words[word], &p, &why);

		assert_int_equal(err, found[word][0] < 0 ? CANNOT : 0);
		if (err)
			continue;
		assert_int_equal(p.os[0] == p.os[1], word == 0);
		for (int role = 0; role < 2; role++) {
			assert_int_equal(p.logical[role], found[word][role]);
			assert_true(hwloc_bitmap_isset(allowed, (unsigned)p.os[role]));
		}
	}
}

static void test_places_by_trying_all_pairs(void **state)
{
	(void)state;
	for
		EACH(e)
		{
			struct topology *t = topologies_load(&e->source);
			struct lists l;
			int found[6][2];

			lists_open(&l, &e->source);
			brute_force(&l, found);
			check_against(t, &l, found);
			lists_close(&l);
			topology_free(t);
		}
}

static void test_what_is_shared_is_named(void **state)
{
	static const char *const shares[] = { "one thread", "core 0",    "L2 0 (4M)",
					      "L3 0 (16M)", "package 0", "the machine" };
	struct topology *t =
		topologies_load(&(struct source){ .synthetic = "package:2 l3:2 l2:2 core:2 pu:2" });

	(void)state;
	for (int word = 0; word < 6; word++) {
		struct place p;
		struct why why = { "" };

		assert_int_equal(place_find(t, place_words[word], &p, &why), 0);
		assert_string_equal(p.shares, shares[word]);
	}
	topology_free(t);
}

/* A core for every thread as long as there are cores; the first is where the role runs. */
static void test_threads_have_cores_of_their_own(void **state)
{
	static const int order[] = { 0, 2, 4, 6, 1, 3, 5, 7 };
	struct topology *t =
		topologies_load(&(struct source){ .synthetic = "package:2 core:2 pu:2" });
	struct place p;
	struct why why = { "" };
	int cpu[8];

	(void)state;
	assert_int_equal(place_find(t, "same", &p, &why), 0);
	for (unsigned n = 1; n <= 8; n++) {
		assert_int_equal(place_cpus(t, &p, n, cpu, &why), 0);
		assert_memory_equal(cpu, order, n * sizeof *cpu);
	}
	assert_int_equal(place_cpus(t, &p, 9, cpu, &why), CANNOT);
	assert_non_null(strstr(why.text, "may use 8 CPUs"));
	topology_free(t);
}

struct crowd_case {
	struct source source;
	const char *place;
	unsigned most;     /* pairs that there are */
	const char *pairs; /* OS indexes, the first of them */
};

/* clang-format off */
static const struct crowd_case crowd_cases[] = {
	/* Whole cores first, and then the other threads. */
	{ { NULL, "package:2 l3:1 core:4 pu:2" }, "l3", 8, "0,2 4,6 8,10 12,14 1,3 5,7 9,11 13,15" },
	{ { NULL, "package:2 l3:1 core:4 pu:2" }, "smt", 8, "0,1 2,3 4,5 6,7 8,9 10,11 12,13 14,15" },
	{ { NULL, "package:2 l3:1 core:4 pu:2" }, "machine", 8, "0,8 2,10 4,12 6,14 1,9 3,11 5,13 7,15" },
	{ { NULL, "package:2 l2:2 core:2 pu:1" }, "package", 4, "0,2 1,3 4,6 5,7" },
	/* Two of one L2 would be left over. */
	{ { NULL, "l3:1 l2:3 core:2 pu:1" }, "l3", 3, "0,2 1,4 3,5" },
	{ { NULL, "package:3 core:1 pu:1" }, "machine", 1, "0,1" },
	{ { NULL, "package:2 core:2 pu:2(indexes=0,4,1,5,2,6,3,7)" }, "package", 4, "0,1 2,3 4,5 6,7" },
	{ { "16em64t-4s2c2t.xml", NULL }, "l3", 8, "0,4 1,5 2,6 3,7 8,12 9,13 10,14 11,15" },
	{ { "16em64t-4s2c2t.xml", NULL }, "machine", 8, "0,1 2,3 4,5 6,7 8,9 10,11 12,13 14,15" },
	{ { "hybrid.xml", NULL }, "l2", 1, "0,1" },
	{ { "hybrid.xml", NULL }, "l3", 3, "0,4 1,7 2,5" },
	{ { NULL, "package:4 [numa] l3:4 core:16 pu:2" }, "l3", 256, "0,2" },
};
/* clang-format on */

static void check_pairs(const struct crowd_case *c)
{
	struct topology *t = topologies_load(&c->source);
	struct why why = { "" };
	struct place p;
	char text[80] = "", name[40];
	bool seen[1024] = { false };
	int cpu[512];

	assert_int_equal(place_find(t, c->place, &p, &why), 0);
	/* Fewer than there are, too. */
	for (unsigned n = 1; n < c->most; n += n < 8 ? 1 : n)
		assert_int_equal(place_pairs(t, &p, n, cpu, &why), 0);
	assert_int_equal(place_pairs(t, &p, c->most, cpu, &why), 0);
	for (unsigned i = 0; i < c->most; i++) {
		struct place pair;

		snprintf(name, sizeof name, "pu:os:%d+pu:os:%d", cpu[2 * i], cpu[2 * i + 1]);
		assert_int_equal(place_find(t, name, &pair, &why), 0);
		assert_string_equal(pair.relation, c->place);
		assert_false(seen[cpu[2 * i]] || seen[cpu[2 * i + 1]]);
		seen[cpu[2 * i]] = seen[cpu[2 * i + 1]] = true;
		size_t at = strlen(text);
		if (at < strlen(c->pairs))
			snprintf(text + at, sizeof text - at, "%s%d,%d", i ? " " : "", cpu[2 * i],
				 cpu[2 * i + 1]);
	}
	assert_string_equal(text, c->pairs);
	assert_int_equal(place_pairs(t, &p, c->most + 1, cpu, &why), CANNOT);
	assert_non_null(strstr(why.text, "pairs"));
	topology_free(t);
}

static void test_pairs_are_disjoint_and_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof crowd_cases / sizeof *crowd_cases; i++)
		check_pairs(&crowd_cases[i]);
}

static void test_one_cpu_is_no_pair(void **state)
{
	struct topology *t = topologies_load(&(struct source){ .synthetic = "core:2 pu:1" });
	struct place p;
	struct why why = { "" };
	int cpu[2];

	(void)state;
	assert_int_equal(place_find(t, "same", &p, &why), 0);
	assert_int_equal(place_pairs(t, &p, 1, cpu, &why), CANNOT);
	topology_free(t);
}

static void test_machine_is_counted(void **state)
{
	struct topology *t = topologies_load(&(struct source){ .xml = "hybrid.xml" });
	struct machine m = topology_machine(t);

	(void)state;
	assert_int_equal(m.packages, 1);
	assert_int_equal(m.cores, 5);
	assert_int_equal(m.pus, 6);
	assert_int_equal(m.existing, 8);
	assert_int_equal(m.nodes, 1);
	assert_int_equal(m.cache[0].count, 0);
	assert_int_equal(m.cache[1].count, 3);
	assert_int_equal(m.cache[1].smallest, 1 << 20);
	assert_int_equal(m.cache[1].largest, 2 << 20);
	assert_int_equal(m.cache[2].count, 1);
	topology_free(t);
}

/* The pairs of a topology as "0,1 0,2". */
static int append_pair(void *arg, const char *place)
{
	char *text = arg;
	unsigned a, b;

	assert_int_equal(sscanf(place, "pu:os:%u+pu:os:%u", &a, &b), 2);
	sprintf(text + strlen(text), "%s%u,%u", *text ? " " : "", a, b);
	return 0;
}

static const struct {
	const char *synthetic, *word, *pairs;
} many[] = {
	{ "core:3 pu:1", "all-pairs", "0,1 0,2 1,2" },
	{ "core:3 pu:1", "ordered-pairs", "0,1 1,0 0,2 2,0 1,2 2,1" },
	{ "core:2 pu:2", "all-pairs", "0,1 0,2 0,3 1,2 1,3 2,3" },
	/* One domain: threads of a core, then cores. */
	{ "l3:1 core:4 pu:2", "representatives", "0,1 0,2" },
	{ "l3:1 l2:2 core:2 pu:2", "representatives", "0,1 0,2 0,4" },
	/* Two and their first CPUs. */
	{ "package:2 l3:1 core:2 pu:2", "representatives", "0,1 0,2 0,4 4,5 4,6" },
	{ "package:2 l3:2 core:1 pu:1", "representatives", "0,1 0,2 0,3 1,2 1,3 2,3" },
	/* The domains are L2s, and packages where no cache is known. */
	{ "package:1 l2:2 core:2 pu:1", "representatives", "0,1 0,2 2,3" },
	{ "package:2 core:3 pu:1", "representatives", "0,1 0,3 3,4" },
	/* Names are OS indexes, the order is logical. */
	{ "core:2 pu:2(indexes=0,2,1,3)", "all-pairs", "0,2 0,1 0,3 2,1 2,3 1,3" },
};

static void test_words_that_are_many_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
		struct topology *t = topologies_load(&(struct source){ NULL, many[i].synthetic });
		char text[200] = "";
		struct why w = { "" };

		assert_true(pairs_word(many[i].word));
		assert_int_equal(pairs_visit(t, many[i].word, append_pair, text, &w), 0);
		assert_string_equal(text, many[i].pairs);
		topology_free(t);
	}
	assert_false(pairs_word("auto"));
}

/* The node pairs of a topology as "0,1 1,0", each with the CPUs that it is: "0,1:0,2 ". */
struct homes {
	const struct topology *t;
	char text[400];
};

static int append_nodes(void *arg, const char *place)
{
	struct homes *h = arg;
	size_t used = strlen(h->text);
	unsigned node[2];
	struct place p;
	struct why w = { "" };

	assert_true(pairs_nodes(place, node));
	assert_int_equal(place_find(h->t, place, &p, &w), 0);
	snprintf(h->text + used, sizeof h->text - used, "%s%u,%u:%d,%d", used ? " " : "", node[0],
		 node[1], p.os[0], p.os[1]);
	return 0;
}

static const struct {
	struct source source;
	const char *pairs;
} homes[] = {
	{ { NULL, "package:2 [numa] core:2 pu:2" }, "0,0:0,2 0,1:0,4 1,0:4,0 1,1:4,6" },
	{ { "24em64t-2n6c2t-pci.xml", NULL }, "0,0:0,2 0,1:0,1 1,0:1,0 1,1:1,3" },
	/* One core: its threads. One CPU: only with others. */
	{ { NULL, "package:2 [numa] core:1 pu:2" }, "0,0:0,1 0,1:0,2 1,0:2,0 1,1:2,3" },
	{ { NULL, "package:2 [numa] core:1 pu:1" }, "0,1:0,1 1,0:1,0" },
	/* Memory that is no CPU's own: beside all packages, and a second kind on each. */
	{ { NULL, "[numa] package:2 [numa] core:2 pu:1" }, "0,0:0,1 0,1:0,2 1,0:2,0 1,1:2,3" },
	{ { NULL, "package:2 [numa] [numa] core:2 pu:1" }, "0,0:0,1 0,2:0,2 2,0:2,0 2,2:2,3" },
	/* Node 0 is not allowed, and 4 and 5 have no CPU that is. */
	{ { "16amd64-8n2c-cpusets.xml", NULL },
	  "1,1:2,3 1,2:2,5 1,3:2,6 2,1:5,2 2,3:5,6 3,1:6,2 3,2:6,5" },
	/* A guest without cores. */
	{ { NULL, "[numa] [numa] pu:2" }, "0,0:0,1" },
};

static void test_pairs_of_nodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
		struct topology *t = topologies_load(&homes[i].source);
		struct homes h = { .t = t };
		struct why w = { "" };

		assert_int_equal(pairs_visit(t, "node-pairs", append_nodes, &h, &w), 0);
		assert_string_equal(h.text, homes[i].pairs);
		topology_free(t);
	}
}

static void test_one_node_has_no_pair(void **state)
{
	struct topology *t = topologies_load(&(struct source){ NULL, "package:2 core:2 pu:1" });
	struct homes h = { .t = t };
	struct why w = { "" };

	(void)state;
	assert_int_equal(pairs_visit(t, "node-pairs", append_nodes, &h, &w), CANNOT);
	assert_non_null(strstr(w.text, "one node"));
	assert_string_equal(h.text, "");
	topology_free(t);
}

/* Only what node-pairs makes is spoken of as nodes. */
static void test_other_places_are_no_nodes(void **state)
{
	static const char *const others[] = {
		"machine",
		"pu:os:0+pu:os:1",
		"node:os:0.core:3.pu:0+node:os:1.core:0.pu:0",
		"node:0.core:0.pu:0+node:1.core:0.pu:0",
		"node:os:0.core:0.pu:0",
		"node:os:0.core:0.pu:0+node:os:1",
	};
	unsigned node[2];

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(pairs_nodes(others[i], node));
}

static int count_pair(void *arg, const char *place)
{
	(void)place;
	++*(int *)arg;
	return 0;
}

/* 24 domains: 276 pairs of them, and in each the threads of a core and two cores. */
static void test_representatives_are_few(void **state)
{
	struct topology *t =
		topologies_load(&(struct source){ NULL, "package:2 l3:12 core:4 pu:2" });
	struct why w = { "" };
	int few = 0, all = 0;

	(void)state;
	assert_int_equal(pairs_visit(t, "representatives", count_pair, &few, &w), 0);
	assert_int_equal(pairs_visit(t, "all-pairs", count_pair, &all, &w), 0);
	assert_int_equal(few, 24 * 23 / 2 + 24 * 2);
	assert_int_equal(all, 192 * 191 / 2);
	topology_free(t);
}

static void test_one_cpu_has_no_pair(void **state)
{
	struct topology *t = topologies_load(&(struct source){ NULL, "core:1 pu:1" });
	struct why w = { "" };
	int n = 0;

	(void)state;
	assert_int_equal(pairs_visit(t, "all-pairs", count_pair, &n, &w), CANNOT);
	assert_int_equal(n, 0);
	assert_true(strlen(w.text) > 20);
	topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_in_order_of_distance),
		cmocka_unit_test(test_places_by_hand),
		cmocka_unit_test(test_places_by_trying_all_pairs),
		cmocka_unit_test(test_what_is_shared_is_named),
		cmocka_unit_test(test_threads_have_cores_of_their_own),
		cmocka_unit_test(test_pairs_are_disjoint_and_alike),
		cmocka_unit_test(test_one_cpu_is_no_pair),
		cmocka_unit_test(test_machine_is_counted),
		cmocka_unit_test(test_words_that_are_many_places),
		cmocka_unit_test(test_pairs_of_nodes),
		cmocka_unit_test(test_one_node_has_no_pair),
		cmocka_unit_test(test_other_places_are_no_nodes),
		cmocka_unit_test(test_representatives_are_few),
		cmocka_unit_test(test_one_cpu_has_no_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
