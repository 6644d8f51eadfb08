#!/usr/bin/env bats
# A run directory that an older version of the program recorded is still read: the first published
# run, as the history of this tree has it, whose files lack the columns that were added since.

load helpers

# The commit that published it with all its files.
published() {
	git -C "$TREE" log --diff-filter=A --format=%H -- results/published/quick/windows.csv 2>/dev/null | tail -n 1
}

setup_file() {
	find_program
	command -v git >/dev/null || return 0
	commit=$(published) || return 0
	[ -n "$commit" ] || return 0
	git -C "$TREE" archive "$commit" results/published/quick | tar -x -C "$BATS_FILE_TMPDIR"
}

setup() {
	find_program
	OLDER=$BATS_FILE_TMPDIR/results/published/quick
	[ -d "$OLDER" ] || skip "needs git and the history of the tree"
}

@test "it is older" {
	head -n 1 "$OLDER/summary.csv" | grep -q ',p999_high$'
	head -n 1 "$OLDER/windows.csv" | grep -q ',calm$'
	head -n 1 "$OLDER/profile.csv" | grep -q ',p90$'
}

@test "report: tables and figures; every value that the run had is what it was" {
	with_figures
	cd "$BATS_TEST_TMPDIR"
	cp -r "$OLDER" run
	"$SHMBENCH" report run --out page >tables
	grep -q '^attach: attach, ns' tables
	grep -q '^latency: rtt, ns' tables
	for figure in attach-latency first-touch touch-ecdf touch-by-index throughput rtt-ecdf ratio-forest machine-state; do
		[ -s page/plots/$figure.svg ]
	done
	parses run/summary.csv
	[ -z "$(select_columns run/summary.csv calm_share | tr -d '\n')" ]
	same=(benchmark region channel metric relation status median ci_low ci_high min p10 p90 max mean median_all)
	diff <(select_columns "$OLDER/summary.csv" "${same[@]}") <(select_columns run/summary.csv "${same[@]}")
}

@test "plot: figures of files as they were" {
	with_figures
	for figure in throughput rtt-ecdf touch-by-index machine-state; do
		[ "$("$SHMBENCH" plot "$OLDER" $figure --terminal dumb | wc -l)" -ge 10 ]
	done
}

@test "compare: with itself nothing is slower" {
	run "$SHMBENCH" compare "$OLDER" "$OLDER"
	[ "$status" -eq 0 ]
	[[ $output == *"0 slower, 0 faster"* ]]
}

# A column that every version has is not missed in silence.
@test "report, compare: a header without a column that the older version had is refused with 2" {
	command -v python3 >/dev/null || skip "needs python3"
	cd "$BATS_TEST_TMPDIR"
	cp -r "$OLDER" run
	python3 - "$OLDER/invocations.csv" run/invocations.csv <<-'END'
		import csv, sys
		rows = csv.reader(open(sys.argv[1], newline=""))
		header = next(rows)
		at = header.index("median_all")
		out = csv.writer(open(sys.argv[2], "w", newline=""), lineterminator="\n")
		out.writerows(row[:at] + row[at + 1:] for row in [header, *rows])
	END
	for command in "report run" "compare run $OLDER" "compare $OLDER run"; do
		# shellcheck disable=SC2086 # words
		run "$SHMBENCH" $command
		[ "$status" -eq 2 ]
		[[ $output == *"run/invocations.csv, line 1: there is no column 'median_all'"* ]]
	done
	cp "$OLDER/invocations.csv" run/
	sed -i '0,/,ok,/s//,well,/' run/invocations.csv
	run "$SHMBENCH" report run
	[ "$status" -eq 2 ]
	[[ $output =~ "run/invocations.csv, line "[0-9]+", column 35 (status): 'well' is none of ok, skip, fail" ]]
}
