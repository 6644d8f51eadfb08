/* SPDX-License-Identifier: MIT */
/* Pages, and whether this program is emulated: what is known of it from outside. */
#include <stdlib.h>
#include <sys/mman.h>
#include "base/page.h"
#include "probe/emulation.h"
#include "region/region.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* SHMBENCH_EMULATED is set by who runs this under an emulator (tests/arm/run.sh). */
static void it_is_as_we_were_told(void **state)
{
	char kernel[EMULATION_ARCHITECTURE_MAX] = "unset";
	const char *told = getenv("SHMBENCH_EMULATED");

	(void)state;
	assert_int_equal(emulation_here(kernel), told != NULL);
	assert_string_not_equal(kernel, "unset");
	assert_int_equal(emulation_here(NULL), told != NULL);
	if (told)
		assert_string_equal(kernel, told);
}

/* As an emulator may, the kernel's answer to advice is not proof that it was followed. */
static void what_was_touched_is_there(void **state)
{
	size_t page = base_page_bytes(), len = 33 * page;
	unsigned char in[33];
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(p != MAP_FAILED);
	p[5 * page] = 'x';
	assert_int_equal(region_touch(p, len), 0);
	assert_int_equal(mincore(p, len, in), 0);
	for (size_t i = 0; i < sizeof in; i++)
		assert_int_equal(in[i] & 1, 1);
	assert_int_equal(p[5 * page], 'x');
	munmap(p, len);
}

static void a_page_is_a_power_of_two(void **state)
{
	(void)state;
	assert_true(base_page_bytes() >= SMALLEST_PAGE);
	assert_int_equal(base_page_bytes() & (base_page_bytes() - 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_we_were_told),
		cmocka_unit_test(what_was_touched_is_there),
		cmocka_unit_test(a_page_is_a_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
