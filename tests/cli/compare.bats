#!/usr/bin/env bats
# `shmbench compare`: every verdict and exit status, and what it says of input that is not what it
# should be. The run directories are made here, with values whose ratio is known; the columns are
# those that the program writes.

setup_file() {
	SHMBENCH=$(realpath "${SHMBENCH:-build/shmbench}")
	export SHMBENCH
	"$SHMBENCH" run null --invocations 1 --quiet --out "$BATS_FILE_TMPDIR/real" >/dev/null
	HEADER=$(head -n 1 "$BATS_FILE_TMPDIR/real/invocations.csv")
	export HEADER
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make base
	make new
}

# make RUN [SED COMMAND]: a run directory of three cells without rows; the command edits run.json.
make() {
	local region cells=
	mkdir -p "$1"
	for region in sysv memfd posix; do
		cells+=${cells:+,}'{"benchmark": "attach", "axes": {"region": "'$region'", "size": 4096},
			"metrics": [
			{"name": "attach", "unit": "ns", "kind": "time", "headline": true},
			{"name": "rate", "unit": "1/s", "kind": "rate", "larger_is_better": true}]}'
	done
	cat >"$1/run.json" <<-END
		{"schema": "shmbench.run.v1", "run_id": "$1", "blocks": null,
		 "clock": {"start": {"resolution_ns": 1, "cost_ns": 20}},
		 "program": {"version": "0.1.0"},
		 "environment": {"kernel": "Linux 6.1", "processor": "one", "thp": "never"},
		 "topology_xml": "<topology><object type=\"PU\" os_index=\"0\" cpuset=\"0x1\"/></topology>",
		 "plan": {"cells": [$cells]}}
	END
	[ -z "${2-}" ] || sed -i "$2" "$1/run.json"
	echo "$HEADER" >"$1/invocations.csv"
}

# rows RUN REGION N FACTOR [METRIC [CALM]]: values FACTOR x 1000, 1001, ... in blocks 0, 1, ...; of
# which the first CALM are calm.
rows() {
	awk -v names="$HEADER" -v run="$1" -v region="$2" -v n="$3" -v factor="$4" \
		-v metric="${5-attach}" -v calm="${6-}" '
	BEGIN {
		columns = split(names, name, ",")
		rate = metric == "rate"
		for (i = 0; i < n; i++) {
			v["schema"] = "shmbench.invocations.v1"
			v["run_id"] = run
			v["invocation"] = v["block"] = i
			v["benchmark"] = "attach"
			v["region"] = region
			v["size_bytes"] = 4096
			v["metric"] = metric
			v["unit"] = rate ? "1/s" : "ns"
			v["kind"] = rate ? "rate" : "time"
			v["status"] = "ok"
			v["median_all"] = factor * (1000 + i)
			v["calm_windows"] = calm == "" ? "" : i < calm ? 20 : 0
			v["median"] = calm == "" || i < calm ? v["median_all"] : ""
			for (c = 1; c <= columns; c++)
				printf "%s%s", v[name[c]], c < columns ? "," : "\n"
		}
	}' >>"$1/invocations.csv"
}

# both N FACTOR: sysv in either run, FACTOR times as long in the new one.
both() {
	rows base sysv "$1" 1
	rows new sysv "$1" "$2"
}

# ends STATUS ARGUMENT...: that exit status; what was said is in $output.
ends() {
	local status_wanted=$1
	shift
	run "$SHMBENCH" compare "$@"
	echo "$output"
	[ "$status" -eq "$status_wanted" ]
}

# refused SENTENCE ARGUMENT...: exit status 2 and that sentence.
refused() {
	local sentence=$1
	shift
	ends 2 "$@"
	[[ $output == *"$sentence"* ]]
}

