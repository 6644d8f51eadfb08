#!/usr/bin/env bats
# lookup, attachers, crowd, refault and populate: what they count, what limits say, and what is left behind.

load helpers

# One run of all four, for what is counted; and one cache, so that references are taken once.
setup_file() {
	find_program
	export RUN=$BATS_FILE_TMPDIR/run XDG_CACHE_HOME=$BATS_FILE_TMPDIR/cache
	"$SHMBENCH" run refault populate attachers lookup --size 1M --segments 0,50 --processes 1,200 \
		--region sysv,posix,memfd --invocations 1 -q --out "$RUN" >"$RUN.txt" 2>&1
}

setup() {
	find_program
	export XDG_CACHE_HOME=$BATS_FILE_TMPDIR/cache
	cd "$BATS_TEST_TMPDIR"
}

# measure NAME ARGUMENT...: one invocation of each cell into the directory NAME.
measure() {
	local out=$1
	shift
	"$SHMBENCH" run "$@" --invocations 1 -q --out "$out" >"$out.txt" 2>&1 || { cat "$out.txt"; return 1; }
	RUN=$BATS_TEST_TMPDIR/$out
}

# value METRIC CONDITION...
value() {
	WHERE="metric=$*" select_columns "$RUN/summary.csv" median
}

@test "refault: fork copies no tables of shared mappings; a write after a read is free in tmpfs" {
	for region in sysv memfd; do
		[ "$(value fork-faults region=$region access=write)" = 1 ]
		[ "$(value refault-faults region=$region access=write)" = 1 ]
		[ "$(value upgrade-faults region=$region access=write)" = 0 ]
	done
	[ "$(value fork-faults region=sysv access=read)" = 1 ]
	value fork-faults region=memfd access=read | awk '{ exit !($1 < .2) }'
}

@test "populate: every way but shm-lock and fallocate leaves nothing to do" {
	for way in touch madvise madvise-read lock future; do
		[ "$(value faults benchmark=populate region=sysv populate=$way)" = 1 ] || { echo "$way"; false; }
		[ "$(value after-faults region=sysv populate=$way)" = 0 ] || { echo "$way"; false; }
	done
	[ "$(value after-faults region=memfd populate=map)" = 0 ]
	[ "$(value faults region=sysv populate=shm-lock)" = 0 ]
	[ "$(value after-faults region=sysv populate=shm-lock)" = 1 ]
	[ "$(value faults benchmark=populate region=memfd populate=fallocate)" = 0 ]
	[ "$(value after-faults region=memfd populate=fallocate)" = 1 ]
	[ "$(WHERE="region=sysv populate=map" select_columns "$RUN/summary.csv" status | sort -u)" = skip ]
	grep -q "SHM_LOCK brings no page in" "$RUN.txt"
}

@test "populate: threads have a CPU each, or the row says that there are not so many" {
	measure run populate --size 1M --region sysv --populate touch,future --threads 2,64
	[ "$(nproc)" -lt 2 ] || [ "$(value after-faults populate=touch threads=2)" = 0 ]
	[ "$(nproc)" -ge 64 ] || WHERE="populate=touch threads=64" select_columns "$RUN/summary.csv" reason | grep -q "a CPU of its own"
	WHERE="populate=future threads=2" select_columns "$RUN/summary.csv" reason | grep -q "one call, one thread"
}

@test "populate: who may lock no memory is told the limit, and the rest is measured" {
	command -v setpriv >/dev/null && command -v prlimit >/dev/null || skip "needs util-linux"
	setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock true 2>/dev/null || skip "capabilities cannot be dropped here"
	setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock prlimit --memlock=65536 "$SHMBENCH" run populate \
		--size 1M --region sysv --populate touch,lock,future,shm-lock --invocations 1 -q --out run >run.txt 2>&1 ||
		{ cat run.txt; false; }
	RUN=$BATS_TEST_TMPDIR/run
	[ "$(value faults populate=touch)" = 1 ]
	for way in lock future shm-lock; do
		WHERE="populate=$way metric=populate" select_columns "$RUN/summary.csv" reason | grep -q "RLIMIT_MEMLOCK is 65536" ||
			{ echo "$way"; false; }
	done
}

@test "attachers: tables are each process's own, pages are not" {
	[ "$(value faults processes=200 region=sysv)" = 256 ]
	# By where it happens to lie: 1M may fit into a table that a neighbour has.
	grep -qE "pages are shared, tables are not|need no page tables for it" "$RUN.txt"
	# 4M need two tables, or three where they do not begin at a multiple of 2M; and what is above them. What others on this machine make and free meanwhile
	# is in the total too: once undisturbed is enough.
	local again
	for again in 1 2 3 4; do
		RUN=$BATS_TEST_TMPDIR/again-$again
		"$SHMBENCH" run attachers --region sysv --size 4M --processes 200 --invocations 1 -q --out "$RUN" >"$RUN.txt"
		grep -q "pages are shared, tables are not" "$RUN.txt"
		value page-tables processes=200 | awk '{ exit !($1 >= 8192 && $1 <= 20480) }'
		value total-tables processes=200 | awk '{ exit !($1 > 200 * 8192 / 4) }' && return
	done
	false
}

