#!/usr/bin/env bats
# `run --resume`: runs that are ended in every way and go on. What comes out has each invocation that
# the run was to have, once, as if nothing had happened.

load helpers

# Three groups, one of two cells; some 20 ms an invocation.
PLAN=(null/one attach/life --region sysv,memfd --seed 7)

setup_file() {
	export ONCE=$BATS_FILE_TMPDIR
}

setup() {
	find_program
	command -v jq >/dev/null || skip "needs jq"
	cd "$BATS_TEST_TMPDIR"
	parent=
}

teardown() {
	[ -z "$parent" ] || kill -9 "$parent" 2>/dev/null || true
}

# begin ARGUMENT...: a run in the background; $parent is its PID.
begin() {
	"$SHMBENCH" run -q "$@" >stdout 2>stderr 3>&- &
	parent=$!
}

end() {
	ended=0
	wait "$parent" || ended=$?
	parent=
}

rows() {
	[ "$(wc -l 2>/dev/null <out/invocations.csv || echo 0)" -gt "$1" ]
}

resumed() { # TIMES
	[ "$(jq '.resumed | length' out/run.json 2>/dev/null || echo 0)" -ge "$1" ]
}

# What was invoked, when and where in the order, and which metrics it gave.
turns() {
	select_columns "$1/invocations.csv" invocation block group position benchmark region metric status
}

# like_whole: out is what a run of as many invocations leaves that nobody disturbed.
like_whole() {
	local n=$1
	[ -d "$ONCE/whole-$n" ] ||
		"$SHMBENCH" run "${PLAN[@]}" --invocations "$n" -q --out "$ONCE/whole-$n" >/dev/null
	diff <(turns "$ONCE/whole-$n") <(turns out)
	diff <(select_columns "$ONCE/whole-$n/summary.csv" benchmark region metric status stop_reason) \
		<(select_columns out/summary.csv benchmark region metric status stop_reason)
	[ "$(jq -r .stop_reason out/run.json)" = fixed ]
	[ "$(jq .blocks out/run.json)" -eq "$n" ]
	[ ! -e out/resume.bin ]
	consistent
}