@test "slower: 1, and faster the other way round: 0" {
	both 10 1.032
	ends 1 base new
	[[ $output == *"slower "* ]]
	[[ $output == *"1 slower, 0 faster"* ]]
	[[ $output == *"1.00 us"* ]]
	[[ $output == *"1.04 us"* ]]
	[[ $output == *"+3.2 %"* ]]
	[[ $output == *"10, 10"* ]]
	ends 0 new base
	[[ $output == *"0 slower, 1 faster"* ]]
}

@test "slower and faster by more than the threshold" {
	both 10 1.1
	ends 1 base new
	[[ $output == *"slower by more than 3 %"* ]]
	ends 0 new base
	[[ $output == *"faster by more than 3 %"* ]]
}

@test "same: 0, also with --strict and swapped" {
	both 10 1.01
	ends 0 --strict base new
	[[ $output == *"1 same of 1 rows"* ]]
	ends 0 --strict new base
}

@test "--threshold: what is small is small for this reader" {
	both 10 1.1
	ends 0 --threshold 20% base new
	ends 1 --threshold 1% base new
	ends 1 base new --threshold 5
	SHMBENCH_THRESHOLD=20% ends 0 base new
	refused "threshold" --threshold 0% base new
	refused "threshold" --threshold 100% base new
	ends 2 --threshold x base new
}

@test "a change that is not beyond the threshold for sure: small_change, 0, --strict 3" {
	both 10 1.028
	ends 0 base new
	[[ $output == *"inconclusive: small_change"* ]]
	ends 3 --strict base new
	ends 3 --strict new base
}

@test "values too far apart: too_wide" {
	for i in 1 1.1 1.2 1.3 1.4 1.5; do
		rows base sysv 1 $i
		rows new sysv 1 "$(awk "BEGIN { print $i + .05 }")"
	done
	ends 3 --strict base new
	[[ $output == *"inconclusive: too_wide"* ]]
}

@test "too few invocations: what is needed is said" {
	both 3 2
	ends 3 --strict base new
	[[ $output == *"inconclusive: too_few, need >= 4 invocations"* ]]
	ends 3 --strict new base
}

@test "a slower row outranks an inconclusive one, and stands first" {
	both 3 1
	rows base memfd 10 1
	rows new memfd 10 1.2
	ends 1 --strict base new
	[ "$(grep -n '^ *memfd' <<<"$output" | cut -d: -f1)" -lt "$(grep -n '^ *sysv' <<<"$output" | cut -d: -f1)" ]
}

@test "calm values are compared with calm ones; too few of them: machine_state" {
	rows base sysv 10 1 attach 10
	rows new sysv 10 1.2 attach 6
	rows base memfd 10 1 attach 2
	rows new memfd 10 1.5 attach 10
	ends 1 base new
	[[ $output == *"10, 6"* ]]
	[[ $output == *"inconclusive: machine_state"* ]]
	[[ $output == *"1 slower, 0 faster, 1 inconclusive"* ]]
	[[ $output != *"neither run"* ]]
	ends 3 --strict new base
}

@test "no gate, or in one run only, is said once" {
	both 10 1
	ends 0 base new
	[ "$(grep -c "neither run tells calm windows" <<<"$output")" -eq 1 ]
	make new
	rows new sysv 10 1 attach 7
	ends 0 base new
	[ "$(grep -c "only one of the runs tells calm windows" <<<"$output")" -eq 1 ]
	[[ $output == *"10, 10"* ]]
}

@test "the recorded run-to-run deviation raises the threshold of a row" {
	make base 's|"blocks"|"run_to_run": {"attach/attach": 0.05}, "blocks"|'
	both 10 1.1
	ends 0 base new
	[[ $output == *"same (delta 14 %)"* ]]
	ends 0 new base
}

@test "rows of one run only are listed" {
	both 10 1
	rows base memfd 10 1
	rows new posix 10 1
	ends 0 base new
	[[ $output == *"only in base: attach attach: memfd 4K"* ]]
	[[ $output == *"only in new: attach attach: posix 4K"* ]]
	[[ $output == *"2 in one run only"* ]]
}

