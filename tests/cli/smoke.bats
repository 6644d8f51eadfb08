#!/usr/bin/env bats
# The smoke suite, run once, and everything that its directory must hold: contract.md, section 4.

load helpers

setup_file() {
	find_program
	unset SHMBENCH_PLOTS
	export RUN=$BATS_FILE_TMPDIR/run SMOKE_STATUS=0
	ours "$BATS_FILE_TMPDIR" | sort >"$BATS_FILE_TMPDIR/before"
	local start
	start=$(date +%s%N)
	mkdir "$BATS_FILE_TMPDIR/here"
	env -C "$BATS_FILE_TMPDIR/here" "$SHMBENCH" run --suite smoke --seed 11 --label who=test --label a=b=c --out "$RUN" \
		>"$BATS_FILE_TMPDIR/stdout" 2>"$BATS_FILE_TMPDIR/stderr" || SMOKE_STATUS=$?
	echo "# smoke took $((($(date +%s%N) - start) / 1000000)) ms, figures and page included" >&3
}

setup() {
	find_program
}

CELL=benchmark,region,channel,size_bytes,message_bytes,page,access,order,state,populate,memory,wait,depth_bytes,publish,consume,place,node,processes,threads,segments,directory,filesystem,offered_rate,clock,metric,unit,kind

# begins FILE COLUMNS: the header line begins with these.
begins() {
	[[ $(head -n 1 "$RUN/$1"), == "$2,"* ]]
}

