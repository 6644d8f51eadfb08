#!/usr/bin/env bats
# Every channel: what it cannot carry, what the machine does not give, and a peer that dies.

load helpers

setup() {
	find_program
	cd "$BATS_TEST_TMPDIR"
	parent=
	kernel_objects | sort >before
}

teardown() {
	[ -z "$parent" ] || kill -9 "$parent" 2>/dev/null || true
}

# System V queues and semaphores with a key of ours, and names in /dev/shm.
kernel_objects() {
	awk 'FNR > 1 && int(($1 < 0 ? $1 + 4294967296 : $1) / 8388608) == 422 { print FILENAME, $2 }' \
		/proc/sysvipc/msg /proc/sysvipc/sem
	find /dev/shm -maxdepth 1 -name 'shmbench-*'
}

nothing_new_left() {
	[ -z "$(comm -13 before <(kernel_objects | sort))" ]
}

# reason CHANNEL MESSAGE: why throughput skips it.
reason() {
	WHERE="benchmark=throughput channel=$1 message_bytes=$2 metric=message status=skip" \
		select_columns out/summary.csv reason
}

@test "what a mechanism cannot carry is a skip with the limit and how to raise it" {
	message=$((1 << 23))
	[ "$message" -gt "$(cat /proc/sys/net/core/wmem_default)" ] || skip "wmem_default is very large"
	[ "$message" -gt "$(cat /proc/sys/kernel/msgmax)" ] || skip "msgmax is very large"
	run "$SHMBENCH" run throughput --channel pipe,unix-seqpacket,unix-dgram,sysv-msg,posix-mq --message 64,$message \
		--invocations 1 -q --out out
	[ "$status" -eq 0 ]
	[[ $(reason sysv-msg $message) == *"$(cat /proc/sys/kernel/msgmax) bytes a message: raise it with sysctl -w kernel.msgmax=$message" ]]
	[[ $(reason unix-dgram $message) == *"$(($(cat /proc/sys/net/core/wmem_default) - 32)) bytes a message"*"sysctl -w net.core.wmem_default="* ]]
	[[ $(reason unix-seqpacket $message) == *"sysctl -w net.core.wmem_default="* ]]
	[[ $(reason posix-mq $message) == *"fs.mqueue.msgsize_max="* || $(reason posix-mq $message) == *"ulimit -q"* ]]
	# Nothing is clamped: what is measured has the size that was asked for.
	[ "$(WHERE="channel=pipe metric=message status=ok" select_columns out/summary.csv message_bytes | sort -u)" = "64
$message" ]
}

@test "a small RLIMIT_MSGQUEUE is a skip that names it" {
	ulimit -q 1000
	run "$SHMBENCH" run latency --channel posix-mq,pipe --invocations 1 -q --out out
	[ "$status" -eq 0 ]
	WHERE="channel=posix-mq metric=rtt status=skip" select_columns out/summary.csv reason |
		grep -q 'RLIMIT_MSGQUEUE allows 1000 .*ulimit -q'
}

@test "no more System V queues or semaphores: skips that name kernel.msgmni and kernel.sem" {
	need_root
	unshare -i true 2>/dev/null || skip "needs a private IPC namespace"
	unshare -i sh -c 'echo 0 >/proc/sys/kernel/msgmni && echo "250 32000 32 0" >/proc/sys/kernel/sem' 2>/dev/null ||
		skip "cannot set limits in an IPC namespace"
	# shellcheck disable=SC2016 # for the inner shell
	unshare -i sh -c 'echo 0 >/proc/sys/kernel/msgmni; echo "250 32000 32 0" >/proc/sys/kernel/sem
		"$0" run latency --channel ring,sysv-msg --wait semaphore,futex --invocations 1 -q --out out >/dev/null' "$SHMBENCH"
	WHERE="channel=sysv-msg metric=rtt status=skip" select_columns out/summary.csv reason | grep -q 'kernel.msgmni'
	WHERE="channel=ring wait=semaphore metric=rtt status=skip" select_columns out/summary.csv reason | grep -q 'kernel.sem'
	[ "$(WHERE="channel=ring wait=futex metric=rtt" select_columns out/summary.csv status | sort -u)" = ok ]
}

@test "loopback that is down is a skip that says how to bring it up" {
	need_root
	unshare -n true 2>/dev/null || skip "needs a private network namespace"
	unshare -n "$SHMBENCH" run latency --channel tcp,pipe --invocations 1 -q --out out >/dev/null
	WHERE="channel=tcp metric=rtt status=skip" select_columns out/summary.csv reason | grep -q 'ip link set lo up'
}

@test "every way of waiting moves messages, and says what it costs each side" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	"$SHMBENCH" run latency --channel ring,process-vm --wait spin,yield,futex,semaphore,posix-semaphore,eventfd --verify \
		--invocations 1 -q --out out >/dev/null
	[ "$(WHERE="metric=rtt status=ok" select_columns out/summary.csv channel wait | sort -u | wc -l)" -eq 12 ]
	# Two that sleep for each other switch contexts; two that spin have no reason to, but that
	# others want their CPU.
	WHERE="metric=consumer-switches status=ok" select_columns out/invocations.csv channel wait \
		role1_voluntary_switches operations | tee "$BATS_TEST_TMPDIR/switches"
	# Not of each channel: a CPU that is kept awake is woken so soon that a ring's sides hardly sleep.
	awk '$2 == "semaphore" { slept += $3; of += $4 } $2 == "spin" && $3 > 0.05 * $4 { bad = 1 }
		END { exit bad || slept < 0.02 * of }' "$BATS_TEST_TMPDIR/switches"
	eventually nothing_new_left
}

