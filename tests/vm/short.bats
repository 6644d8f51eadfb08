# SPDX-License-Identifier: MIT
# The emulated machine, once for all tests of this file: what ran in it (short.guest), and that it ran
# on the CPUs, memory nodes and pages that were asked for. Never a time. Its CPUs 0 to 3 are package
# and node 0, 4 to 7 are package and node 1; 2n and 2n + 1 are the threads of a core.
load ../cli/helpers
load machine

setup_file() {
	# More than ten times what an idle machine needs.
	VM_LIMIT=500 machine_once short.guest test_{page,memory,bind}
}

setup() {
	find_program
}

# ended NAME STATUS: this command of the guest ended so.
ended() {
	grep "^$1 $2 " "$VM/ended" && return
	cat "$VM/ended" "$VM/$1.txt" >&2
	return 1
}

@test "emulated machine: boots, and is what it should be" {
	[ "$(cat "$VM/status")" = 0 ]
	jq -e '.machine | .packages == 2 and .cores == 4 and .pus == 8 and .nodes == 2' "$VM/topology.json" ||
		{ cat "$VM/topology.json"; return 1; }
}

@test "emulated machine: kinds of page, memory nodes and binding, by their unit tests" {
	ended test_page 0
	ended test_memory 0
	ended test_bind 0
	# What is skipped on most machines runs here.
	grep 'OK.*regions_give_thp_pages' "$VM/test_page.txt"
	grep 'OK.*regions_give_2m_pages' "$VM/test_page.txt"
	grep 'OK.*test_pages_on_several_nodes' "$VM/test_memory.txt"
	for made in sysv memfd file anon; do grep "^$made of 2m: made" "$VM/test_page.txt"; done
	for made in sysv posix memfd file anon; do grep "^$made of thp: made" "$VM/test_page.txt"; done
}

@test "emulated machine: the main benchmarks run" {
	ended main 0
	[ -z "$(combinations main "status=fail" benchmark reason)" ]
	combinations main "status=ok" benchmark | is "attach
bounds
first-touch
latency
matrix
null
throughput"
	combinations main "benchmark=throughput status=ok metric=message" region memory_node | is "anon 0
memfd 0
sysv 0"
}

@test "emulated machine: places are the CPUs that they say" {
	ended places 0
	combinations places "benchmark=throughput metric=message" \
		place status role0_cpu role1_cpu | is "l2 skip  
machine ok 0 4
package ok 0 2
same ok 0 0
smt ok 0 1"
}

@test "emulated machine: memory is on the node asked for, in every region" {
	ended nodes 0
	for region in sysv posix memfd file anon; do
		combinations nodes "benchmark=first-touch region=$region metric=sweep" \
			node status role0_cpu memory_node | is "1 ok 0 1
interleave ok 0 
local ok 0 0
remote ok 0 1"
	done
}

@test "emulated machine: messages between packages, over memory of either node" {
	ended remote 0
	combinations remote "benchmark=throughput metric=message" \
		node status role0_cpu role1_cpu memory_node | is "interleave ok 0 4 
remote ok 0 4 1"
}

@test "emulated machine: producer, consumer and memory on each node" {
	ended matrix 0
	combinations matrix "benchmark=throughput metric=message status=ok" \
		place node role0_cpu role1_cpu memory_node | sed 's/node:os:\(.\).core:\(.\).pu:0/\1.\2/g' | is "0.0+0.1 0 0 2 0
0.0+0.1 1 0 2 1
0.0+1.0 0 0 4 0
0.0+1.0 1 0 4 1
1.0+0.0 0 4 0 0
1.0+0.0 1 4 0 1
1.0+1.1 0 4 6 0
1.0+1.1 1 4 6 1"
	grep "A message of 64 bytes over ring/sysv, both CPUs and the memory on one node: " "$VM/matrix.txt"
}

@test "emulated machine: pages of 2 MiB, transparent and from the pool, in every region that has them" {
	ended pages 0
	for benchmark in attach:detach first-touch:sweep; do
		combinations pages "benchmark=${benchmark%:*} metric=${benchmark#*:} status=ok" \
			page region directory page_bytes memory_node | is "2m anon  2097152 0
2m file /dev/hugepages 2097152 0
2m memfd  2097152 0
2m sysv  2097152 0
thp anon  2097152 0
thp file /dev/shm 2097152 0
thp memfd  2097152 0
thp posix  2097152 0
thp sysv  2097152 0"
		combinations pages "benchmark=${benchmark%:*} metric=${benchmark#*:} status=skip" \
			page region directory | is "2m file /dev/shm
2m posix 
thp file /dev/hugepages"
	done
}