@test "nothing in common: 2" {
	rows base memfd 10 1
	rows new posix 10 1
	refused "nothing was compared" base new
}

@test "--metric: not a headline, and more of a rate is faster" {
	both 10 1
	rows base sysv 10 1 rate
	rows new sysv 10 1.2 rate
	ends 0 --metric rate base new
	[[ $output == *"1 faster"* ]]
	ends 1 --metric attach/rate new base
	refused "there are: attach/attach attach/rate" --metric speed base new
}

@test "environments: each word refuses with 6, --across and --force do not" {
	while read -r word from to; do
		make base
		make new "s|$from|$to|"
		both 10 1
		ends 6 base new
		[[ $output == *"not in --across: $word"* ]]
		ends 6 new base
		ends 0 --across "$word" base new
		[[ $output == *"differs ($word)"* ]]
		ends 0 --force base new
	done <<-END
		kernel Linux.6.1 Linux_6.2
		cpu "one" "two"
		thp "never" "always"
		topology cpuset cpuset_
		version 0.1.0 0.2.0
	END
}

@test "--across names several, and a wrong word is told the right ones" {
	make new 's|"one"|"two"|; s|0.1.0|0.2.0|'
	both 10 1
	ends 6 --across cpu base new
	ends 0 --across cpu,version base new
	ends 0 --across cpu --across version base new
	refused "kernel, cpu, thp, topology, version" --across cpus base new
}

@test "memory amounts are no difference" {
	make base 's|cpuset=|local_memory=\\"1\\" cpuset=|'
	make new 's|cpuset=|local_memory=\\"2\\" cpuset=|'
	both 10 1
	ends 0 base new
	[[ $output != *differs* ]]
}

@test "--json is JSON with everything, refused or not" {
	command -v jq >/dev/null || skip "needs jq"
	both 10 1.2
	rows base memfd 10 1
	"$SHMBENCH" compare --json base new >out 2>/dev/null && return 1
	jq -e '.schema == "shmbench.compare.v1" and .exit_status == 1 and
		.counts.slower == 1 and (.rows | length) == 1 and
		.rows[0].verdict == "slower" and .rows[0].region == "sysv" and
		(.rows[0].ratio - 1.2 | fabs) < 1e-6 and .rows[0].base.values == 10 and
		.rows[0].p_adjusted < 0.05 and .one_run_only[0].region == "memfd"' out
	make new 's|"one"|"two"|'
	rows new sysv 10 1
	run "$SHMBENCH" compare --json base new
	[ "$status" -eq 6 ]
	"$SHMBENCH" compare --json base new 2>/dev/null >out || true
	jq -e '.refused and .exit_status == 6 and .environment[0].across == "cpu"' out
}

@test "missing and empty files" {
	both 10 1
	refused "nowhere/run.json cannot be read" base nowhere
	rm new/invocations.csv
	refused "new/invocations.csv cannot be read" base new
	: >new/invocations.csv
	refused "new/invocations.csv, line 1: the file is empty" base new
	echo "$HEADER" >new/invocations.csv
	refused "new/invocations.csv: there is no row with a value" base new
	: >new/run.json
	refused "new/run.json, line 1, column" base new
	refused "new/run.json, line 1, column" new base
}

@test "truncated files: inside a row, and at the end of one" {
	both 10 1
	head -c -9 base/invocations.csv >new/invocations.csv
	refused "new/invocations.csv, line 11: the file is cut off inside a row" base new
	make new 's|"blocks": null|"blocks": 10|'
	head -n 5 base/invocations.csv >new/invocations.csv
	refused "new/invocations.csv: the file ends in block 4 of the 10 that run.json counts" base new
	make new
	rows new sysv 10 1
	head -c 200 base/run.json >new/run.json
	refused "new/run.json, line" base new
}

@test "foreign files" {
	both 10 1
	echo '{"name": "something else"}' >new/run.json
	refused "new/run.json: there is no schema" base new
	printf 'a,b\n1,2\n' >base/invocations.csv
	refused "base/invocations.csv, line 1: there is no column" base new
	refused "run.json cannot be read" "$SHMBENCH" base
}