# The worker's role: the consumer of what is measured now.
find_role() {
	worker=$(children "$parent" | head -n 1)
	[ -n "$worker" ] || return 1
	victim=$(children "$worker" | head -n 1)
	[ -n "$victim" ]
}

find_worker() {
	victim=$(children "$parent" | head -n 1)
	[ -n "$victim" ]
}

# dies CHANNEL FIND: kill -9 what FIND finds, again and again, until a row says so.
dies() {
	rm -rf out
	"$SHMBENCH" run throughput --channel "$1" --wait futex --region memfd --invocations 1000 -q --out out \
		>stdout 2>stderr 3>&- &
	parent=$!
	eventually test -s out/run.json
	for _ in $(seq 50); do
		eventually "$2"
		kill -9 "$victim" 2>/dev/null || true
		sleep 0.1
		! grep -q ',fail,' out/invocations.csv || break
	done
	kill -TERM "$parent"
	wait "$parent" || true
	parent=
	grep -q ',fail,' out/invocations.csv || { echo "no fail row: $1 $2"; return 1; }
	eventually nothing_new_left
	[ -z "$(find cache -name 'ledger-*' 2>/dev/null)" ]
}

@test "a peer that dies is a fail row and leaves nothing, whatever the channel" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	for channel in ring-inplace unix-dgram sysv-msg posix-mq process-vm; do
		dies $channel find_role
	done
	dies sysv-msg find_worker
	dies fifo find_worker
}

@test "a build without Concurrency Kit lists ck-ring, says why it is absent and skips it" {
	long
	cmake -S "$TREE" -B build -DCMAKE_BUILD_TYPE=Debug -DSHMBENCH_CK=OFF >log 2>&1
	cmake --build build --target shmbench >>log 2>&1
	build/shmbench list channels | grep -A 1 '^  ck-ring' | grep -q 'not here: .*libck-dev'
	run build/shmbench run latency --channel ck-ring,pipe --invocations 1 -q --out out
	[ "$status" -eq 0 ]
	WHERE="channel=ck-ring status=skip" select_columns out/summary.csv reason | grep -q libck-dev
}