@test "emulated machine: a page of 2 MiB is one fault" {
	WHERE="benchmark=first-touch metric=faults status=ok" \
		select_columns "$VM/pages/invocations.csv" median_all | sort -u | is "1"
}

@test "emulated machine: large pages that another process keeps, on the other node" {
	ended kept 0
	for benchmark in attach:attach first-touch:sweep; do
		combinations kept "benchmark=${benchmark%:*} metric=${benchmark#*:} status=ok" \
			page region role0_cpu memory_node page_bytes | is "2m memfd 0 1 2097152
2m sysv 0 1 2097152
thp memfd 0 1 2097152
thp sysv 0 1 2097152"
	done
}

@test "emulated machine: a ring in large pages of the other package's memory" {
	ended rings 0
	combinations rings "benchmark=throughput metric=message" \
		page status role0_cpu role1_cpu memory_node page_bytes | is "2m ok 0 4 1 2097152
thp ok 0 4 1 2097152"
}

# One of each worker, in every window: as many as asked for, each of which has read its CPU back.
workers() { # RUN WHERE
	WHERE="index_kind=worker $2" select_columns "$VM/$1/profile.csv" processes index | sort -u |
		cut -f1 | uniq -c | awk '{ print $2, $1 }'
}

@test "emulated machine: a crowd on all CPUs, whole cores first, and nine are too many" {
	ended crowd 0
	for metric in attach-own detach-own touch; do
		combinations crowd "benchmark=crowd metric=$metric" processes status role0_cpu | is "2 ok 0
8 ok 0
9 skip "
		workers crowd "metric=$metric" | is "2 2
8 8"
	done
	combinations crowd "benchmark=crowd metric=touch-faults status=ok" median_all | is "1"
	combinations crowd "status=skip" reason | grep "9 at once, each on a CPU of its own: this process may use 8 CPUs"
	# Each has read its own back, or the row would be `fail'.
	jq -c '.plan.cells[] | select(.benchmark == "crowd" and .part == "own") | .cpus' "$VM/crowd/run.json" | is "[0,2]
[0,2,4,6,1,3,5,7]
null"
}

@test "emulated machine: pairs at once, all of two packages" {
	ended pairs 0
	combinations pairs "benchmark=crowd metric=pair-message" processes status role0_cpu role1_cpu | is "2 ok 0 4
5 skip  "
	workers pairs "metric=pair-message" | is "2 2"
	jq -c '.plan.cells[] | select(.benchmark == "crowd") | .cpus' "$VM/pairs/run.json" | is "[0,4,2,6]
null"
	combinations pairs "status=skip" reason | grep "5 pairs at once, each on two CPUs of its own: this process may use 8 CPUs"
}

@test "emulated machine: parts of a crowd's region in large pages of the other node" {
	ended members 0
	combinations members "benchmark=crowd metric=touch" processes status memory_node page_bytes | is "1 ok 1 2097152
2 ok 1 2097152"
}

@test "emulated machine: every page is back in the pool" {
	is "HugePages_Total:      64
HugePages_Free:       64
HugePages_Rsvd:        0
HugePages_Surp:        0" <"$VM/pool"
}

@test "emulated machine: what its pools and switches lack is a skip that names the command" {
	ended lacking 0
	combinations lacking "benchmark=first-touch metric=sweep" page node status | is "2m local ok
2m remote skip
thp local skip
thp remote skip"
	combinations lacking "status=skip page=2m" reason | grep 'node 1 has 0 .*echo N > /sys/devices/system/node/node1/'
	combinations lacking "status=skip page=thp" reason | grep 'echo advise > .*shmem_enabled'
}

@test "emulated machine: base pages are base pages where shared memory gets huge ones unasked" {
	ended unasked 0
	combinations unasked "benchmark=first-touch metric=faults" region status page_bytes median_all | is "anon ok 4096 1
memfd ok 4096 1
sysv ok 4096 1"
}

@test "emulated machine: figures of what only such a machine has" {
	with_figures
	"$SHMBENCH" plot "$VM/matrix" node-matrix --terminal dumb >"$BATS_TEST_TMPDIR/matrix"
	grep "memory on node 0 .* memory on node 1" "$BATS_TEST_TMPDIR/matrix"
	"$SHMBENCH" plot "$VM/pages" page-kinds --terminal dumb >"$BATS_TEST_TMPDIR/kinds"
	grep "time per 4 KiB" "$BATS_TEST_TMPDIR/kinds"
}