@test "ends with 0, tables on standard output, no complaint" {
	[ "$SMOKE_STATUS" -eq 0 ]
	[ ! -s "$BATS_FILE_TMPDIR/stderr" ]
	grep -qxF "$RUN/report.html" "$BATS_FILE_TMPDIR/stdout"
	run grep -vxF "$RUN/report.html" "$BATS_FILE_TMPDIR/stdout"
	for line in "${lines[@]}"; do [ ${#line} -le 100 ]; done
}

@test "nothing is left behind" {
	nothing_more_than "$BATS_FILE_TMPDIR/before" "$BATS_FILE_TMPDIR"
	[ -z "$(find "$BATS_FILE_TMPDIR" -name 'ledger-*')" ]
	# It ran in a directory of its own, so do its workers: nobody is there any more.
	for link in /proc/[0-9]*/cwd; do
		[ "$(readlink "$link" 2>/dev/null)" != "$BATS_FILE_TMPDIR/here" ]
	done
}

@test "every file carries the columns of contract.md, in their order" {
	begins summary.csv "schema,run_id,$CELL,relation,status,reason,invocations,samples,median,ci_low,ci_high,ci_level,min,p10,p25,p75,p90,p99,p999,max,mean,base,ratio,ratio_low,ratio_high,verdict,flags,stop_reason,calm_invocations,median_all,ci_low_all,ci_high_all,clock_share,batch,pairs,precision_met,lag1,between_share,outliers_mild,outliers_far,gate_after_fails,p90_low,p90_high,p99_low,p99_high,p999_low,p999_high"
	begins invocations.csv "schema,run_id,invocation,block,group,position,$CELL,relation,status,reason,samples,batch,operations,elapsed_ns,windows,calm_windows,median,median_all,rate_all,min,p10,p25,p75,p90,p99,p999,max,mean,role0_cpu,role1_cpu,memory_node,role0_minor_faults,role1_minor_faults,role0_major_faults,role1_major_faults,role0_voluntary_switches,role1_voluntary_switches,role0_involuntary_switches,role1_involuntary_switches,migrations,canary_ratio,chain_ghz,cache_line_ns,flags,started_ns,variance,outliers_mild,outliers_far,windows_before_calm,page_bytes"
	begins windows.csv "schema,run_id,invocation,window,$CELL,started_ns,elapsed_ns,operations,samples,median_ns,role0_canary_before,role0_canary_after,role1_canary_before,role1_canary_after,cache_line_ns_before,cache_line_ns_after,relation,calm"
	begins distribution.csv "schema,run_id,$CELL,relation,quantile,value,samples"
	begins profile.csv "schema,run_id,$CELL,relation,index_kind,index,index2,samples,median,p90"
}

@test "every file is RFC 4180, every row as wide as its header, its schema first" {
	parses "$RUN"/*.csv
	for file in summary invocations windows distribution profile; do
		[ "$(select_columns "$RUN/$file.csv" schema | sort -u)" = "shmbench.$file.v1" ]
		[ "$(select_columns "$RUN/$file.csv" run_id | sort -u)" = "$(jq -r .run_id "$RUN/run.json")" ]
	done
}

@test "a metric with samples has a distribution in every relation in which it has a row" {
	cell=(benchmark region channel directory message_bytes size_bytes state access order place metric)
	select_columns "$RUN/distribution.csv" "${cell[@]}" | sort -u | sed 's/$/\t/' >"$BATS_TEST_TMPDIR/sampled"
	select_columns "$RUN/distribution.csv" "${cell[@]}" relation | sort -u >"$BATS_TEST_TMPDIR/has"
	WHERE="status=ok" select_columns "$RUN/summary.csv" "${cell[@]}" relation | sort -u |
		grep -F -f "$BATS_TEST_TMPDIR/sampled" >"$BATS_TEST_TMPDIR/rows"
	[ -s "$BATS_TEST_TMPDIR/rows" ]
	diff "$BATS_TEST_TMPDIR/rows" "$BATS_TEST_TMPDIR/has"
}

@test "every row is ok, or a skip with a reason" {
	[ "$(select_columns "$RUN/summary.csv" status | grep -cvE '^(ok|skip)$')" -eq 0 ]
	WHERE="status=skip" select_columns "$RUN/summary.csv" reason >"$BATS_TEST_TMPDIR/reasons"
	run grep -c '^$' "$BATS_TEST_TMPDIR/reasons"
	[ "$output" -eq 0 ]
	[ "$(WHERE="status=fail" select_columns "$RUN/invocations.csv" reason | wc -l)" -eq 0 ]
	# An estimate in every row that is ok.
	# Of windows of all relations together that is the one over all of them.
	[ "$(WHERE="status=ok" select_columns "$RUN/summary.csv" relation median | grep -cvP '^(all\t.*|[^\t]*\t.+)$')" -eq 0 ]
	[ "$(WHERE="status=ok" select_columns "$RUN/summary.csv" median_all | grep -c '^$')" -eq 0 ]
}

@test "every benchmark has rows for every mechanism, with all its metrics" {
	select_columns "$RUN/summary.csv" benchmark region channel metric | sort -u >"$BATS_TEST_TMPDIR/rows"
	has() { # BENCHMARK REGION CHANNEL METRIC...
		local metric
		for metric in "${@:4}"; do
			grep -qxF "$1	$2	$3	$metric" "$BATS_TEST_TMPDIR/rows" || { echo "no row: $1 $2 $3 $metric"; return 1; }
		done
	}
	# shellcheck disable=SC2086 # metrics are words
	local cost="producer-busy consumer-busy producer-switches consumer-switches"
	for region in sysv posix memfd file anon; do
		has attach $region "" create attach first-access detach remove cycle first-attach detach-touched remove-populated sync
		has first-touch $region "" sweep faults fault page-tables
		has touch-profile $region "" touch
		has refault $region "" fork fork-faults refault refault-faults dontneed upgrade upgrade-faults
		has populate $region "" populate bandwidth faults after after-faults
		has lookup $region "" find find-attach stat lock info ftok
		has attachers $region "" attach map detach faults page-tables total-tables gather teardown
		has throughput $region ring message rate bandwidth $cost switches
		has latency $region ring rtt rtt-each $cost
	done
	for channel in pipe fifo vmsplice unix-stream unix-seqpacket unix-dgram tcp sysv-msg posix-mq process-vm; do
		has throughput "" $channel message rate bandwidth $cost switches
	done
	has latency "" pipe rtt rtt-each $cost
	has throughput sysv ring-inplace message $cost
	[ "$(nproc)" -lt 2 ] || has crowd sysv "" attach-own detach-own attach-own-rate
	has null "" "" empty
	has bounds "" "" syscall zero-page mapping page-fault mapping-beside cache-line
	has bounds sysv "" copy
}

# faults STATE ACCESS REGION: faults/page.
faults() {
	WHERE="benchmark=first-touch metric=faults state=$1 access=$2 region=$3" \
		select_columns "$RUN/summary.csv" median
}

@test "a fresh write takes exactly one fault per page" {
	for region in sysv posix memfd anon; do
		[ "$(faults fresh write $region)" = 1 ]
	done
}

@test "a read of what is resident: one fault per page in System V, one per 16 in tmpfs" {
	needs_real_cpu
	[ "$(faults resident read sysv)" = 1 ]
	around=$(cat /sys/kernel/debug/fault_around_bytes 2>/dev/null || echo 65536)
	[ "$around" -eq 65536 ] || skip "fault_around_bytes is $around"
	[ "$(getconf PAGESIZE)" -eq 4096 ] || skip "pages are not of 4 KiB"
	# Larger than in smoke: one fault more, for where the mapping begins, is 1.6 % of those of 4M.
	"$SHMBENCH" run first-touch --state resident --access read --size 32M --region sysv,posix,memfd \
		--invocations 1 -q --out "$BATS_TEST_TMPDIR/run" >/dev/null
	RUN=$BATS_TEST_TMPDIR/run
	[ "$(faults resident read sysv)" = 1 ]
	for region in posix memfd; do
		faults resident read $region | awk '{ off = $1 * 16 - 1; exit !(off <= .01 && off >= -.01) }'
	done
}

@test "page faults agree with each benchmark's model: no row has the flag" {
	needs_real_cpu
	local flag='^([^\t]*;)?(faults|migrated|not_deterministic)[;\t]'
	select_columns "$RUN/summary.csv" flags benchmark region channel directory state access relation metric \
		>"$BATS_TEST_TMPDIR/rows"
	grep -P "$flag" "$BATS_TEST_TMPDIR/rows" || return 0
	# With the counts that they are from: a log is to say which.
	select_columns "$RUN/invocations.csv" flags invocation benchmark region channel metric median_all \
		role0_minor_faults role1_minor_faults migrations | grep -P "$flag" || true
	false
}

@test "invocations are in the order they ran, and every window belongs to one" {
	select_columns "$RUN/invocations.csv" invocation >"$BATS_TEST_TMPDIR/order"
	sort -nc "$BATS_TEST_TMPDIR/order"
	select_columns "$RUN/windows.csv" invocation | sort -u >"$BATS_TEST_TMPDIR/windows"
	sort -u "$BATS_TEST_TMPDIR/order" | comm -13 - "$BATS_TEST_TMPDIR/windows" >"$BATS_TEST_TMPDIR/extra"
	[ ! -s "$BATS_TEST_TMPDIR/extra" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/windows")" -gt 20 ]
}

@test "run.json: plan, seed, environment, labels, skipped cells, how it ended" {
	command -v jq >/dev/null || skip "needs jq"
	jq -e '.schema and .run_id and .command and .environment.kernel and .topology_xml and .clock and has("canary_references") and has("warnings") and has("thresholds")' "$RUN/run.json" >/dev/null
	[ "$(jq -r .seed "$RUN/run.json")" = 11 ]
	[ "$(jq -r .suite "$RUN/run.json")" = smoke ]
	[ "$(jq -r .stop_reason "$RUN/run.json")" = fixed ]
	[ "$(jq -r ".blocks - (.patient_blocks // 0)" "$RUN/run.json")" = 1 ]
	[ "$(jq -cS .labels "$RUN/run.json")" = '{"a":"b=c","who":"test"}' ]
	jq -e 'all(.skipped[]; .reason | length > 0)' "$RUN/run.json" >/dev/null
	[ "$(jq '[.plan.cells[] | select(.status != "ok")] | length' "$RUN/run.json")" -eq "$(jq '.skipped | length' "$RUN/run.json")" ]
	jq -e '[.plan.cells[.skipped[].cell].axes.region] | any(. == "anon")' "$RUN/run.json" >/dev/null
}

@test "report.html is one file that loads nothing" {
	[ -s "$RUN/report.html" ]
	run grep -ciE '<(script|link|img)[^>]+(src|href)="(https?:|[a-z]+/)' "$RUN/report.html"
	[ "$output" -eq 0 ]
}

# The order of a run: benchmark, region, channel and state of every invocation.
order() {
	select_columns "$1/invocations.csv" invocation benchmark region channel size_bytes state place | uniq
}

@test "the same seed gives the same order, another seed another" {
	cd "$BATS_TEST_TMPDIR"
	for run in a:3 b:3 c:4; do
		"$SHMBENCH" run attach/life null --size 4K --invocations 3 -q --seed "${run#*:}" --out "${run%:*}" >/dev/null
	done
	cmp <(order a) <(order b)
	run cmp -s <(order a) <(order c)
	[ "$status" -eq 1 ]
}

@test "an --out that is not empty, or no directory, is refused with 2 and left alone" {
	before=$(cat "$RUN"/* 2>/dev/null | cksum)
	run "$SHMBENCH" run null --invocations 1 --out "$RUN"
	[ "$status" -eq 2 ]
	[[ $output == *"is not empty"* ]]
	[ "$(cat "$RUN"/* 2>/dev/null | cksum)" = "$before" ]
	run "$SHMBENCH" run null --invocations 1 --out /etc/passwd
	[ "$status" -eq 2 ]
	mkdir "$BATS_TEST_TMPDIR/empty"
	"$SHMBENCH" run null --invocations 1 -q --out "$BATS_TEST_TMPDIR/empty" >/dev/null
	[ -s "$BATS_TEST_TMPDIR/empty/summary.csv" ]
}

@test "without --out: results/TIME-HOST, with --raw samples named in run.json" {
	command -v jq >/dev/null || skip "needs jq"
	cd "$BATS_TEST_TMPDIR"
	"$SHMBENCH" run null/one --invocations 2 --raw -q >/dev/null
	[[ $(ls results) =~ ^[0-9]{8}T[0-9]{6}Z-$(uname -n)$ ]]
	jq -e '.samples | length > 0' results/*/run.json >/dev/null
	[ "$(find results -name '*.u32' -size +0 | wc -l)" -eq 2 ]
}

# By hand and not by --help's figure list: every figure of contract.md.
@test "plot: figures of the run in every terminal" {
	with_figures
	cd "$BATS_TEST_TMPDIR"
	local figure all=(attach-latency first-touch touch-ecdf touch-by-index refault populate lookup
		attachers crowds throughput message-cpu round-trip rtt-ecdf ratio-forest machine-state)
	# The report has drawn each in one terminal; the others differ in how, not in what.
	for figure in "${all[@]}"; do [ -s "$RUN/plots/$figure.svg" ]; done
	[ "$TEST_ALL" = yes ] || all=(touch-by-index crowds machine-state)
	for figure in "${all[@]}"; do
		"$SHMBENCH" plot "$RUN" $figure --out $figure.svg
		head -c 300 $figure.svg | grep -q '<svg\|<?xml'
		"$SHMBENCH" plot "$RUN" $figure --terminal pngcairo --out $figure.png
		[ "$(head -c 4 $figure.png | tail -c 3)" = PNG ]
		"$SHMBENCH" plot "$RUN" $figure --terminal pdfcairo --out $figure.pdf
		[ "$(head -c 5 $figure.pdf)" = "%PDF-" ]
		[ "$("$SHMBENCH" plot "$RUN" $figure --terminal dumb | wc -l)" -ge 10 ]
	done
}

# A run of a pipe whose round trips were seen in two relations, in r2
# calm more often than r1. A sample takes 1 us in `all`, 10 us in r1, 100 us in r2.
two_relations() { # DIR RELATION... : those that distribution.csv has
	mkdir "$1"
	python3 - "$RUN" "$@" <<-'END'
		import csv, sys
		run, to, relations = sys.argv[1], sys.argv[2], sys.argv[3:]

		def write(name, rows):
		    header = next(csv.reader(open(f"{run}/{name}.csv", newline="")))
		    out = csv.DictWriter(open(f"{to}/{name}.csv", "w", newline=""), header, restval="", lineterminator="\n")
		    out.writeheader()
		    cell = {"schema": f"shmbench.{name}.v1", "run_id": "run", "benchmark": "latency", "channel": "pipe",
		            "place": "l3", "metric": "rtt-each", "unit": "ns", "kind": "time"}
		    out.writerows({**cell, **row} for row in rows)

		write("summary", [
		    {"relation": "all", "status": "ok", "invocations": 9, "median_all": 1000},
		    {"relation": "r1", "status": "ok", "invocations": 9, "calm_invocations": 2, "median": 10000},
		    {"relation": "r2", "status": "ok", "invocations": 8, "calm_invocations": 7, "median": 100000}])
		at = {"all": 1000, "r1": 10000, "r2": 100000}
		write("distribution", [
		    {"relation": r, "quantile": q / 10, "value": at[r] * (1 + q / 10), "samples": 10}
		    for r in relations for q in range(11)])
	END
}

@test "plot: a distribution is of the relation most calm, and says which" {
	with_figures
	command -v python3 >/dev/null || skip "needs python3"
	cd "$BATS_TEST_TMPDIR"
	two_relations both all r1 r2
	two_relations one r2
	two_relations older all
	for run in both one older; do
		"$SHMBENCH" plot $run rtt-ecdf --terminal dumb >$run.txt
		"$SHMBENCH" plot $run rtt-ecdf --out $run.svg
	done
	grep -q "distribution of single round trips, relation r2" both.svg
	cmp both.txt one.txt
	grep -q "100 us" both.svg
	# Files of earlier versions have all windows only.
	run grep -c "relation r2" older.svg
	[ "$output" -eq 0 ]
	grep -q "whatever the CPUs were to each other" older.svg
	run grep -c "100 us" older.svg
	[ "$output" -eq 0 ]
}

@test "plot: unknown figures, terminals and runs are refused with 2; gnuplot missing is said" {
	run "$SHMBENCH" plot "$RUN" pie
	[ "$status" -eq 2 ]
	[[ $output == *"there are: attach-latency first-touch"* ]]
	run "$SHMBENCH" plot "$RUN" rtt-ecdf --terminal paper
	[ "$status" -eq 2 ]
	[[ $output == *"svg pngcairo pdfcairo dumb"* ]]
	run "$SHMBENCH" plot "$BATS_TEST_TMPDIR/no" rtt-ecdf
	[ "$status" -eq 2 ]
	run "$SHMBENCH" plot "$RUN"
	[ "$status" -eq 2 ]
	unset SHMBENCH_PLOTS
	PATH=$BATS_TEST_TMPDIR run "$SHMBENCH" plot "$RUN" rtt-ecdf --out "$BATS_TEST_TMPDIR/x.svg"
	[ "$status" -eq 4 ]
	[[ $output == *gnuplot* ]]
}

@test "report: recomputes summary.csv byte for byte, into the run" {
	cp -r "$RUN" "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR"
	rm copy/summary.csv copy/report.html
	"$SHMBENCH" report copy >tables
	cmp copy/summary.csv "$RUN/summary.csv"
	[ -s copy/report.html ]
	# The same tables as the run itself printed; only the path differs.
	diff <(grep -v 'report.html$' tables) <(grep -v 'report.html$' "$BATS_FILE_TMPDIR/stdout")
}

@test "SHMBENCH_PLOTS=/dev/null: no figures, and that is no complaint" {
	cd "$BATS_TEST_TMPDIR"
	SHMBENCH_PLOTS=/dev/null "$SHMBENCH" run null --invocations 1 -q --out run >/dev/null 2>stderr
	[ ! -s stderr ]
	[ -z "$(ls run/plots)" ]
	grep -q "SHMBENCH_PLOTS is /dev/null" run/report.html
}

@test "report: --out, several runs, and no gnuplot" {
	unset SHMBENCH_PLOTS
	cp -r "$RUN" "$BATS_TEST_TMPDIR/one"
	cp -r "$RUN" "$BATS_TEST_TMPDIR/two"
	cd "$BATS_TEST_TMPDIR"
	PATH=$BATS_TEST_TMPDIR run "$SHMBENCH" report one two --out pages
	[ "$status" -eq 0 ]
	[[ $output == *gnuplot* ]]
	[ -s pages/one/report.html ]
	[ -s pages/two/report.html ]
}

@test "report: what is missing or mangled is named, with line and column, and refused with 2" {
	cp -r "$RUN" "$BATS_TEST_TMPDIR/bad"
	cd "$BATS_TEST_TMPDIR"
	run "$SHMBENCH" report no
	[ "$status" -eq 2 ]
	[[ $output == *"no/run.json cannot be read"* ]]
	run "$SHMBENCH" report
	[ "$status" -eq 2 ]

	bad() { # SENTENCE: report refuses with it
		run "$SHMBENCH" report bad
		[ "$status" -eq 2 ] || { echo "$1: status $status"; return 1; }
		[[ $output == *"$1"* ]] || { echo "not '$1': $output"; return 1; }
		cp "$RUN/invocations.csv" "$RUN/run.json" bad/
	}
	line=$(grep -n -m 1 ',ok,' bad/invocations.csv | cut -d: -f1)
	sed -i "${line}s/,ok,/,fine,/" bad/invocations.csv
	bad "invocations.csv, line $line, column "
	line=$(grep -n -m 1 ',ns,' bad/invocations.csv | cut -d: -f1)
	sed -i "${line}s/,ns,/,n\"s,/" bad/invocations.csv
	bad "invocations.csv, line $line, column "
	sed -i '7s/,/;/' bad/invocations.csv
	bad "invocations.csv, line 7"
	sed -i '3s/$/,1/' bad/invocations.csv
	bad "invocations.csv, line 3, column "
	sed -i '1s/schema/scheme/' bad/invocations.csv
	bad "invocations.csv, line 1"
	sed -i 's/invocations\.v1/invocations.v9/' bad/invocations.csv
	bad "invocations.csv, line 2"
	: >bad/invocations.csv
	bad "invocations.csv, line 1: the file is empty"
	rm bad/invocations.csv
	bad "invocations.csv cannot be read"
	echo '{' >bad/run.json
	bad "run.json"
}

@test "report: a last row that a crash cut short is passed over" {
	cp -r "$RUN" "$BATS_TEST_TMPDIR/cut"
	cd "$BATS_TEST_TMPDIR"
	truncate -s -20 cut/invocations.csv
	run "$SHMBENCH" report cut
	[ "$status" -eq 0 ]
	parses cut/summary.csv
}
