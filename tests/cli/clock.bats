#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# run --clock: the counter times what is timed, is recorded, and is not there without a sentence.
load helpers

setup() {
	find_program
	RUN=$BATS_TEST_TMPDIR/run
}

# The counter that this machine could have.
counter() {
	case ${EMULATED:+aarch64}$(uname -m) in
	aarch64*) echo cntvct ;;
	*) echo tsc ;;
	esac
}

# A short run by this clock; skips the test where there is none.
counted() {
	run "$SHMBENCH" run null --clock "$1" --invocations 1 --quiet --out "$RUN"
	# shellcheck disable=SC2154 # bats sets it
	[ "$status" -ne 77 ] || skip "no $(counter) here: $output"
	[ "$status" -eq 0 ]
}

@test "rows say which clock timed them, the floor of each with it" {
	counted "$(counter),monotonic"
	[ "$(WHERE="metric=empty" select_columns "$RUN/summary.csv" clock | sort -u | tr '\n' ' ')" = "$(printf '%s\n' monotonic "$(counter)" | sort | tr '\n' ' ')" ]
}

@test "run.json has the counter's rate and both ends' quality" {
	command -v jq >/dev/null || skip "needs jq"
	counted "$(counter)"
	jq -e --arg name "$(counter)" '.clock.counter
		| .name == $name and .ghz > 0 and .over_ns >= 100000000 and .error_ppm <= 100
		  and .start.resolution_ns > 0 and .end.max_ns >= .end.p999_ns' "$RUN/run.json"
	jq -e '.clock.start.name == "monotonic" and .clock.end.name == "monotonic"' "$RUN/run.json"
}

@test "without a counter in use there is none in run.json" {
	command -v jq >/dev/null || skip "needs jq"
	counted monotonic
	jq -e '.clock | has("counter") | not' "$RUN/run.json"
}

@test "started_ns is on the kernel's clock whatever times the cell" {
	counted "$(counter),monotonic"
	# Both clocks' rows are of one run of a few seconds.
	WHERE="status=ok" select_columns "$RUN/invocations.csv" started_ns | sort -n | awk '
		NR == 1 { first = $1 } { last = $1 } END { exit !(last - first < 600e9) }'
}

@test "a counter of another kind of CPU is skipped with a reason" {
	other=cntvct
	[ "$(counter)" = tsc ] || other=tsc
	run "$SHMBENCH" run null --clock $other --invocations 1 --quiet --out "$RUN"
	[ "$status" -eq 77 ]
	[[ $output == *"is a counter of"* ]]
}

@test "two roles with one counter measure" {
	counted "$(counter)"
	run "$SHMBENCH" run latency --channel ring --clock "$(counter)" --invocations 1 --quiet --out "$RUN-2"
	[ "$status" -eq 0 ]
}
