#!/usr/bin/env bats
# `shmbench selftest`: the checks hold here, the simulation is the same whenever it is repeated, and
# what runs say of one another is kept.

setup() {
	SHMBENCH=${SHMBENCH:-build/shmbench}
	SHMBENCH=$(realpath "$SHMBENCH")
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR TMPDIR=$BATS_TEST_TMPDIR
}

parse_json() {
	if command -v jq >/dev/null; then
		jq -e . >/dev/null
	elif command -v python3 >/dev/null; then
		python3 -m json.tool >/dev/null
	else
		skip "needs jq or python3"
	fi
}

@test "every check holds or is skipped with a reason" {
	run "$SHMBENCH" selftest
	grep '^failed' <<<"$output" || true
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} =~ ^[0-9]+\ ok,\ 0\ failed,\ [0-9]+\ skipped$ ]]
	for line in "${lines[@]::${#lines[@]}-1}"; do
		[[ $line =~ ^(ok|skipped)\ +[^\ ].*\ \ +[^\ ] ]]
	done
	for name in Hodges-Lehmann "clock resolution" "canary alone" "overhead, null/one"; do
		[[ $output == *"$name"* ]]
	done
	grep -q '^skipped  canary alone' <<<"$output" && skip "no canaries here"
	# What could not be tried says so; what was says what was accepted.
	for name in gate_biased "gate, busy CPU" "gate, busy sibling"; do
		grep -Eq "^(skipped +$name +unavailable: |ok +$name .*[0-9] %)" <<<"$output"
	done
}

@test "--json is an array of checks" {
	# What they find is for the test above; on one CPU most are skipped, which saves half a minute.
	taskset -c 0 "$SHMBENCH" selftest --json >"$BATS_TEST_TMPDIR/checks" || [ $? -eq 1 ]
	parse_json <"$BATS_TEST_TMPDIR/checks"
	grep -q '"status": "ok"' "$BATS_TEST_TMPDIR/checks"
}

@test "--simulate gives the same table for the same seed" {
	local out=$BATS_TEST_TMPDIR
	"$SHMBENCH" selftest --simulate --repetitions 200 --seed 7 >"$out/one"
	"$SHMBENCH" selftest --simulate --repetitions 200 --seed 7 >"$out/two"
	run "$SHMBENCH" selftest --simulate --repetitions 200 --seed 8
	cmp "$out/one" "$out/two"
	[ "$(cat "$out/one")" != "$output" ]
	grep -q '^## paired ratio' "$out/one"
	grep -q -- '--seed 7 --repetitions 200' "$out/one"
}

@test "--simulate --json is JSON" {
	"$SHMBENCH" selftest --simulate --repetitions 20 --json >"$BATS_TEST_TMPDIR/rows" || [ $? -eq 1 ]
	parse_json <"$BATS_TEST_TMPDIR/rows"
	grep -q '"standard_error"' "$BATS_TEST_TMPDIR/rows"
}

@test "the published table has the command line that makes it" {
	local table=$BATS_TEST_DIRNAME/../../results/simulation.md line
	# shellcheck disable=SC2016 # Markdown, not a command
	line=$(sed -n 's/^`shmbench \(.*\)`$/\1/p' "$table")
	[[ $line == "selftest --simulate --seed "* ]]
	[ "${SHMBENCH_TEST_ALL-}" = yes ] || skip "half a minute: scripts/test --all repeats it"
	# shellcheck disable=SC2086 # words of a command line
	"$SHMBENCH" $line | cmp - "$table"
}

@test "--aa keeps the deviation, and a run records it" {
	[ "${SHMBENCH_TEST_ALL-}" = yes ] || skip "half a minute: scripts/test --all does it"
	"$SHMBENCH" selftest --aa 2 --json >"$BATS_TEST_TMPDIR/aa"
	parse_json <"$BATS_TEST_TMPDIR/aa"
	grep -q '"attach/attach"' "$XDG_CACHE_HOME/shmbench/run-to-run.json"
	"$SHMBENCH" run null --invocations 1 --quiet --out "$BATS_TEST_TMPDIR/run" >/dev/null
	grep -A9 '"run_to_run": {' "$BATS_TEST_TMPDIR/run/run.json" | grep -q '"attach/attach"'
	# What the runs measured is gone.
	[ -z "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name "shmbench-aa-*")" ]
}

@test "wrong options are usage errors" {
	for options in "--aa 1" "--aa x" "--repetitions 3" "--seed -1" "--pause soon" \
		"--simulate --aa 3" "word"; do
		# shellcheck disable=SC2086
		run "$SHMBENCH" selftest $options
		[ "$status" -eq 2 ]
	done
}
