#!/usr/bin/env bats
# Runs that go wrong, each made to for real: signals, killed and stopped workers, full disks, and
# machines that give less than one would like. Whatever happens, files parse and nothing is left.

load helpers

setup() {
	find_program
	cd "$BATS_TEST_TMPDIR"
	parent=
	ours . | sort >before
}

teardown() {
	[ -z "$parent" ] || kill -9 "$parent" 2>/dev/null || true
}

# begin ARGUMENT...: a run in the background, into out; $parent is its PID.
begin() {
	"$SHMBENCH" run "$@" -q --out out >stdout 2>stderr 3>&- &
	parent=$!
}

# end: wait for it; its exit status in $ended.
end() {
	ended=0
	wait "$parent" || ended=$?
	parent=
}

# The references of the canaries have been taken: what runs now is measured.
begun() {
	eventually test -s out/run.json
}

rows() {
	[ "$(wc -l <"out/${1:-invocations}.csv" 2>/dev/null || echo 0)" -gt "${2:-1}" ]
}

has_child() {
	worker=$(children "$parent" | head -n 1)
	[ -n "$worker" ]
}

nothing_left() {
	nothing_more_than before .
	[ -z "$(find cache -name 'ledger-*' 2>/dev/null)" ]
}

stop_reason() {
	jq -r .stop_reason out/run.json
}

