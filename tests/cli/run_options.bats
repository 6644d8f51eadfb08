#!/usr/bin/env bats
# `shmbench run --dry-run`: what can be asked for, and what is refused with 2 and a sentence that
# says what is accepted. Nothing is measured here.

load helpers

setup() {
	find_program
	cd "$BATS_TEST_TMPDIR"
}

# refused SENTENCE ARGUMENT...: 2, the sentence, and nothing on standard output.
refused() {
	local sentence=$1
	shift
	run "$SHMBENCH" run --dry-run "$@"
	[ "$status" -eq 2 ] || { echo "$*: status $status"; return 1; }
	[[ $output == *"$sentence"* ]] || { echo "$*: $output"; return 1; }
	[ -z "$("$SHMBENCH" run --dry-run "$@" 2>/dev/null || true)" ]
}

# cells PATTERN ARGUMENT...: how many cells of the plan match, of those that are not companions.
cells() {
	local pattern=$1
	shift
	"$SHMBENCH" run --dry-run "$@" | grep -c -- "^  $pattern" || true
}

@test "dry run: cells, groups, blocks, seed and expected time; the same twice; nothing is made" {
	"$SHMBENCH" run --dry-run --suite quick --seed 7 >once
	"$SHMBENCH" run --dry-run --suite quick --seed 7 >twice
	cmp once twice
	[[ $(tail -n 1 once) =~ ^([0-9]+)\ cells\ in\ ([0-9]+)\ groups,\ .*\ 8\ blocks\ .*seed\ 7\;\ about\ [0-9]+\ s$ ]]
	[ "$(grep -c '^  ' once)" -eq "${BASH_REMATCH[1]}" ]
	[ "$(grep -c '^group ' once)" -eq "${BASH_REMATCH[2]}" ]
	for benchmark in null attach first-touch touch-profile throughput latency bounds; do
		grep -q "^  $benchmark/" once
	done
	[ ! -e results ]
}

@test "dry run: the order is the one that is run" {
	command -v python3 >/dev/null || skip "needs python3"
	local options=(attach null throughput --region sysv,memfd --message 64 --size 64K --invocations 3 --seed 5)
	"$SHMBENCH" run --dry-run "${options[@]}" | sed -n 's/^block //p' >planned
	[ "$(wc -l <planned)" -eq 3 ]
	"$SHMBENCH" run "${options[@]}" --quiet --out run >tables
	select_columns run/invocations.csv invocation block group position >ran
	# A block of invocations.csv in the words of the dry run, but for which cell of a group it is.
	python3 - >found <<-'END'
		turns = {tuple(map(int, l.split("\t"))) for l in open("ran")}
		for block in range(3):
		    line = f"{block}:"
		    for _, _, group, position in sorted(t for t in turns if t[1] == block):
		        line += "," if position else f" {group}("
		    print(line)
	END
	sed 's/[0-9]*\([,)]\)/\1/g; s/)//g' planned | diff - found
}

@test "dry run: every suite, and every plan has null and its bounds" {
	for suite in smoke quick full; do
		[ "$(cells null/one --suite $suite)" -eq 1 ]
	done
	[ "$(cells null/one attach)" -eq 1 ]
	[ "$(cells null/two attach)" -eq 0 ]
	[ "$(cells null/two latency)" -eq 1 ]
	[ "$(cells bounds/processor first-touch)" -eq 1 ]
}

@test "dry run of a matrix: a cell a pair; 192 CPUs in representatives take less than a minute" {
	[ "$(cells matrix/pair matrix --synthetic 'l3:1 core:4 pu:2')" -eq 28 ]
	[ "$(cells matrix/pair matrix --synthetic 'l3:1 core:4 pu:2' --place ordered-pairs)" -eq 56 ]
	[ "$(cells matrix/pair matrix --synthetic 'core:1 pu:1')" -eq 1 ]
	"$SHMBENCH" run matrix --dry-run --representatives --synthetic 'package:2 l3:12 core:4 pu:2' >planned
	[ "$(grep -c '^  matrix/pair ' planned)" -eq 324 ]
	tail -n 1 planned | awk '{ exit !($(NF - 1) < 60) }'
	[ "$(cells matrix/pair --synthetic 'package:2 l3:12 core:4 pu:2')" -eq 324 ]
	run "$SHMBENCH" run throughput --dry-run --representatives
	[ "$status" -eq 2 ]
	[[ $output == *"--representatives is for the benchmark matrix"* ]]
	run "$SHMBENCH" run matrix --dry-run --representatives --place l3
	[ "$status" -eq 2 ]
}

