/* SPDX-License-Identifier: MIT */
/* One sentence a failure: the first. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "base/fail.h"
/* Last: it defines a macro fail(), so the function is called as (fail). */
#include <cmocka.h>

static void sentences(void **state)
{
	struct why w = { "" };

	(void)state;
	assert_int_equal((fail)(&w, ENOENT, "open of %s", "x"), -ENOENT);
	assert_string_equal(w.text, "open of x: No such file or directory");
	assert_int_equal(cannot(&w, "a later one"), CANNOT);
	assert_int_equal(misused(&w, "another"), -EINVAL);
	assert_string_equal(w.text, "open of x: No such file or directory");
	w = (struct why){ "" };
	assert_int_equal((fail)(&w, 0, "a short read"), -EIO);
	assert_string_equal(w.text, "a short read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
