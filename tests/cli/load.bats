#!/usr/bin/env bats
# Latency under load: `latency --rate`. What is asserted holds on a busy machine too: relations between
# numbers of one run, no times.

load helpers

setup_file() {
	find_program
	unset SHMBENCH_PLOTS
	export RUN=$BATS_FILE_TMPDIR/run LOAD_STATUS=0
	"$SHMBENCH" run latency --rate 20%,300% --invocations 2 --out "$RUN" \
		>"$BATS_FILE_TMPDIR/stdout" 2>"$BATS_FILE_TMPDIR/stderr" || LOAD_STATUS=$?
}

setup() {
	find_program
	cd "$BATS_TEST_TMPDIR"
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
}

@test "every metric of both channels at both rates" {
	[ "$LOAD_STATUS" -eq 0 ]
	[ ! -s "$BATS_FILE_TMPDIR/stderr" ]
	for channel in ring pipe; do
		for rate in 20% 300%; do
			for metric in response service offered achieved full peak; do
				[ "$(WHERE="channel=$channel offered_rate=$rate metric=$metric relation=all" \
					select_columns "$RUN/summary.csv" status)" = ok ]
			done
		done
	done
	# The closed loop is another question.
	[ -z "$(WHERE="metric=rtt" select_columns "$RUN/summary.csv" status)" ]
}

# value CHANNEL RATE METRIC COLUMN: of the first invocation.
value() {
	WHERE="channel=$1 offered_rate=$2 metric=$3 relation=all" select_columns "$RUN/invocations.csv" "$4" | head -n 1
}

@test "what is offered is the share of the peak that the same invocation measured" {
	for channel in ring pipe; do
		for rate in 20 300; do
			awk -v offered="$(value $channel $rate% offered median_all)" \
				-v peak="$(value $channel $rate% peak median_all)" -v share=$rate \
				'BEGIN { off = offered / (peak * share / 100) - 1; exit !(off < .02 && off > -.02) }'
		done
	done
}

@test "a message that was due takes no less than from when it was sent" {
	for channel in ring pipe; do
		for rate in 20% 300%; do
			for column in min p10 p25 p75 p90 p99 max mean; do
				awk -v response="$(value $channel $rate response $column)" \
					-v service="$(value $channel $rate service $column)" \
					'BEGIN { exit !(response >= service && service > 0) }'
			done
		done
	done
}

@test "three times the peak is past saturation: flagged, said, and nothing is lost" {
	for channel in ring pipe; do
		WHERE="channel=$channel offered_rate=300% metric=response relation=all" \
			select_columns "$RUN/invocations.csv" flags | grep -q saturated
		awk -v offered="$(value $channel 300% offered median_all)" \
			-v achieved="$(value $channel 300% achieved median_all)" 'BEGIN { exit !(achieved < .99 * offered) }'
		# As many were timed from when they were due as from when they were sent.
		[ "$(value $channel 300% response samples)" = "$(value $channel 300% service samples)" ]
		[ "$(value $channel 300% response samples)" = "$(value $channel 300% achieved operations)" ]
	done
	tr '\n' ' ' <"$BATS_FILE_TMPDIR/stdout" | grep -q 'Past saturation, ring/sysv.*--rate 300%'
}

@test "profile.csv has response and service by the rate in messages/s" {
	WHERE="index_kind=offered_rate" select_columns "$RUN/profile.csv" channel offered_rate metric index median p99 >profile
	[ "$(wc -l <profile)" -eq 8 ]
	awk -F '\t' '!($4 > 0 && $5 > 0 && $6 >= $5) { exit 1 }' profile
	# 300 % is 15 times 20 %, but for what the peak does between invocations.
	awk -F '\t' '{ at[$1, $2] = $4 } END { exit !(at["ring", "300%"] > 5 * at["ring", "20%"]) }' profile
}

@test "the figure is drawn, in the report too" {
	with_figures
	grep -q '<svg' "$RUN/plots/latency-under-load.svg"
	grep -q 'Latency under load' "$RUN/report.html"
	for terminal in pngcairo pdfcairo; do
		"$SHMBENCH" plot "$RUN" latency-under-load --terminal $terminal --out figure
		[ -s figure ]
	done
	[ "$("$SHMBENCH" plot "$RUN" latency-under-load --terminal dumb | wc -l)" -ge 10 ]
}

@test "every row's clock share is there, and a rate in messages/s is what was asked for" {
	[ "$(WHERE="metric=response" select_columns "$RUN/summary.csv" status clock_share | grep -c '^ok	$')" -eq 0 ]
	"$SHMBENCH" run latency --rate 50k --channel ring --region memfd --wait futex --invocations 1 -q --out run >/dev/null
	RUN=run
	[ "$(value ring 50000 offered median_all)" = 50000 ]
	[ "$(value ring 50000 response samples)" = 4000 ]
}

@test "rows of two runs join on the rate as it was given" {
	run "$SHMBENCH" compare "$RUN" "$RUN" --metric response
	[[ $output == *20%* ]]
	[[ $output == *300%* ]]
}

@test "a rate in a suite replaces rates only" {
	"$SHMBENCH" run --dry-run --suite full --rate 50% >plan
	[ "$(grep -c '^  latency/open-loop' plan)" -eq 2 ]
	[ "$(grep -c '^  latency/round-trip' plan)" -gt 10 ]
}

@test "what is no rate is refused with 2, the accepted forms named" {
	refused() { # SENTENCE ARGUMENT...
		run "$SHMBENCH" run --dry-run "${@:2}"
		[ "$status" -eq 2 ]
		[[ $output == *"$1"* ]] || { echo "${*:2}: $output"; return 1; }
	}
	refused "100000, 250k or 1M" latency --rate fast
	refused "100000, 250k or 1M" latency --rate 1.5M
	refused "1000 to 1000000000" latency --rate 10
	refused "10%..95%:+17%" latency --rate 10%..1M
	refused "is empty" latency --rate 95%..10%
	refused "at most 1000%" latency --rate 2000%
	refused "varies by --rate" attach --rate 10%
	refused "varies by --rate" latency/round-trip --rate 10%
}