# CPU time of planning a matrix of so many packages, in ms.
planning_ms() {
	local TIMEFORMAT='%U %S'
	{ time "$SHMBENCH" run matrix --dry-run --synthetic "package:$1 l3:6 core:4 pu:2" >planned; } 2>&1 |
		awk '{ printf "%d\n", 1000 * ($1 + $2) + 1 }'
}

@test "dry run of a matrix: planning is linear in the cells; in both directions there are twice as many" {
	few=$(planning_ms 2)
	[ "$(grep -c '^  matrix/pair ' planned)" -eq $((96 * 95 / 2)) ]
	many=$(planning_ms 4)
	[ "$(grep -c '^  matrix/pair ' planned)" -eq $((192 * 191 / 2)) ]
	# Four times the cells: of what is quadratic it would be sixteen times.
	[ "$many" -lt $((9 * few)) ]
	[ "$(cells matrix/pair matrix --place ordered-pairs --synthetic 'package:2 l3:6 core:4 pu:2')" -eq $((96 * 95)) ]
}

@test "dry run of the node matrix: every pair of nodes with CPUs by every node with memory; a pipe has none" {
	local matrix="--place node-pairs --node each"
	# shellcheck disable=SC2086 # words
	{
		[ "$(cells throughput/stream throughput --channel ring --synthetic '[numa] package:2 [numa] core:2 pu:2' $matrix)" -eq 12 ]
		[ "$(cells throughput/stream throughput --channel pipe --synthetic 'package:2 [numa] core:2 pu:2' $matrix)" -eq 4 ]
		[ "$(cells latency/round-trip latency --channel ring --xml "$TOPOLOGIES/24em64t-2n6c2t-pci.xml" $matrix)" -eq 8 ]
		run "$SHMBENCH" run throughput --dry-run --channel ring --synthetic 'package:2 core:2 pu:2' $matrix
	}
	[[ $output == *"place=node-pairs node=0"* ]]
	[[ $output == *"all memory is on one node"* ]]
	run "$SHMBENCH" run first-touch --dry-run --node every
	[ "$status" -eq 2 ]
	[[ $output == *"give local, remote, interleave, each or one of"* ]]
}

@test "dry run on another machine's topology; measuring there is refused" {
	run "$SHMBENCH" run --dry-run throughput --channel ring --place machine --xml "$TOPOLOGIES/16em64t-4s2c2t.xml"
	[ "$status" -eq 0 ]
	[[ $output == *"place=machine"* ]]
	[[ $output != *"# skip: "*packag* ]]
	[ "$("$SHMBENCH" run --dry-run latency --synthetic 'core:2 pu:2' --place smt | grep -c '# skip')" -eq 0 ]
	for other in "--xml $TOPOLOGIES/hybrid.xml" "--synthetic core:2"; do
		# shellcheck disable=SC2086 # two words
		run "$SHMBENCH" run null $other --out out
		[ "$status" -eq 2 ]
		[[ $output == *"only this machine can be measured"* ]]
	done
	HWLOC_SYNTHETIC='core:2 pu:1' run "$SHMBENCH" run null --out out
	[ "$status" -eq 2 ]
	[[ $output == *"measuring is refused"* ]]
	[ ! -e out ]
	refused "exclude each other" null --xml "$TOPOLOGIES/hybrid.xml" --synthetic core:2
}

@test "unknown words are refused, the accepted ones named" {
	refused "null attach first-touch touch-profile refault populate lookup attachers crowd throughput latency bounds matrix" measure
	refused "attach/life attach/again attach/populated" attach/death
	refused "smoke, quick or full" --suite huge
	refused "sysv posix memfd file anon" attach --region sysv,shm
	refused "ring pipe" throughput --channel tube
	refused "base" attach --page 3m
	refused "write read" attach --access append
	refused "sequential random reverse" first-touch --order backwards
	refused "fresh resident cold" attach --state warm
	refused "recycled as-is" first-touch --memory new
	refused "spin yield futex" throughput --wait long
	refused "copy checksum" throughput --consume eat
	refused "local" attach --node nowhere
	refused "1 or more" attachers --processes 0
	for benchmark in attach first-touch throughput; do
		refused "with 1 only; crowd measures many at once" $benchmark --processes 2
	done
	refused "512 at most" crowd/one --processes 513
	refused "256 at most" crowd/pairs --processes 257
	refused "whole number" attach --segments x
	refused "none touch map madvise madvise-read fallocate lock shm-lock future" populate --populate magic
	refused "monotonic" attach --clock sundial
	refused "same, smt, l2, l3, package, machine, auto" latency --place near
	refused "give a region, a channel, or CHANNEL/REGION" attach --base floppy
}