@test "another schema version" {
	both 10 1
	sed -i 's/shmbench.run.v1/shmbench.run.v2/' new/run.json
	refused "'shmbench.run.v2' is not shmbench.run.v1" base new
	make new
	rows new sysv 10 1
	sed -i '4s/invocations.v1/invocations.v9/' new/invocations.csv
	refused "new/invocations.csv, line 4, column 1 (schema): 'shmbench.invocations.v9'" base new
}

@test "mangled by hand: file, line and column" {
	both 10 1
	local column
	column=$(tr , '\n' <<<"$HEADER" | grep -nx median_all | cut -d: -f1)
	cp new/invocations.csv whole
	sed -i '5s/,1003,/,10O3,/g' new/invocations.csv
	refused "new/invocations.csv, line 5, column $((column - 1)) (median): '10O3' is not a number" base new
	sed '5s/,1003,/,-1003,/g' whole >new/invocations.csv
	refused "new/invocations.csv, line 5, column $((column - 1)) (median): '-1003' is below 0" base new
	sed '6s/,ok,/,good,/' whole >new/invocations.csv
	refused "(status): 'good' is none of ok, skip, fail" base new
	sed '7s/,ns,/,/' whole >new/invocations.csv
	refused "new/invocations.csv, line 7, column" base new
	sed '8s/,sysv,/,sysw,/' whole >new/invocations.csv
	refused "new/invocations.csv, line 8: run.json plans no such cell" base new
}

@test "usage errors" {
	ends 2
	ends 2 base
	ends 2 base new more
	ends 2 --frobnicate base new
	ends 2 base new -- attach
	ends 2 --interleave "$SHMBENCH"
}