# Files agree with each other, and report computes the same.
consistent() {
	parses out/*.csv
	cp out/summary.csv summary
	"$SHMBENCH" report out >/dev/null
	cmp summary out/summary.csv
	# Windows and quantiles of every invocation that counts, and of no other. The first row of a metric is
	# over all of its windows.
	diff <(select_columns out/invocations.csv invocation benchmark region metric windows |
		awk -F'\t' '$5 > 0 && !seen[$1, $2, $3, $4]++' | sort) \
		<(select_columns out/windows.csv invocation benchmark region metric | sort | uniq -c |
			awk 'BEGIN { OFS = "\t" } { n = $1; sub(/^ *[0-9]+ /, ""); print $0, n }' | sort)
	diff <(select_columns out/distribution.csv benchmark region metric relation samples | sort -u) \
		<(sampled | sort)
}

# Samples of each metric that has a distribution.
sampled() {
	python3 - <<-'END'
		import collections, csv
		n = collections.Counter()
		for r in csv.DictReader(open("out/invocations.csv", newline="")):
		    if r["status"] == "ok":
		        n[tuple(r[c] for c in ("benchmark", "region", "metric", "relation"))] += int(r["samples"])
		have = {tuple(r[c] for c in ("benchmark", "region", "metric", "relation"))
		        for r in csv.DictReader(open("out/distribution.csv", newline=""))}
		for key in have:
		    print(*key, n[key], sep="\t")
	END
}

@test "kill -9 at several moments, of the resumed run too" {
	local resumes=0
	begin "${PLAN[@]}" --invocations 12 --out out
	for n in 3 30 60; do
		eventually rows "$n"
		kill -9 "$parent"
		end
		[ "$ended" -eq 137 ]
		[ -s out/resume.bin ]
		begin --resume out
		# Rows may be there from before: that it goes on, it says itself.
		resumes=$((resumes + 1))
		eventually resumed $resumes
	done
	end
	cat stderr
	[ "$ended" -eq 0 ]
	like_whole 12
	[ "$(jq '.resumed | length' out/run.json)" -eq 3 ]
	[ "$(jq -r '[.resumed[].stop_reason] | unique | .[]' out/run.json)" = null ]
	run "$SHMBENCH" run --resume out
	[ "$status" -eq 0 ]
	[[ $output == *"is complete: nothing is owed"* ]]
}

@test "a signal: 130 and how to go on; the run goes on from the last whole group" {
	begin "${PLAN[@]}" --invocations 12 --out out
	eventually rows 12
	kill -INT "$parent"
	end
	[ "$ended" -eq 130 ]
	[ "$(jq -r .stop_reason out/run.json)" = user ]
	run "$SHMBENCH" run --resume out
	[ "$status" -eq 0 ]
	like_whole 12
	[ "$(jq -r '.resumed[0].stop_reason' out/run.json)" = user ]
	[ "$(jq -r '.resumed[0] | has("at") and has("block") and has("invocation") and (.rebooted | not)' out/run.json)" = true ]
}

@test "a time budget: given anew, the run goes on; without -q it says how" {
	run "$SHMBENCH" run "${PLAN[@]}" --invocations 4 --time-budget 1ms --out out
	[ "$status" -eq 0 ]
	[[ $output == *"the time budget ended the run after 1 of 4 blocks"*"--resume out"* ]]
	[ "$(jq -r .stop_reason out/run.json)" = time_budget ]
	# Of the budget of then one more block is run.
	"$SHMBENCH" run --resume out -q >/dev/null
	[ "$(jq -r .stop_reason out/run.json)" = time_budget ]
	[ "$(jq .blocks out/run.json)" -eq 2 ]
	"$SHMBENCH" run --resume out --time-budget 1m -q >/dev/null
	like_whole 4
}

@test "half a row and half a record are cut off" {
	begin "${PLAN[@]}" --invocations 12 --out out
	eventually rows 20
	kill -9 "$parent"
	end
	printf 'shmbench.invocations.v1,"half' >>out/invocations.csv
	printf 'shmbench.windows.v1,' >>out/windows.csv
	printf 'half a record of some length' >>out/resume.bin
	"$SHMBENCH" run --resume out -q >/dev/null
	like_whole 12
}

@test "rows that never reached the disk: the run goes on from the last that did" {
	begin "${PLAN[@]}" --invocations 12 --out out
	eventually rows 25
	kill -9 "$parent"
	end
	truncate -s $(($(stat -c %s out/invocations.csv) / 2)) out/invocations.csv
	"$SHMBENCH" run --resume out -q >/dev/null
	like_whole 12
}

@test "samples, touches and rates come back" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	begin touch-profile latency --channel pipe --region sysv --rate 10% --invocations 3 --seed 3 \
		--patience 0% --raw --out out
	eventually rows 12
	kill -9 "$parent"
	end
	"$SHMBENCH" run --resume out -q >/dev/null
	consistent
	[ "$(jq .blocks out/run.json)" -eq 3 ]
	# One file for each invocation and metric with samples.
	[ "$(find out/samples -type f | wc -l)" -eq "$(find out/samples -type f -printf '%f\n' | sort -u | wc -l)" ]
	last=$(select_columns out/invocations.csv invocation | sort -n | tail -1)
	[ "$(find out/samples -type f -printf '%f\n' | sed 's/-.*//' | sort -n | tail -1)" -le "$last" ]
	# 4096 pages, three times.
	[ "$(WHERE="benchmark=touch-profile index_kind=page_mod_512" select_columns out/profile.csv samples | awk '{ n += $1 } END { print n }')" -eq \
		"$(WHERE="benchmark=touch-profile metric=touch" select_columns out/invocations.csv samples | awk '{ n += $1 } END { print n }')" ]
	relation=$(WHERE="benchmark=latency metric=response" select_columns out/profile.csv relation)
	[ "$(WHERE="benchmark=latency metric=response index_kind=offered_rate" select_columns out/profile.csv samples)" -eq \
		"$(WHERE="benchmark=latency metric=response relation=$relation" select_columns out/invocations.csv samples | awk '{ n += $1 } END { print n }')" ]
}

@test "looks, patience and workers come back" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	# Nothing agrees with such a reference: patience runs its groups again for as long as it lasts, after
	# the 10 blocks of the first look and after the last two.
	begin null/one crowd/own --region sysv --processes 2 --seed 7 --precision 0.1% --min-invocations 6 \
		--max-invocations 12 --patience 1s --canary-reference 99 --out out
	for n in 20 80; do
		eventually rows "$n"
		kill -9 "$parent"
		end
		[ "$ended" -eq 137 ]
		begin --resume out
		eventually resumed $((n / 60 + 1))
	done
	end
	[ "$ended" -eq 0 ]
	[ "$(jq '.resumed[1].block' out/run.json)" -ge 10 ]
	[ "$(jq -c '[.stop_reason, .blocks - .patient_blocks, .stop_rule.look]' out/run.json)" = '["max_invocations",12,10]' ]
	[ "$(jq .patient_blocks out/run.json)" -ge 1 ]
	[ "$(turns out | sort | uniq -d | wc -l)" -eq 0 ]
	consistent
	[ ! -e out/resume.bin ]
	# A value for each worker and window, of all parts together.
	[ "$(WHERE="index_kind=worker metric=attach-own" select_columns out/profile.csv samples | sort -u)" -eq \
		"$(WHERE="metric=attach-own" select_columns out/invocations.csv samples | awk '{ n += $1 } END { print n / 2 }')" ]
}

@test "a run that ended between its last row and its summary is not complete" {
	begin "${PLAN[@]}" --invocations 4 --out out
	eventually rows 12
	kill -9 "$parent"
	end
	jq '.stop_reason = "fixed"' out/run.json >ended && mv ended out/run.json
	rm -f out/summary.csv
	run "$SHMBENCH" run --resume out -q
	[ "$status" -eq 0 ]
	[[ $output != *"is complete"* ]]
	like_whole 4
}

