#!/usr/bin/env bats
# Perf events: counted beside what is timed, never in it, and absent with a reason.

load helpers

setup() {
	find_program
	RUN=$BATS_TEST_TMPDIR/run
}

measure() {
	"$SHMBENCH" run first-touch --region sysv,anon --size 256K --invocations 1 -q --out "$RUN" "$@" \
		>"$BATS_TEST_TMPDIR/stdout"
}

# why WHAT: the reasons in run.json of whatever names WHAT.
why() {
	jq -r --arg what "$1" '.unavailable[] | select(.what | contains($what)) | .why' "$RUN/run.json"
}

@test "without a wish there are counters where there is a PMU, else a reason" {
	measure
	if [ -e "$RUN/counters.csv" ]; then
		[ "$(WHERE="status=ok" select_columns "$RUN/counters.csv" metric | wc -l)" -gt 0 ]
	else
		[ "$(why cycles | wc -l)" -eq 1 ]
		[[ "$(why cycles)" == perf_event_open:* ]]
	fi
}

@test "--counters=off: none, and said" {
	measure --counters off
	[ ! -e "$RUN/counters.csv" ]
	[[ "$(why counters)" == *--counters=off* ]]
}

@test "--counters=on: a row for every metric of every cell, and nothing else changes" {
	measure --counters on
	[ -e "$RUN/counters.csv" ] || skip "no event can be opened here: $(why page_faults)"
	parses "$RUN/counters.csv"
	[ "$(select_columns "$RUN/counters.csv" schema | sort -u)" = shmbench.counters.v1 ]
	[ "$(select_columns "$RUN/counters.csv" benchmark region metric | sort)" = \
		"$(select_columns "$RUN/invocations.csv" benchmark region metric | sort)" ]
	# Counted invocations are numbered behind the timed ones, and are no rows among these.
	last=$(select_columns "$RUN/invocations.csv" invocation | sort -n | tail -n 1)
	[ "$(select_columns "$RUN/counters.csv" invocation | sort -n | head -n 1)" -eq $((last + 1)) ]
	[ "$(jq .blocks "$RUN/run.json")" -eq 1 ]
}

@test "a fresh page costs one fault, whoever counts, and the report says so per operation" {
	measure --counters on
	[ -z "$(why page_faults)" ] || skip "$(why page_faults)"
	WHERE="metric=sweep" select_columns "$RUN/counters.csv" operations role0_page_faults |
		while read -r pages faults; do
			[ "$pages" -gt 0 ]
			# What reads the counters may fault itself: as much as the flag `faults` lets pass.
			[ "$faults" -ge "$pages" ]
			[ "$faults" -le $((pages + pages / 100 + 8)) ]
		done
	grep -q "^counters per operation" "$BATS_TEST_TMPDIR/stdout"
	grep -E "^ +first-touch sweep sysv +0 +[0-9]+ +.*1\.00" "$BATS_TEST_TMPDIR/stdout"
	grep -q "counters per operation" "$RUN/report.html"
}

@test "a budget keeps room for what is counted, or the run says that there was none" {
	"$SHMBENCH" run null --time-budget 10s --patience 0% --counters on -q --out "$RUN" >/dev/null
	[ -z "$(why page_faults)" ] || skip "$(why page_faults)"
	if [ -e "$RUN/counters.csv" ]; then
		[ "$(WHERE="status=ok" select_columns "$RUN/counters.csv" metric | wc -l)" -eq 2 ]
		[ "$(jq '.warnings | length' "$RUN/run.json")" -eq 0 ]
	else
		jq -r '.warnings[]' "$RUN/run.json" | grep -q '^counters.csv is missing'
	fi
}

@test "where the budget is over after the first block nothing is counted, and the run says so" {
	"$SHMBENCH" run null --time-budget 1ms --counters on -q --out "$RUN" >/dev/null
	[ -z "$(why page_faults)" ] || skip "$(why page_faults)"
	[ ! -e "$RUN/counters.csv" ]
	jq -r '.warnings[]' "$RUN/run.json" | grep -q '^counters.csv is missing'
}

@test "a wish that is none is a usage error" {
	run "$SHMBENCH" run null --counters perhaps --out "$RUN"
	[ "$status" -eq 2 ]
	[[ "$output" == *"give auto, on or off"* ]]
	[ ! -e "$RUN" ]
}