@test "sizes, counts and ranges that are none are refused" {
	for wrong in 4q -1 1e99 0x1000 1.5K K ' 4K' 4KB 4K, ,4K 4K..; do
		refused "is not a size" attach --size "$wrong"
	done
	refused "is too large" attach --size 99999999999999999999
	refused "is too large" attach --size 16E
	refused "is empty" attach --size 4K..1K
	refused "never arrives" attach --size 4K..1M:x1
	refused "never arrives" attach --size 4K..1M:+0
	refused "whole number of 4K pages" attach --size 0
	refused "whole number of 4K pages" attach --size 4097
	refused "at least 8 bytes" throughput --message 7
	refused "is not a size" throughput --message many
	refused "larger than the ring" throughput --message 1M --depth 64K
	refused "larger than the ring" throughput --depth 4
	refused "is not a size" throughput --depth deep
	refused "is not a count" throughput --publish x
	refused "give 1 to" throughput --publish 0
	refused "give 1 to" throughput --publish 4294967296
	refused "--size is empty" attach --size=
}

@test "lists and ranges multiply" {
	[ "$(cells attach/life attach --region sysv --size 4K,64K,1M)" -eq 3 ]
	[ "$(cells attach/life attach --region sysv --size 4K..1M:x16)" -eq 3 ]
	[ "$(cells attach/life attach --region sysv --size 4K..64K:+4K)" -eq 16 ]
	[ "$(cells attach/life attach --region sysv,memfd --size 4K,8K --access write,read)" -eq 8 ]
	[ "$(cells throughput/stream throughput --channel ring --publish 1..4 --message 8,64)" -eq 8 ]
	[ "$(cells first-touch/touch first-touch --region sysv --order sequential,random,reverse)" -eq 3 ]
	[ "$(cells latency/round-trip latency --channel ring --wait spin,yield,futex --consume copy,checksum)" -eq 6 ]
	[ "$(cells latency/round-trip latency --channel pipe,ring)" -eq 2 ]
	# The same value twice is one cell.
	[ "$(cells attach/life attach --region sysv --size 4K,4096)" -eq 1 ]
}

@test "an axis that nothing asked for has is refused; one that some have is theirs" {
	refused "none of the benchmarks asked for varies by --size" null --size 4K
	refused "varies by --region" null --region sysv
	refused "varies by --memory" attach --memory recycled
	refused "varies by --threads" attach --threads 1
	refused "varies by --rate" throughput --rate 10%
	refused "varies by --message" attach first-touch --message 64
	[ "$(cells attach/life attach null --size 4K --region sysv)" -eq 1 ]
}

@test "directories: missing, a file, read-only; several" {
	refused "--directory $PWD/no: No such file" attach --directory "$PWD/no"
	refused "is not a directory" attach --directory /etc/passwd
	mkdir one two
	[ "$(cells attach/life attach --region file --directory one --directory two)" -eq 2 ]
	[ "$(cells 'attach/life region=file .* directory=one ' attach --directory one --directory two)" -eq 1 ]
	# Said also when no cell fits there for another reason.
	refused "No such file" first-touch --state cold --region file --directory no
}

@test "directories: one that cannot be written" {
	mkdir locked
	if [ "$(id -u)" -ne 0 ]; then
		chmod 555 locked
		refused "cannot be written" attach --directory locked
	else
		need_root
		# shellcheck disable=SC2016 # for the inner shell
		run unshare -m sh -c 'mount --bind locked locked && mount -o remount,bind,ro locked &&
			exec "$0" run attach --region file --directory locked --out out' "$SHMBENCH"
		[ "$status" -eq 2 ]
		[[ $output == *"--directory locked cannot be written: Read-only file system"* ]]
		[ ! -e out ]
	fi
}

@test "--base: a region, a channel, a channel in a region" {
	[ "$(cells throughput/ throughput --base pipe)" -eq 2 ]
	[ "$(cells throughput/ throughput --base ring/sysv)" -eq 2 ]
	[ "$(cells attach/life attach --base posix --directory .)" -eq 5 ]
	refused "--base 'ring/floppy'" throughput --base ring/floppy
	refused "--base 'pipe/'" throughput --base pipe/
}

