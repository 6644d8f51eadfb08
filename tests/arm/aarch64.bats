#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The program built for aarch64, here emulated: everything runs, and it says that it is emulated.
load ../cli/helpers

setup_file() {
	find_program
	export RUN=$BATS_FILE_TMPDIR/run
	SMOKE_STATUS=0
	"$SHMBENCH" run --suite smoke --quiet --out "$RUN" >"$BATS_FILE_TMPDIR/stdout" || SMOKE_STATUS=$?
	export SMOKE_STATUS
}

setup() {
	find_program
}

# ok_or_skipped RUN: every row is one of the two, and a skip has a reason.
ok_or_skipped() {
	[ "$(select_columns "$1/summary.csv" status | grep -cvx 'ok\|skip')" -eq 0 ]
	[ "$(WHERE="status=skip" select_columns "$1/summary.csv" reason | grep -c '^$')" -eq 0 ]
}

# has_rows RUN COLUMN: each word of the column that the program lists has rows; those with none that
# is ok are printed.
has_rows() {
	local name
	for name in $("$SHMBENCH" list "$2s" | awk '/^  [a-z]/ { print $1 }'); do
		select_columns "$1/summary.csv" "$2" | grep -qx "$name"
		WHERE="status=ok" select_columns "$1/summary.csv" "$2" | grep -qx "$name" || echo "$name"
	done
}

@test "the smoke suite: every row is ok, or a skip with a reason, and every region has one that is ok" {
	[ "$SMOKE_STATUS" -eq 0 ]
	ok_or_skipped "$RUN"
	[ -z "$(has_rows "$RUN" region)" ]
}

@test "every channel moves messages, or says what is in the way" {
	local all run=$BATS_TEST_TMPDIR/run
	all=$("$SHMBENCH" list channels | awk '/^  [a-z]/ { print $1 }' | paste -sd,)
	"$SHMBENCH" run throughput latency --channel "$all" --invocations 1 --verify --quiet --out "$run"
	ok_or_skipped "$run"
	echo "# not here: $(has_rows "$run" channel | paste -sd' ')" >&3
	[[ " $(has_rows "$run" channel | paste -sd' ') " != *" ring "* ]]
}

@test "the canaries run: every window has both, and nothing says unavailable" {
	[ "$(select_columns "$RUN/windows.csv" role0_canary_before | awk '!($1 > 0)' | wc -l)" -eq 0 ]
	run jq -e '[.unavailable[]? | select(.what == "canaries")] | length == 0' "$RUN/run.json"
	[ "$status" -eq 0 ]
}

@test "--clock cntvct times what --clock monotonic does" {
	"$SHMBENCH" run null bounds --clock cntvct,monotonic --invocations 1 --quiet --out "$BATS_TEST_TMPDIR/run"
	[ "$(WHERE="status=ok" select_columns "$BATS_TEST_TMPDIR/run/summary.csv" clock | sort -u | tr '\n' ' ')" = "cntvct monotonic " ]
}

@test "populating by an advice that the emulator does not pass on is a skip" {
	[ -n "$EMULATED" ] || skip "not emulated here"
	run "$SHMBENCH" run populate --populate madvise --region sysv --size 1M --invocations 1 --quiet \
		--out "$BATS_TEST_TMPDIR/run"
	# A newer emulator does pass it on.
	[ "$status" -eq 0 ] || [ "$status" -eq 77 ]
	[ "$status" -eq 0 ] || [[ $output == *"an emulator"* ]]
}

@test "doctor and run.json say that it is emulated, and doctor that it is unfit" {
	[ -n "$EMULATED" ] || skip "not emulated here"
	run "$SHMBENCH" doctor
	[ "$status" -eq 4 ]
	[[ $output =~ unfit\ +hypervisor\ +user-mode\ emulation\ on\ $EMULATED ]]
	[ "$(jq -r .environment.hypervisor "$RUN/run.json")" = "user-mode emulation on $EMULATED" ]
}

@test "facts: what is the emulator's is not testable, and nothing is false" {
	run "$SHMBENCH" facts --json
	[ "$status" -eq 0 ]
	[ -z "$EMULATED" ] ||
		[ "$(jq -r '[.[] | select(.reason // "" | test("emulated")) | .fact] | join(" ")' <<<"$output")" = \
			"attach-maps-no-page first-touch-is-a-fault no-fault-around" ]
}