@test "attachers: what large pages are mapped by is hardly anything" {
	# The segment, and one as large that is filled before it.
	awk '/^HugePages_Free/ { free = $2 } /^Hugepagesize/ { size = $2 } END { exit !(free >= 4 && size == 2048) }' \
		/proc/meminfo || skip "needs pages of 2M: echo 4 | sudo tee /proc/sys/vm/nr_hugepages"
	measure run attachers --page base,2m --size 4M --processes 20 --region sysv
	[ "$(value faults page=base)" = 1024 ]
	[ "$(value faults page=2m)" = 2 ]
	value page-tables page=base | awk '{ exit !($1 >= 8192) }'
	value page-tables page=2m | awk '{ exit !($1 < 8192) }'
}

@test "lookup: as many others as asked for exist, and nobody but System V has an SHM_INFO" {
	[ "$(WHERE="region=sysv segments=50" select_columns "$RUN/summary.csv" status | sort -u)" = ok ]
	[ -z "$(value info region=posix segments=0)" ]
	WHERE="region=memfd metric=find" select_columns "$RUN/summary.csv" reason | grep -q "no name"
	# It visits each segment: the one thing here that the count of segments cannot leave alone.
	few=$(value info region=sysv segments=0)
	many=$(value info region=sysv segments=50)
	awk -v few="$few" -v many="$many" 'BEGIN { exit !(many > few) }'
}

@test "lookup: kernel.shmmni is a skip with the limit and the command that raises it" {
	unshare -i true 2>/dev/null || skip "no IPC namespace of its own here"
	unshare -i sh -c 'echo 64 >/proc/sys/kernel/shmmni && exec "$0" run lookup --segments 10,100 --region sysv \
		--invocations 1 -q --out run' "$SHMBENCH" >run.txt 2>&1 || { cat run.txt; false; }
	RUN=$BATS_TEST_TMPDIR/run
	[ "$(WHERE="segments=10" select_columns "$RUN/summary.csv" status | sort -u)" = ok ]
	WHERE="segments=100 metric=find" select_columns "$RUN/summary.csv" reason | grep "64 ids of kernel.shmmni" |
		grep -q "sysctl -w kernel.shmmni="
}

named() {
	[ "$(ours "$BATS_TEST_TMPDIR" | wc -l)" -gt $(($(wc -l <before) + 200)) ]
}

@test "lookup: a run that is killed leaves names that clean finds, and clean leaves none" {
	ours "$BATS_TEST_TMPDIR" | sort >before
	"$SHMBENCH" run lookup --segments 300 --region sysv,posix --invocations 50 -q --out run >/dev/null 2>&1 &
	local pid=$!
	eventually named || { kill -9 "$pid"; false; }
	kill -9 "$pid"
	wait "$pid" || true
	eventually cleaned
	nothing_more_than before "$BATS_TEST_TMPDIR"
}

# Processes that run in the directory here.
crowd() {
	programs_in "$BATS_TEST_TMPDIR/here" | wc -l
}

gathered() {
	[ "$(crowd)" -gt 50 ]
}

dispersed() {
	[ "$(crowd)" -eq 0 ]
}

@test "attachers: nobody of the crowd outlives a run that is killed" {
	mkdir here
	env -C here "$SHMBENCH" run attachers --size 1M --region sysv --processes 200 --invocations 50 -q \
		--out run >/dev/null 2>&1 &
	local pid=$!
	eventually gathered || { kill -9 "$pid"; false; }
	kill -9 "$pid"
	wait "$pid" || true
	eventually dispersed
}

@test "crowd: as many workers as asked for have rows; more than there are CPUs are a skip that says so" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	local more=$(($(nproc) + 1))
	[ $more -le 256 ] || skip "pairs are 256 at most"
	measure run crowd --region sysv --channel pipe --size 1M --processes 1,2,$more --place auto
	RUN=$BATS_TEST_TMPDIR/run
	for metric in attach-one detach-one attach-own detach-own touch; do
		for n in 1 2; do
			[ "$(WHERE="metric=$metric processes=$n index_kind=worker" select_columns "$RUN/profile.csv" index |
				tr '\n' ' ')" = "$(seq -s ' ' 0 $((n - 1))) " ] || { echo "$metric $n"; false; }
		done
	done
	[ "$(value touch-faults processes=1)" = 1 ]
	[ "$(value touch-faults processes=2)" = 1 ]
	WHERE="metric=attach-one processes=$more" select_columns "$RUN/summary.csv" status reason |
		grep -q "skip.*$more at once, each on a CPU of its own: this process may use"
	WHERE="metric=pair-message processes=$more" select_columns "$RUN/summary.csv" status | grep -q skip
	[ -n "$(WHERE="metric=pair-rate processes=1 relation=all" select_columns "$RUN/summary.csv" median_all)" ]
	grep -q "have together so many times the rate of one" run.txt
}

@test "crowd: unless told, 1, 2, 4 and so on and as many as there are CPUs" {
	local n=1 expected=""
	while [ $n -lt "$(nproc)" ]; do expected+="$n " n=$((2 * n)); done
	"$SHMBENCH" run crowd/one --region sysv --dry-run >plan.txt
	[ "$(sed -n 's/.*processes=\([0-9]*\).*/\1/p' plan.txt | sort -nu | tr '\n' ' ')" = "$expected$(nproc) " ] || { cat plan.txt; false; }
	run "$SHMBENCH" run crowd/pairs --place same --channel pipe --out out
	[ "$status" -eq 77 ]
	[[ $output == *"a pair has two CPUs here"* ]]
}