@test "how often and how long: numbers that are none, or nothing" {
	for wrong in 0 -1 x 1.5 10001; do
		refused "give" null --invocations "$wrong"
	done
	refused "is too large" null --invocations 99999999999999999999
	for wrong in 0 -1s soon; do
		refused "give" null --time-budget "$wrong"
		refused "give" null --deadline "$wrong"
	done
	for wrong in -1 x 18446744073709551616; do
		refused "count" null --seed "$wrong"
	done
	refused "is not a share" null --threshold much
	refused "give KEY=VALUE" null --label host
	refused "give KEY=VALUE" null --label =1
	[[ $("$SHMBENCH" run --dry-run null --invocations 3 | tail -n 1) == *" 3 blocks "* ]]
}

@test "of an option given twice the last counts" {
	[ "$(cells 'attach/life region=memfd' attach --region sysv --region memfd)" -eq 1 ]
	[ "$(cells attach/life attach --region sysv --region memfd)" -eq 1 ]
	[[ $("$SHMBENCH" run --dry-run null --seed 1 --seed 2 | tail -n 1) == *"seed 2;"* ]]
	[[ $("$SHMBENCH" run --dry-run --suite full --suite smoke --seed 1 | tail -n 1) == *" 1 blocks "* ]]
}

@test "options come from the environment; the command line counts last" {
	export SHMBENCH_REGION=memfd SHMBENCH_SEED=5 SHMBENCH_DRY_RUN=1
	[[ $("$SHMBENCH" run attach | tail -n 1) == *"seed 5;"* ]]
	[ "$(cells 'attach/life region=memfd' attach)" -eq 1 ]
	[ "$(cells 'attach/life region=posix' attach --region posix)" -eq 1 ]
	export SHMBENCH_SEED=x
	run "$SHMBENCH" run attach
	[ "$status" -eq 2 ]
	[[ $output == *"'x' is not a count"* ]]
	unset SHMBENCH_REGION SHMBENCH_DRY_RUN SHMBENCH_SEED
	command -v jq >/dev/null || skip "needs jq"
	SHMBENCH_JSON=1 "$SHMBENCH" list regions | jq -e .regions >/dev/null
	SHMBENCH_JSON=0 "$SHMBENCH" list regions | grep -q '^regions$'
	SHMBENCH_SYNTHETIC='core:3 pu:1' "$SHMBENCH" topology | grep -q '3 cores'
}

@test "a size beyond memory and System V's limits is a skip that names what is in the way" {
	run "$SHMBENCH" run --dry-run first-touch --size 1P
	[ "$status" -eq 0 ]
	[ "$(grep -c '^  first-touch/.*# skip: ..*' <<<"$output")" -eq "$(grep -c '^  first-touch/' <<<"$output")" ]
	run "$SHMBENCH" run first-touch --size 1P --out out
	[ "$status" -eq 77 ]
	[ ! -e out ]
}

@test "--discard-flagged: report leaves out what is flagged, and rows stay" {
	command -v python3 >/dev/null || skip "needs python3"
	local dir=$BATS_TEST_TMPDIR/run rows
	"$SHMBENCH" run null/one --invocations 7 --discard-flagged --quiet --out "$dir" >/dev/null
	rows=$(wc -l <"$dir/invocations.csv")
	# What flags the machine raised is its own affair: these are known.
	python3 - "$dir/invocations.csv" <<-'END'
		import csv, sys
		rows = list(csv.DictReader(open(sys.argv[1], newline="")))
		for row in rows:
		    row["flags"] = {"2": "major", "4": "clock_bound;migrated", "5": "switched"}.get(row["block"], "")
		out = csv.DictWriter(open(sys.argv[1], "w", newline=""), rows[0].keys(), lineterminator="\n")
		out.writeheader()
		out.writerows(rows)
	END
	"$SHMBENCH" report "$dir" >/dev/null
	[ "$(WHERE='metric=empty' select_columns "$dir/summary.csv" reason)" = \
		"2 of 7 invocations gave no value: discarded for its flag major" ]
	[[ $(WHERE='metric=empty' select_columns "$dir/summary.csv" flags) != *m[ai][jg]* ]]
	[ "$(wc -l <"$dir/invocations.csv")" -eq "$rows" ]
	# Without the list in run.json the same rows count.
	sed -i '/"discard_flagged": \[/,/\]/c "discard_flagged": null,' "$dir/run.json"
	"$SHMBENCH" report "$dir" >/dev/null
	[ -z "$(WHERE='metric=empty' select_columns "$dir/summary.csv" reason)" ]
	[[ $(WHERE='metric=empty' select_columns "$dir/summary.csv" flags) == *major*migrated* ]]
}
