/* SPDX-License-Identifier: MIT */
/* In what two runs' machines differ, from hand-made run.json; what must not count as different. */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "record/environment.h"
#include "record/outline.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

static const char machine[] =
	"<?xml version=\"1.0\"?><topology version=\"2.0\">"
	"<object type=\"Machine\" os_index=\"0\" cpuset=\"0x3\" allowed_cpuset=\"0x3\">"
	"<info name=\"OSRelease\" value=\"6.1\"/>"
	"<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x3\" local_memory=\"1000\">"
	"<page_type size=\"4096\" count=\"5\"/></object>"
	"<object type=\"L3Cache\" os_index=\"0\" cpuset=\"0x3\" cache_size=\"33554432\">"
	"<object type=\"PU\" os_index=\"0\" cpuset=\"0x1\"/>"
	"<object type=\"PU\" os_index=\"1\" cpuset=\"0x2\"/></object>"
	"<object type=\"PCIDev\" gp_index=\"9\"/></object></topology>";

static char *replaced(const char *text, const char *what, const char *with)
{
	const char *at = strstr(text, what);
	char *out = malloc(strlen(text) + strlen(with) + 1);

	assert_true(at && out);
	memcpy(out, text, (size_t)(at - text));
	strcpy(stpcpy(out + (at - text), with), at + strlen(what));
	return out;
}

static void outline_has_objects_only(void **state)
{
	char *text = outline_make(machine);

	(void)state;
	assert_string_equal(text, "Machine 0 0x3, allowed 0x3\n"
				  " NUMANode 0 0x3\n"
				  " L3Cache 0 0x3, 33554432 bytes\n"
				  "  PU 0 0x1\n"
				  "  PU 1 0x2\n");
	free(text);
	text = outline_make("no topology <at all");
	assert_string_equal(text, "");
	free(text);
}

static json_t *run(const char *key, const char *value, const char *xml)
{
	json_t *environment =
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "kernel", "Linux 6.1", "processor", "one",
			  "thp", "madvise", "shmem_thp", "never", "load", "1.0");
	json_t *program = json_pack("{s:s, s:s}", "version", "0.1.0", "build", "Release");

	if (key && !strncmp(key, "program.", 8))
		json_object_set_new(program, key + 8, json_string(value));
	else if (key)
		json_object_set_new(environment, key, json_string(value));
	return json_pack("{s:o, s:o, s:s}", "environment", environment, "program", program,
			 "topology_xml", xml);
}

static struct environment compared(json_t *base, json_t *new, const char *across)
{
	struct environment e;
	struct why w = { "" };
	uint32_t bits = 0;

	if (across)
		assert_int_equal(environment_across(across, &bits, &w), 0);
	struct environment_pair pair = { base, new, bits };
	assert_int_equal(environment_compare(&e, &pair, &w), 0);
	json_decref(base);
	json_decref(new);
	return e;
}

static void each_difference_has_its_word(void **state)
{
	static const char *const keys[][2] = {
		{ "kernel", "kernel" }, { "processor", "cpu" }, { "thp", "thp" },
		{ "shmem_thp", "thp" }, { "cpus", "topology" }, { "program.version", "version" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct environment e =
			compared(run(NULL, NULL, machine), run(keys[i][0], "x", machine), NULL);

		assert_int_equal(e.n, 1);
		assert_int_equal(e.refused, 1);
		assert_string_equal(environment_word(e.difference[0].word), keys[i][1]);
		assert_string_equal(e.difference[0].in_new, "x");
		e = compared(run(NULL, NULL, machine), run(keys[i][0], "x", machine), keys[i][1]);
		assert_int_equal(e.n, 1);
		assert_int_equal(e.refused, 0);
		assert_true(e.difference[0].accepted);
	}
}

static void what_moves_by_itself_is_no_difference(void **state)
{
	char *memory = replaced(machine, "local_memory=\"1000\"", "local_memory=\"2000\"");
	char *pages = replaced(memory, "count=\"5\"", "count=\"7\"");
	char *device = replaced(pages, "<object type=\"PCIDev\" gp_index=\"9\"/>", "");
	struct environment e =
		compared(run("load", "0.1", machine), run("load", "9.9", device), NULL);

	(void)state;
	assert_int_equal(e.n, 0);
	free(memory);
	free(pages);
	free(device);
	/* A note refuses nothing. */
	e = compared(run(NULL, NULL, machine), run("program.build", "Debug", machine), NULL);
	assert_int_equal(e.n, 1);
	assert_int_equal(e.refused, 0);
	assert_string_equal(environment_word(e.difference[0].word), "");
}

static void topologies_differ_by_object_cpuset_or_cache(void **state)
{
	static const char *const changes[][2] = {
		{ "33554432", "16777216" },
		{ "allowed_cpuset=\"0x3\"", "allowed_cpuset=\"0x1\"" },
		{ "<object type=\"PU\" os_index=\"1\" cpuset=\"0x2\"/>", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		char *other = replaced(machine, changes[i][0], changes[i][1]);
		struct environment e =
			compared(run(NULL, NULL, machine), run(NULL, NULL, other), "kernel");

		assert_int_equal(e.refused, 1);
		assert_int_equal(e.difference[0].word, ENVIRONMENT_TOPOLOGY);
		if (i == 0)
			assert_string_equal(e.difference[0].in_new,
					    "L3Cache 0 0x3, 16777216 bytes");
		if (i == 2)
			assert_string_equal(e.difference[0].in_new, "nothing");
		free(other);
	}
}

static void words_are_checked(void **state)
{
	static const char *const bad[] = { "", "kernels", "kernel,", "kernel,,cpu", "kern" };
	uint32_t bits = 0;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct why w = { "" };

		assert_int_equal(environment_across(bad[i], &bits, &w), -EINVAL);
		assert_non_null(strstr(w.text, "kernel, cpu, thp, topology, version"));
	}
	struct why w = { "" };
	bits = 0;
	assert_int_equal(environment_across("version,kernel", &bits, &w), 0);
	assert_int_equal(bits, 1u << ENVIRONMENT_VERSION | 1u << ENVIRONMENT_KERNEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outline_has_objects_only),
		cmocka_unit_test(each_difference_has_its_word),
		cmocka_unit_test(what_moves_by_itself_is_no_difference),
		cmocka_unit_test(topologies_differ_by_object_cpuset_or_cache),
		cmocka_unit_test(words_are_checked),
	};

	return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