# interrupted SIGNAL STATUS
interrupted() {
	command -v jq >/dev/null || skip "needs jq"
	begin attach/life null --region sysv,posix,file --directory . --invocations 10000 --seed 1
	eventually rows invocations 30
	kill "-$1" "$parent"
	end
	[ "$ended" -eq "$2" ]
	[ "$(stop_reason)" = user ]
	parses out/*.csv
	# Whole blocks only count; what is in the file is in run order.
	blocks=$(jq .blocks out/run.json)
	[ "$blocks" -ge 1 ]
	[ "$(select_columns out/summary.csv stop_reason | sort -u)" = user ]
	"$SHMBENCH" report out >/dev/null
	nothing_left
}

@test "SIGINT in the middle: 130, what was measured is saved, nothing is left" {
	# Background jobs of a script ignore SIGINT; the run has a handler of its own.
	interrupted INT 130
}

@test "SIGTERM in the middle: 143" {
	interrupted TERM 143
}

@test "a signal before the first block is over" {
	command -v jq >/dev/null || skip "needs jq"
	begin --suite quick
	begun
	eventually has_child
	kill -TERM "$parent"
	end
	[ "$ended" -eq 143 ]
	[ "$(stop_reason)" = user ]
	[ "$(jq .blocks out/run.json)" -eq 0 ]
	parses out/*.csv
	nothing_left
}

@test "a signal while references are taken: nothing was measured, nothing is left" {
	uname -m | grep -qE 'x86_64|aarch64' || skip "no canaries here"
	begin --suite quick
	eventually has_child
	kill -TERM "$parent"
	end
	[ "$ended" -eq 143 ]
	[ ! -e out/run.json ]
	nothing_left
	# The place is as good as new.
	"$SHMBENCH" run null/one --invocations 1 -q --out out >/dev/null
}

# It may be gone by itself before it is killed; the next one is as good.
kill_until_said() {
	! has_child || kill -9 "$worker" 2>/dev/null || true
	[ -s stderr ]
}

@test "a worker that is killed while references are taken: a sentence, and 5" {
	uname -m | grep -qE 'x86_64|aarch64' || skip "no canaries here"
	begin --suite quick
	eventually kill_until_said
	end
	[ "$ended" -eq 5 ]
	[ ! -e out/run.json ]
	grep -q 'killed by signal 9' stderr
	nothing_left
}

@test "kill -9 of the run while it attaches: workers die with it, clean removes the rest" {
	for round in 1 2 3; do
		rm -rf out
		begin attach --region sysv,posix,file --directory . --invocations 10000
		eventually rows invocations 10
		sleep "0.0$((round * 13))"
		eventually has_child
		kill -9 "$parent"
		end
		[ "$ended" -eq 137 ]
		[ "$(find cache -name 'ledger-*' | wc -l)" -eq 1 ]
		eventually cleaned
		nothing_left
		# Rows are whole but for the last one, which may be cut short.
		run "$SHMBENCH" report out
		[ "$status" -eq 0 ]
		parses out/summary.csv
	done
}

# until_failed FIND: kill -9 the process that FIND finds in $victim until a fail row says so.
until_failed() {
	for _ in $(seq 50); do
		eventually "$1" || return 1
		kill -9 "$victim" 2>/dev/null || true
		sleep 0.1
		grep -q ',fail,' out/invocations.csv && return 0
	done
	return 1
}

find_worker() {
	victim=$(children "$parent" | head -n 1)
	[ -n "$victim" ]
}

find_role() {
	find_worker || return 1
	victim=$(children "$victim" | head -n 1)
	[ -n "$victim" ]
}

@test "a worker that is killed is a fail row with the reason; the run goes on and ends with 5" {
	begin null/one attach/life --region sysv,memfd --invocations 30
	begun
	until_failed find_worker
	end
	[ "$ended" -eq 5 ]
	parses out/*.csv
	[ "$(WHERE="status=fail" select_columns out/invocations.csv reason | sort -u)" = "the worker was killed by signal 9 (Killed)" ]
	[ "$(WHERE="status=ok" select_columns out/invocations.csv invocation | sort -u | wc -l)" -ge 60 ]
	grep -q 'failed; their rows say why' stderr
	nothing_left
}

@test "a role that is killed does not leave the other one waiting" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	begin latency --channel pipe --invocations 2000
	begun
	until_failed find_role
	kill -TERM "$parent"
	end
	[ "$ended" -eq 143 ]
	# Its end of the pipe is closed before its parent is told: the other one may notice that first.
	WHERE="status=fail" select_columns out/invocations.csv reason | tee reasons
	grep -q 'killed by a signal\|from a pipe: Broken pipe\|to a pipe: Broken pipe' reasons
	nothing_left
}

# The last of a line of children, if it is not the worker itself: that is killed elsewhere. Without a fork:
# where one takes long, who was found would have ended.
kill_member() {
	local victim=$parent above=$parent children
	while :; do
		children=()
		{ read -r -a children <"/proc/$victim/task/$victim/children"; } 2>/dev/null || true
		[ ${#children[@]} -gt 0 ] || break
		above=$victim victim=${children[-1]}
	done
	[ "$above" = "$parent" ] || kill -9 "$victim" 2>/dev/null || true
	grep -q 'a process of the crowd was killed by a signal' out/invocations.csv
}

# No process of the program in the test's directory.
nobody_runs() {
	! programs_in "$BATS_TEST_TMPDIR" | grep -q .
}

@test "one of a crowd that is killed ends its invocation with a sentence, and the others with it" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	for part in one own touch; do
		rm -rf out
		begin crowd/$part --region sysv,posix --processes 2 --invocations 2000
		begun
		eventually kill_member
		kill -TERM "$parent"
		end
		[ "$ended" -eq 143 ]
		# Whoever else was met on the way has a sentence too.
		[ "$(WHERE="status=fail" select_columns out/invocations.csv reason | grep -vc 'killed by')" -eq 0 ]
		nothing_left
	done
	# Not even a process: they would run in this directory.
	eventually nobody_runs
}

# A worker, stopped; not one that has ended meanwhile.
stop_worker() {
	has_child && kill -STOP "$worker" 2>/dev/null || return 1
	eventually stopped_or_gone
	[[ $state = T* ]]
}

stopped_or_gone() {
	state=$(process_state "$worker")
	[[ -z $state || $state = [TZX]* ]]
}

@test "a worker that hangs is ended by its deadline, as a fail row" {
	begin attach/life --region sysv --invocations 60 --deadline 2s
	eventually begun
	eventually stop_worker
	end
	[ "$ended" -eq 5 ]
	WHERE="status=fail" select_columns out/invocations.csv reason | grep -q '^no result within [0-9]* s: killed$'
	nothing_left
}

@test "full disk under the results: a sentence, 5, whole rows stay" {
	need_root
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m bash -c 'mkdir small && mount -t tmpfs -o size=1M none small &&
		"$0" run --suite smoke -q --out small/out >stdout 2>stderr
		echo "status $?"; mkdir -p kept; cp small/out/*.csv kept/' "$SHMBENCH"
	[[ $output == *"status 5"* ]]
	cat stderr
	grep -q 'No space left on device' stderr
	[ "$(wc -l <kept/invocations.csv)" -ge 1 ]
	parses kept/invocations.csv kept/windows.csv
	nothing_left
}

@test "full file system under a file region: a skip that names it, found before it is touched" {
	need_root
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m bash -c 'mkdir small && mount -t tmpfs -o size=1M none small &&
		"$0" run first-touch --region file,sysv --size 4M --directory small --invocations 1 -q --out out >stdout 2>stderr; echo "status $?"' "$SHMBENCH"
	[[ $output == *"status 0"* ]]
	[ "$(WHERE="benchmark=first-touch region=file" select_columns out/summary.csv status | sort -u)" = skip ]
	WHERE="benchmark=first-touch region=file" select_columns out/summary.csv reason | grep -q small
	[ "$(WHERE="benchmark=first-touch region=sysv metric=sweep" select_columns out/summary.csv status)" = ok ]
}

@test "nothing that can run here: 77 with the reasons, and no run directory" {
	run "$SHMBENCH" run attach --state cold --region sysv,memfd --out out
	[ "$status" -eq 77 ]
	[[ $output == *"cold is a state of files: sysv has no disk"* ]]
	[ ! -e out ]
	command -v jq >/dev/null || skip "needs jq"
	missing=$("$SHMBENCH" topology --json | jq -r '[.places[] | select(.status == "skip") | .place] | first // empty')
	[ -n "$missing" ] || skip "this machine has every place"
	run "$SHMBENCH" run latency --place "$missing" --out out
	[ "$status" -eq 77 ]
}

@test "one CPU: place and relation are same, rings wait by futex, nothing hangs" {
	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	run timeout 60 taskset -c "$cpu" "$SHMBENCH" run latency throughput --channel ring,pipe \
		--invocations 1 -q --out out
	[ "$status" -eq 0 ]
	[ "$(WHERE="metric=message" select_columns out/summary.csv place relation status | sort -u)" = "same	same	ok" ]
	[ "$(WHERE="channel=ring" select_columns out/summary.csv place wait relation status | sort -u)" = "same	futex	same	ok" ]
	[ "$(WHERE="channel=ring" select_columns out/invocations.csv role0_cpu role1_cpu | sort -u)" = "$cpu	$cpu" ]
	run timeout 60 taskset -c "$cpu" "$SHMBENCH" run latency --channel ring --wait spin --out spin
	[ "$status" -eq 77 ]
	[[ $output == *"give --wait futex"* ]]
	run taskset -c "$cpu" "$SHMBENCH" run latency --place smt --out smt
	[ "$status" -eq 77 ]
}

@test "a CPU that is not allowed is refused with 2" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	run taskset -c "$cpu" "$SHMBENCH" run latency --place "pu:os:$cpu+pu:os:$((cpu + 1))" --out out
	[ "$status" -eq 2 ]
	[ ! -e out ]
}

@test "an unprivileged user can run the smoke suite" {
	[ "$(id -u)" -eq 0 ] || skip "needs root to become somebody else"
	command -v setpriv >/dev/null || skip "needs setpriv"
	# The way to the program may be closed to others.
	copy=$(mktemp -d /tmp/shmbench-test-XXXXXX)
	cp "$SHMBENCH" "$copy/shmbench"
	mkdir "$copy/home"
	chown 65534:65534 "$copy/home"
	chmod 755 "$copy"
	run setpriv --reuid 65534 --regid 65534 --clear-groups \
		env -C "$copy/home" HOME="$copy/home" XDG_CACHE_HOME="$copy/home/cache" \
		"$copy/shmbench" run --suite smoke -q --out run
	rows=$(wc -l <"$copy/home/run/summary.csv")
	failed=$(grep -c ',fail,' "$copy/home/run/invocations.csv" || true)
	rm -rf "$copy"
	[ "$status" -eq 0 ]
	[ "$rows" -gt 100 ]
	[ "$failed" -eq 0 ]
}

@test "the parent stays under 32 MiB" {
	begin attach first-touch/touch latency --invocations 4
	peak=0
	while [ -n "$(jobs -r)" ]; do
		now=$(awk '/^VmHWM/ { print $2 }' "/proc/$parent/status" 2>/dev/null || true)
		[ "${now:-0}" -le "$peak" ] || peak=$now
		sleep 0.1
	done
	end
	[ "$ended" -eq 0 ]
	echo "# peak $peak KiB" >&3
	[ "$peak" -gt 0 ]
	# Sanitizers multiply memory.
	if grep -q __asan_init "$SHMBENCH"; then skip "with sanitizers"; fi
	[ "$peak" -lt 32768 ]
}