@test "swapping two real runs swaps every verdict" {
	command -v jq >/dev/null || skip "needs jq"
	"$SHMBENCH" run attach --size 4K --region sysv,memfd --invocations 8 --quiet --out one >/dev/null
	"$SHMBENCH" run attach --size 4K --region sysv,memfd --invocations 8 --quiet --out two >/dev/null
	"$SHMBENCH" compare --json one two >there 2>/dev/null || true
	"$SHMBENCH" compare --json two one >back 2>/dev/null || true
	jq -e '.rows | length > 3' there
	diff <(jq -c '.rows[] | [.region, .metric, .relation, .verdict, .reason]' there) \
		<(jq -c '.rows[] | [.region, .metric, .relation,
			({slower: "faster", faster: "slower"}[.verdict] // .verdict), .reason]' back)
}

# slowed FACTOR: a program that runs ours and then says that everything took so much longer.
slowed() {
	cat >slowed <<-END
		#!/bin/sh
		"$SHMBENCH" "\$@" || exit
		while [ \$# -gt 1 ]; do [ "\$1" = --out ] && dir=\$2; shift; done
		awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[\$i] = i }
			NR > 1 && \$at["status"] == "ok" {
				if (\$at["median"] != "") \$at["median"] *= $1
				\$at["median_all"] *= $1 } { print }' \
			"\$dir/invocations.csv" >"\$dir/new"
		mv "\$dir/new" "\$dir/invocations.csv"
	END
	chmod +x slowed
}

@test "--interleave finds a program that is slower, and faster the other way round" {
	slowed 3
	ends 1 --interleave "$SHMBENCH" ./slowed -- attach --size 4K --region sysv --invocations 8 --seed 1
	[[ $output == *"slower by more than 3 %"* ]]
	[[ $output =~ [6-8]" pairs" ]]
	ends 0 --interleave ./slowed "$SHMBENCH" -- attach --size 4K --region sysv --invocations 8 --seed 2
	[[ $output == *"faster by more than 3 %"* ]]
	[ -z "$(find . -name 'compare-*')" ]
	[ ! -e results ]
}

@test "--interleave says what is needed, and keeps runs where --out says" {
	ends 3 --strict --interleave "$SHMBENCH" "$SHMBENCH" -- null --invocations 2 --out kept
	[[ $output == *"too_few, need >= "*" blocks"* ]]
	[ -f kept/base-000/run.json ]
	[ -f kept/new-001/invocations.csv ]
}

@test "--interleave looks for calm pairs as long as patience lasts" {
	uname -m | grep -qE 'x86_64|aarch64' || skip "no canaries here"
	# Nothing is ever as fast as that reference: no pair is calm. What they are called is chance.
	"$SHMBENCH" compare --threshold 90% --interleave "$SHMBENCH" "$SHMBENCH" -- null/one --canary-reference 60 \
		--invocations 2 --patience 2s --out patient >said || { cat said; false; }
	[ "$(find patient -name 'new-*' | wc -l)" -gt 2 ]
	"$SHMBENCH" compare --threshold 90% --interleave "$SHMBENCH" "$SHMBENCH" -- null/one --canary-reference 60 \
		--invocations 2 --out fixed >said || { cat said; false; }
	[ "$(find fixed -name 'new-*' | wc -l)" -eq 2 ]
}

# saying NAME VALUE: a program that runs ours and then says that every median was VALUE, an expression of
# awk, in calm windows.
saying() {
	cat >"$1" <<-END
		#!/bin/sh
		"$SHMBENCH" "\$@" || exit
		while [ \$# -gt 1 ]; do [ "\$1" = --out ] && dir=\$2; [ "\$1" = --seed ] && seed=\$(printf %.8s "\$2"); shift; done
		awk -F, -v OFS=, -v seed="\$seed" 'NR == 1 { for (i = 1; i <= NF; i++) at[\$i] = i; srand(seed) }
			NR > 1 && \$at["status"] == "ok" {
				\$at["median"] = \$at["median_all"] = $2
				\$at["calm_windows"] = \$at["windows"] } { print }' \
			"\$dir/invocations.csv" >"\$dir/new"
		mv "\$dir/new" "\$dir/invocations.csv"
	END
	chmod +x "$1"
}

@test "--interleave goes on where an interval is wide, as long as patience lasts" {
	saying steady 1000
	saying wavering "1000 * (.8 + .4 * rand())"
	ends 0 --interleave ./steady ./steady -- null/one --invocations 8 --patience 4s --out told
	[ "$(find told -name 'new-*' | wc -l)" -eq 8 ]
	ends 0 --interleave ./steady ./wavering -- null/one --invocations 8 --seed 1 --patience 4s --out wide
	[ "$(find wide -name 'new-*' | wc -l)" -gt 8 ]
	ends 0 --interleave ./steady ./wavering -- null/one --invocations 8 --seed 1 --out fixed
	[ "$(find fixed -name 'new-*' | wc -l)" -eq 8 ]
}

@test "--interleave with what cannot run: 2, 5, 77" {
	ends 5 --interleave "$SHMBENCH" ./nowhere -- null --invocations 1
	[[ $output == *"./nowhere cannot be started: No such file"* ]]
	ends 2 --interleave "$SHMBENCH" "$SHMBENCH" -- frobnicate
	ends 2 --interleave "$SHMBENCH" "$SHMBENCH" -- null --dry-run
	ends 77 --interleave "$SHMBENCH" "$SHMBENCH" -- attach --region sysv --state cold
	[ -z "$(find . -name 'compare-*')" ]
}

@test "--interleave ends on a signal and leaves nothing" {
	local pid status=0
	"$SHMBENCH" compare --interleave "$SHMBENCH" "$SHMBENCH" -- attach --size 64M --invocations 50 --quiet \
		>out 2>&1 3>&- &
	pid=$!
	sleep 2
	kill -TERM $pid
	wait $pid || status=$?
	cat out
	[ "$status" -eq 143 ]
	[ -z "$(find . -name 'compare-*')" ]
}
