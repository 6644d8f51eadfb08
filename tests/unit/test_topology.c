/* SPDX-License-Identifier: MIT */
/* Loading: this machine within this process's affinity, and what is no topology. */
#include "probe/emulation.h"
#include "topologies.h"
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static void test_this_machine(void **state)
{
	struct topology *t = topologies_load(&(struct source){ 0 });
	cpu_set_t may;
	struct place p;
	struct why why = { "" };

	(void)state;
	assert_true(topology_is_here(t));
	assert_int_equal(sched_getaffinity(0, sizeof may, &may), 0);
	assert_int_equal(topology_pus(t), CPU_COUNT(&may));
	assert_int_equal(place_find(t, "auto", &p, &why), 0);
	assert_true(CPU_ISSET((size_t)p.os[0], &may) && CPU_ISSET((size_t)p.os[1], &may));
	assert_int_equal(CPU_COUNT(&may) == 1, p.os[0] == p.os[1]);
	topology_free(t);
}

/* As under taskset(1): the CPUs that are left are all there is, and loading moves nobody. */
static void test_affinity_is_honoured(void **state)
{
	cpu_set_t before, now;

	(void)state;
	if (emulation_here(NULL))
		skip(); /* hwloc asks all threads: the emulator's own stay where they were */
	assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		cpu_set_t one;
		struct place p;
		struct why why = { "" };

		if (!CPU_ISSET((size_t)cpu, &before))
			continue;
		CPU_ZERO(&one);
		CPU_SET((size_t)cpu, &one);
		assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
		struct topology *t = topologies_load(&(struct source){ 0 });
		assert_int_equal(sched_getaffinity(0, sizeof now, &now), 0);
		assert_true(CPU_EQUAL(&one, &now));
		assert_int_equal(topology_pus(t), 1);
		assert_true(topology_machine(t).existing >= CPU_COUNT(&before));
		assert_int_equal(place_find(t, "auto", &p, &why), 0);
		assert_string_equal(p.name, "same");
		assert_int_equal(p.os[0], cpu);
		assert_int_equal(place_find(t, "l3", &p, &why), CANNOT);
		topology_free(t);
	}
	assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

/* The XML of a topology is that topology again, except that it is not this machine. */
static void test_xml_reads_back(void **state)
{
	char path[] = "/tmp/shmbench-topology-XXXXXX";
	struct topology *t =
		topologies_load(&(struct source){ .synthetic = "package:2 core:3 pu:2" });
	struct why why = { "" };
	char *text = topology_xml(t, &why);
	int fd = mkstemp(path);

	(void)state;
	assert_non_null(text);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	free(text);
	topology_free(t);

	int err = topology_load(&t, path, NULL, &why);
	unlink(path);
	assert_int_equal(err, 0);
	assert_false(topology_is_here(t));
	assert_int_equal(topology_pus(t), 12);
	topology_free(t);
}

static void refuse(const char *xml, const char *synthetic, const char *says)
{
	struct topology *t;
	struct why why = { "" };

	assert_int_equal(topology_load(&t, xml, synthetic, &why), -EINVAL);
	assert_null(t);
	if (!strstr(why.text, says))
		fail_msg("'%s' does not say '%s'", why.text, says);
}

static void test_files_that_are_no_topology(void **state)
{
	char path[PATH_MAX], cut[] = "/tmp/shmbench-topology-XXXXXX", half[1000];
	FILE *whole = fopen(topologies_path("hybrid.xml", path), "r");
	int fd = mkstemp(cut);

	(void)state;
	assert_non_null(whole);
	assert_true(fd >= 0);
	assert_int_equal(fread(half, 1, sizeof half, whole), sizeof half);
	assert_int_equal(write(fd, half, sizeof half), sizeof half);
	fclose(whole);
	close(fd);
	refuse(cut, NULL, "is not a topology in hwloc's XML");
	unlink(cut);
	refuse(cut, NULL, "No such file");
	refuse("/", NULL, "cannot read / (Is a directory)");
	refuse("/dev/null", NULL, "is not a topology in hwloc's XML");
	refuse(topologies_path("README.md", path), NULL, "is not a topology in hwloc's XML");
	refuse("", NULL, "cannot read");
}

/* hwloc 2.9 crashes on this one; whether it is refused or read, we are still here afterwards. */
static void test_a_file_that_crashes_hwloc(void **state)
{
	static const char hurt[] = "complete_cpuset=";
	char path[PATH_MAX], damaged[] = "/tmp/shmbench-topology-XXXXXX", text[32768];
	FILE *whole = fopen(topologies_path("16em64t-4s2c2t.xml", path), "r");
	int fd = mkstemp(damaged);
	struct topology *t;
	struct why why = { "" };

	(void)state;
	assert_non_null(whole);
	size_t len = fread(text, 1, sizeof text - 1, whole);
	text[len] = '\0';
	fclose(whole);
	char *at = strstr(strstr(text, "L2Cache"), hurt);
	assert_non_null(at);
	at[strlen(hurt) - 3] = 'x';
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	int err = topology_load(&t, damaged, NULL, &why);
	unlink(damaged);
	if (err)
		assert_int_equal(err, -EINVAL);
	topology_free(t);
}

static void test_synthetic_texts_that_are_none(void **state)
{
	static const char *const wrong[] = { "",
					     "fish",
					     "core:4",
					     "pu:0",
					     "package:2 core:-1",
					     "package:2core:2",
					     "core pu",
					     "package:2 pu:2 core:2" };
	static const char *const large[] = { "core:32769 pu:2", "package:300 core:300 pu:1",
					     "pu:1000000000", "pu:99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		refuse(NULL, wrong[i], "is not a synthetic topology: give levels");
	for (size_t i = 0; i < sizeof large / sizeof *large; i++)
		refuse(NULL, large[i], "more than 65536");
}

static void test_attributes_are_no_levels(void **state)
{
	static const char text[] =
		"package:2 [numa(memory=64000000000)] l3:1(size=1000000) core:2 pu:2";
	struct topology *t = topologies_load(&(struct source){ .synthetic = text });

	(void)state;
	assert_int_equal(topology_pus(t), 8);
	assert_int_equal(topology_nodes(t), 2);
	topology_free(t);
}

static void test_one_source_only(void **state)
{
	(void)state;
	refuse("a.xml", "pu:2", "give one of them");
}

/* hwloc alone would go on with this machine. */
static void test_broken_environment_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(setenv("HWLOC_XMLFILE", "/nonexistent.xml", 1), 0);
	refuse(NULL, NULL, "cannot read /nonexistent.xml");
	assert_int_equal(unsetenv("HWLOC_XMLFILE"), 0);
	assert_int_equal(setenv("HWLOC_SYNTHETIC", "core:3 pu:1", 1), 0);
	struct topology *t = topologies_load(&(struct source){ 0 });
	assert_int_equal(unsetenv("HWLOC_SYNTHETIC"), 0);
	assert_false(topology_is_here(t));
	assert_int_equal(topology_pus(t), 3);
	topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_this_machine),
		cmocka_unit_test(test_affinity_is_honoured),
		cmocka_unit_test(test_xml_reads_back),
		cmocka_unit_test(test_files_that_are_no_topology),
		cmocka_unit_test(test_a_file_that_crashes_hwloc),
		cmocka_unit_test(test_synthetic_texts_that_are_none),
		cmocka_unit_test(test_attributes_are_no_levels),
		cmocka_unit_test(test_one_source_only),
		cmocka_unit_test(test_broken_environment_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