@test "options of the environment and relative paths are those of then" {
	mkdir there
	(cd there && mkdir files && SHMBENCH_REGION=file SHMBENCH_SIZE=8K "$SHMBENCH" run attach/life \
		--directory files --invocations 3 --time-budget 1ms --seed 1 -q --out out >/dev/null)
	SHMBENCH_REGION=sysv SHMBENCH_SEED=9 "$SHMBENCH" run --resume there/out --time-budget 1m -q >/dev/null
	[ "$(jq .blocks there/out/run.json)" -eq 3 ]
	[ "$(WHERE="benchmark=attach" select_columns there/out/invocations.csv region directory size_bytes | sort -u)" = "file	files	8192" ]
	mv there elsewhere
	jq '.stop_reason = "user"' elsewhere/out/run.json >edited && mv edited elsewhere/out/run.json
	run "$SHMBENCH" run --resume elsewhere/out
	[ "$status" -eq 2 ]
}

# edited FILTER SENTENCE: a run.json that says otherwise is refused with 6, and nothing is touched.
edited() {
	jq "$1" original >out/run.json
	cp out/run.json edited
	local before
	before=$(cat out/invocations.csv out/windows.csv out/resume.bin | cksum)
	run "$SHMBENCH" run --resume out
	[ "$status" -eq 6 ] || { echo "$1: $status $output"; return 1; }
	[[ $output == *"$2"* ]] || { echo "$1: $output"; return 1; }
	cmp edited out/run.json
	[ "$before" = "$(cat out/invocations.csv out/windows.csv out/resume.bin | cksum)" ]
}

@test "another kernel, machine, program or plan: 6, what differs is named, nothing is changed" {
	"$SHMBENCH" run "${PLAN[@]}" --invocations 3 --time-budget 1ms -q --out out >/dev/null
	cp out/run.json original
	edited '.environment.kernel = "Linux 1.0"' "kernel: 'Linux 1.0' there"
	edited '.environment.processor = "abacus"' "processor: 'abacus' there"
	edited '.program.digest = "0"' "another build of shmbench"
	edited '.topology_xml |= sub("os_index=\"0\""; "os_index=\"77\"")' "topology: "
	edited 'del(.plan.cells[0])' "its plan has"
	edited '.plan.cells[0].axes.clock = "tsc"' "cell 0 of its plan, of null, has another axes now"
	# The yardstick of the run stays, the machine was started again: that is recorded.
	jq '.boot = "another" | .canary_references[]?.adds_per_cycle = 1.25' original >out/run.json
	"$SHMBENCH" run --resume out --time-budget 1m -q >/dev/null
	[ "$(jq '.resumed[0].rebooted' out/run.json)" = true ]
	[ "$(jq '[.canary_references[]?.adds_per_cycle] | unique | . == [] or . == [1.25]' out/run.json)" = true ]
}

@test "what is no run that could go on: 2 and a sentence" {
	run "$SHMBENCH" run --resume nowhere
	[ "$status" -eq 2 ]
	[[ $output == *"--resume 'nowhere': No such file or directory"* ]]
	mkdir empty
	run "$SHMBENCH" run --resume empty
	[ "$status" -eq 2 ]
	"$SHMBENCH" run "${PLAN[@]}" --invocations 3 --time-budget 1ms -q --out out >/dev/null
	for option in "--region sysv" "--seed 7" "--invocations 9" "--out x" "--suite smoke" "--dry-run" attach; do
		# shellcheck disable=SC2086 # an option and its value
		run "$SHMBENCH" run $option --resume out
		[ "$status" -eq 2 ] || { echo "$option: $status"; return 1; }
		[[ $output == *"does not go with --resume"* ]]
	done
	echo broken >out/resume.bin
	run "$SHMBENCH" run --resume out
	[ "$status" -eq 2 ]
	rm out/resume.bin
	run "$SHMBENCH" run --resume out
	[ "$status" -eq 2 ]
	[[ $output == *"resume.bin"*"begun anew"* ]]
}

@test "a run that is still going on: 2" {
	begin "${PLAN[@]}" --invocations 1000 --out out
	eventually rows 5
	run "$SHMBENCH" run --resume out
	[ "$status" -eq 2 ]
	[[ $output == *"still going on"* ]]
	kill -TERM "$parent"
	end
	[ "$ended" -eq 143 ]
}

@test "full disk, then and while the run goes on: files parse; with room it goes on" {
	need_root
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m bash -c 'mkdir small && mount -t tmpfs -o size=300K none small &&
		"$0" run null/one attach/life --region sysv,memfd --invocations 12 --seed 7 -q --out small/out 2>&1
		echo "first $?"
		cp -r small/out first
		"$0" run --resume small/out -q 2>&1; echo "second $?"
		cp -r small/out second
		mount -o remount,size=20M small
		"$0" run --resume small/out -q >/dev/null 2>&1; echo "third $?"
		cp -r small/out out' "$SHMBENCH"
	[[ $output == *"first 5"*"second 5"*"third 0"* ]]
	[[ $output == *"No space left on device"* ]]
	parses first/invocations.csv first/windows.csv second/invocations.csv second/windows.csv
	jq . first/run.json second/run.json >/dev/null
	like_whole 12
}
