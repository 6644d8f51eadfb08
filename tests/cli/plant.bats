#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The planted slowdown of tests/sensitivity.sh is in no program that people measure with.
load helpers

setup() {
	find_program
}

@test "a release has no planted slowdown" {
	[[ $("$SHMBENCH" --version) != *planted* ]]
	run grep -c SHMBENCH_PLANT "$SHMBENCH"
	# shellcheck disable=SC2154 # bats sets it
	[ "$output" = 0 ]
	# The search finds such names: this one is in every build.
	grep -q SHMBENCH_PLOTS "$SHMBENCH"
}

@test "a release does as if it were not told" {
	# Not even a value that is none is noticed.
	SHMBENCH_PLANT=nonsense run "$SHMBENCH" run attach/life --region sysv --invocations 1 --quiet --out "$BATS_TEST_TMPDIR/run"
	[ "$status" -eq 0 ]
}
