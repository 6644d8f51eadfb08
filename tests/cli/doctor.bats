#!/usr/bin/env bats
# `shmbench doctor`: every line is ok, note or unfit, and the status follows from them.

setup() {
	load helpers
	find_program
	export COLUMNS=100
	# One history for all: taking it anew takes a second.
	export XDG_CACHE_HOME=$BATS_FILE_TMPDIR/cache
	fake=$BATS_TEST_TMPDIR/fake
	mkdir -p "$fake"
}

# file PATH TEXT: below the directory that is to stand in for another one.
file() {
	mkdir -p "$fake/$(dirname "$1")"
	printf '%s\n' "$2" >"$fake/$1"
}

# doctor_with DIRECTORY: what doctor says where $fake is mounted on DIRECTORY, in $output. With one CPU,
# which spares it two of three looks at the canaries, a second each.
doctor_with() {
	need_root
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m sh -c 'mount --bind "$1" "$2" && exec taskset -c "$3" "$0" doctor' "$SHMBENCH" "$fake" "$1" "$(one_cpu)"
}

one_cpu() {
	taskset -cp $$ | sed 's/.*: //; s/[-,].*//'
}

# says CHECK PATTERN: what is said of the first check of that name, on one line.
says() {
	local line
	line=$(awk -v name="^(ok|note|unfit) +$1 " '/^[a-z]/ || !NF { on = $0 ~ name && !n; n += on }
		on { $1 = $1; printf "%s ", $0 }' <<<"$output")
	line=${line% }
	# shellcheck disable=SC2053 # a pattern
	[[ $line == $2 ]] || {
		echo "$line"
		return 1
	}
}

@test "every line is graded, and the status is 4 exactly when one is unfit" {
	run "$SHMBENCH" doctor
	rows=$(grep -cE '^(ok|note|unfit) +[a-z0-9-]+ +[^ ]' <<<"$output")
	[ "$rows" -ge 25 ]
	[[ ${lines[-1]} =~ ^([0-9]+)\ ok,\ ([0-9]+)\ to\ note,\ ([0-9]+)\ unfit$ ]]
	[ $((BASH_REMATCH[1] + BASH_REMATCH[2] + BASH_REMATCH[3])) -eq "$rows" ]
	[ "$status" -eq $((BASH_REMATCH[3] ? 4 : 0)) ]
}

@test "JSON has the same checks, each with a value" {
	checks=$("$SHMBENCH" doctor | sed -nE 's/^(ok|note|unfit) +([a-z0-9-]+).*/\2/p')
	"$SHMBENCH" doctor --json >"$BATS_TEST_TMPDIR/doctor.json" || [ $? -eq 4 ] # contended now, perhaps
	[ "$(sed -nE 's/.*"check": "([a-z0-9-]+)".*/\1/p' "$BATS_TEST_TMPDIR/doctor.json")" = "$checks" ]
	[ "$(grep -c '"value": "..*"' "$BATS_TEST_TMPDIR/doctor.json")" -eq "$(wc -l <<<"$checks")" ]
	if command -v jq >/dev/null; then
		jq -e . "$BATS_TEST_TMPDIR/doctor.json" >/dev/null
	elif command -v python3 >/dev/null; then
		python3 -m json.tool "$BATS_TEST_TMPDIR/doctor.json" >/dev/null
	fi
}

@test "numbers are those of the kernel" {
	run "$SHMBENCH" doctor
	[[ $output == *"Linux $(uname -r) "* ]]
	[[ $output == *"shmmni $(cat /proc/sys/kernel/shmmni) "* ]]
	[ "$(sed -nE 's/^[a-z]+ +cpus +[^ ]+ \(([0-9]+)\).*/\1/p' <<<"$output")" -eq "$(nproc)" ]
}

@test "no segment left: unfit, with the command that helps" {
	# shellcheck disable=SC2016 # $0 is for the inner shell
	run unshare -i sh -c 'echo 0 >/proc/sys/kernel/shmmni && exec "$0" doctor' "$SHMBENCH"
	[[ $output == *kernel* && $output == *"unfit"* ]] || skip "no private IPC namespace: $output"
	[ "$status" -eq 4 ]
	[[ $output == *"sudo sysctl kernel.shmmni="* ]]
}

@test "one allowed CPU is noted" {
	cpu=$(one_cpu)
	run taskset -c "$cpu" "$SHMBENCH" doctor
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"note cpus $cpu (1) of "* ]]
}

@test "words are refused with 2" {
	run "$SHMBENCH" doctor kernel
	[ "$status" -eq 2 ]
	[[ $output == *"--json"* ]]
}

@test "THP by size: sizes that nobody asked for are noted, with the command" {
	file enabled "always [madvise] never"
	file shmem_enabled "always within_size [advise] never deny force"
	file hugepages-64kB/enabled "[always] inherit madvise never"
	file hugepages-2048kB/enabled "always [inherit] madvise never"
	file hugepages-16kB/enabled "always inherit madvise [never]"
	file hugepages-64kB/shmem_enabled "always inherit [within_size] advise never"
	file hugepages-2048kB/shmem_enabled "always [inherit] within_size advise never"
	doctor_with /sys/kernel/mm/transparent_hugepage
	says thp "ok *madvise*"
	says thp-sizes "note *never 16K, always 64K, inherit 2M*echo never | sudo tee *hugepages-\*kB/enabled"
	says shmem-thp "ok *advise*"
	says shmem-thp-sizes "note *within_size 64K, inherit 2M*hugepages-\*kB/shmem_enabled"
}

@test "THP: a kernel without sizes has one, and always is noted" {
	file enabled "[always] madvise never"
	file shmem_enabled "always within_size advise [never] deny force"
	doctor_with /sys/kernel/mm/transparent_hugepage
	says thp "note *always*unasked: echo madvise *"
	says thp-sizes "ok *one, by the knob thp*"
	says shmem-thp "note *never*"
	says shmem-thp-sizes "ok *one, by the knob shmem-thp*"
}

@test "pools of every size; the empty ones have their command" {
	file hugepages-2048kB/nr_hugepages 4
	file hugepages-2048kB/free_hugepages 3
	file hugepages-1048576kB/nr_hugepages 0
	file hugepages-1048576kB/free_hugepages 0
	doctor_with /sys/kernel/mm/hugepages
	says hugepages "note *4 of 2M (3 free)*"
	says hugepages "*none of 1G*-> \`--page 1g' is skipped: echo 1 | sudo tee *1048576kB/nr_hugepages"
}

@test "free-page reporting is a feature of a virtio balloon" {
	file virtio3/device 0x0005
	file virtio3/features 0100010000000000
	file virtio0/device 0x0002
	file virtio0/features 0000010000000000
	doctor_with /sys/bus/virtio/devices
	says page-reporting "note *by virtio3,*echo virtio3 | sudo tee *virtio_balloon/unbind"
	file virtio3/features 0100000000000000
	doctor_with /sys/bus/virtio/devices
	says page-reporting "ok *off*"
}

@test "what a system call and a first touch take, noted where a host takes part in them" {
	"$SHMBENCH" doctor --json >"$BATS_TEST_TMPDIR/doctor.json" || [ $? -eq 4 ]
	cost() { jq -e ".[] | select(.check == \"$1\") | $2" "$BATS_TEST_TMPDIR/doctor.json"; }
	cost system-call '.numbers.ns > 10 and (.grade == "note") == (.numbers.ns > 700)'
	cost first-touch '.numbers.ns > 50 and (.grade == "note") == (.numbers.ns > 5000)'
	cost system-call '.value | test("^a system call takes [0-9]+ ns$")'
	# A page is given by what a system call enters, and zeroed.
	jq -e 'map({(.check): .numbers.ns?}) | add | ."first-touch" > ."system-call" / 2' "$BATS_TEST_TMPDIR/doctor.json"
}

@test "governors of all CPUs" {
	need_root
	cp -r /sys/devices/system/cpu/. "$fake" 2>/dev/null || true
	rm -rf "$fake"/cpu*/cpufreq
	file cpu0/cpufreq/scaling_governor performance
	file cpu1/cpufreq/scaling_governor powersave
	file isolated 1
	file smt/active 1
	doctor_with /sys/devices/system/cpu
	says governor "note *performance, powersave*sudo cpupower frequency-set -g performance*"
	says isolated-cpus "ok *1*taskset -c 1 shmbench*"
	says smt "ok *active*"
}

@test "idle states: who chooses, what each takes to leave, and how to keep CPUs out of them" {
	need_root
	cp -r /sys/devices/system/cpu/. "$fake" 2>/dev/null || true
	rm -rf "$fake"/cpu*/cpuidle "$fake"/cpuidle
	doctor_with /sys/devices/system/cpu
	says idle-states "note *no cpuidle driver: an idle CPU halts*"
	file cpuidle/current_driver intel_idle
	file cpuidle/current_governor_ro menu
	file cpu0/cpuidle/state0/name POLL
	file cpu0/cpuidle/state0/latency 0
	file cpu0/cpuidle/state1/name C6
	file cpu0/cpuidle/state1/latency 170
	file cpu0/cpuidle/state1/disable 1
	doctor_with /sys/devices/system/cpu
	says idle-states "ok *intel_idle, chosen by menu: POLL 0 us, C6 170 us (off); *"
	[ ! -r /dev/cpu_dma_latency ] || says idle-states "*; no limit*run --cpu-latency 0us*" || says idle-states "* us*"
}

# cgroup LINE: as /proc/self/cgroup, below $fake as /sys/fs/cgroup.
cgroup() {
	need_root
	printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/cgroup"
	# A process keeps its PID over exec.
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m sh -c 'mount --bind "$1" /sys/fs/cgroup && mount --bind "$2" /proc/$$/cgroup &&
		exec taskset -c "$3" "$0" doctor' "$SHMBENCH" "$fake" "$BATS_TEST_TMPDIR/cgroup" "$(one_cpu)"
}

@test "limits of control groups, version 2: the tightest above" {
	file cgroup.controllers "cpuset cpu memory"
	file a/memory.max 67108864
	file a/b/memory.max max
	file a/cpu.max "max 100000"
	file a/b/cpu.max "50000 100000"
	file a/cpuset.cpus.effective 0
	file a/cpuset.mems.effective "$(cat /sys/devices/system/node/online)"
	cgroup 0::/a/b
	says cgroup-memory "note *64.0 MiB*memory.max*"
	says cgroup-cpu "note *0.50 CPUs*cpu.max*"
	[ "$(nproc --all)" -gt 1 ] || skip "one CPU"
	says cpuset "note *CPUs 0, memory*are online: raise cpuset.cpus*"
}

@test "limits of control groups, version 1" {
	file memory/b/memory.limit_in_bytes 9223372036854771712
	file cpu/b/cpu.cfs_quota_us 150000
	file cpu/b/cpu.cfs_period_us 100000
	file cpuset/b/cpuset.effective_cpus 0
	file cpuset/b/cpuset.effective_mems 0
	cgroup "4:memory:/b
3:cpu,cpuacct:/b
2:cpuset:/b"
	says cgroup-memory "ok *no limit*"
	says cgroup-cpu "note *1.50 CPUs*"
	says cpuset "* CPUs 0, memory nodes 0*"
}

@test "no control group limits anything" {
	file cgroup.controllers ""
	cgroup 0::/
	says cpuset "ok *CPUs not limited, memory nodes not limited*"
	says cgroup-cpu "ok *no limit*"
}

# A history in which this CPU once gave more than it ever will: whatever it does, it is not calm.
better_days() {
	XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	command -v python3 >/dev/null || skip "needs python3"
	mkdir -p "$XDG_CACHE_HOME/shmbench"
	python3 - "$XDG_CACHE_HOME/shmbench/canaries.json" "$1" <<-'END'
		import json, re, sys, time
		model = re.search(r"^model name\s*:\s*(.*)$", open("/proc/cpuinfo").read(), re.M)
		if not model:
		    sys.exit(1)
		n, adds = 500, float(sys.argv[2])
		chain = [.5 + i / 50 for i in range(n)]
		one = {"core": 0, "roles": 1, "relation": "", "taken": int(time.time()),
		       "adds_per_cycle": [adds] * n, "chain_ghz": chain,
		       "mapping_cycles": [50000] * n, "cpu": [0] * n}
		json.dump({"schema": "shmbench.canaries.v6", "model": model.group(1), "batches": [one]},
		          open(sys.argv[1], "w"))
	END
}

no_canaries() {
	"$SHMBENCH" doctor | grep -q '^note  canary  *unavailable'
}

@test "canaries: each CPU of the pair, both, and the relation" {
	no_canaries && skip "no canaries here"
	run "$SHMBENCH" doctor
	[ "$(grep -cE '^(ok|note|unfit) +canary-cpu[0-9]+ +CPU [0-9]+: [0-9.]+ adds per cycle at [0-9.]+ GHz' <<<"$output")" -ge 1 ]
	[ "$(nproc)" -gt 1 ] || skip "one CPU"
	says canary-together "*CPU *;*CPU *% of * windows undisturbed, * % calm*"
	says relation "*windows: *ns one way between CPUs*by the topology*"
	command -v jq >/dev/null || skip "needs jq"
	"$SHMBENCH" doctor --json >"$BATS_TEST_TMPDIR/doctor.json" || [ $? -eq 4 ]
	jq -e '.[] | select(.check == "canary-together").numbers | (.cpus | length == 2) and
		(.adds_per_cycle | all(. > 0)) and .windows > 0' "$BATS_TEST_TMPDIR/doctor.json"
	jq -e '.[] | select(.check == "relation").numbers.cache_line_ns > 0' "$BATS_TEST_TMPDIR/doctor.json"
	# What was read is the reference of what comes next.
	[ -s "$XDG_CACHE_HOME/shmbench/canaries.json" ]
}

@test "what a process on the other CPU does to what is unmapped" {
	needs_real_cpu
	no_canaries && skip "no canaries here"
	[ "$(nproc)" -gt 1 ] || skip "one CPU"
	run "$SHMBENCH" doctor
	says beside "*a mapping in * cycles on CPU *, in * while a process runs on CPU *: * times*"
	[ -z "$(pgrep -P $$ shmbench)" ]
	command -v jq >/dev/null || skip "needs jq"
	"$SHMBENCH" doctor --json >"$BATS_TEST_TMPDIR/doctor.json" || [ $? -eq 4 ]
	jq -e '.[] | select(.check == "beside") | (.numbers.times * .numbers.idle_cycles / .numbers.loaded_cycles - 1 | fabs) < .01
		and .numbers.times > .5 and (.grade == "note") == (.numbers.times >= 1.25)' "$BATS_TEST_TMPDIR/doctor.json"
}

@test "a CPU that gives less than it did is unfit now: 4, and so is run --require-calm" {
	needs_real_cpu
	no_canaries && skip "no canaries here"
	better_days 60 || skip "no model name"
	run "$SHMBENCH" doctor
	[ "$status" -eq 4 ]
	says "canary-cpu[0-9]+" "unfit *[(]reference 60.000 at *0 % of * windows undisturbed, 0 % calm*--require-calm --patience*"
	better_days 60
	run "$SHMBENCH" run null/one --invocations 1 --require-calm --quiet --out "$BATS_TEST_TMPDIR/run"
	[ "$status" -eq 4 ]
	[[ $output == *"not calm now: 0 % of "*" windows on CPU "*"--patience"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/run/run.json" ]
}

@test "run --require-calm looks again as long as patience lasts" {
	needs_real_cpu
	no_canaries && skip "no canaries here"
	run "$SHMBENCH" run null/one --require-calm --canary-reference 60 --invocations 1 \
		--patience 5s --out "$BATS_TEST_TMPDIR/run"
	[ "$status" -eq 4 ]
	[[ $output == *"not calm; looking again for up to 5 s"* ]]
	[[ $output =~ "looked for "([0-9]+)" s" ]]
	[ "${BASH_REMATCH[1]}" -ge 3 ]
}

@test "run --require-calm measures where it is calm" {
	needs_real_cpu
	no_canaries && skip "no canaries here"
	run "$SHMBENCH" run null/one --require-calm --invocations 1 --patience 8s --quiet \
		--out "$BATS_TEST_TMPDIR/run"
	if [ "$status" -eq 4 ]; then skip "not calm here: $output"; fi
	[ "$status" -eq 0 ]
	[ -s "$BATS_TEST_TMPDIR/run/summary.csv" ]
}

@test "a level of the kernel that is left is said, and the next run goes by what this one saw" {
	needs_real_cpu
	no_canaries && skip "no canaries here"
	command -v jq >/dev/null || skip "needs jq"
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	local history=$XDG_CACHE_HOME/shmbench/canaries.json out=$BATS_TEST_TMPDIR/out tries=0
	"$SHMBENCH" run null/one --invocations 10 --quiet --out "$out-0"
	# Who disturbs its first look is not taken for another kernel, nor is what a run beside whom somebody works
	# all along a level: the next one may be left alone.
	until jq -e '(.warnings | any(test("a mapping takes [0-9]+ cycles, and took [0-9]+ in earlier runs"))) and
		(.canary_references[0] | .mapping_cycles == null and .mapping_seen_cycles > 0)' "$out-$tries/run.json"; do
		[ $((++tries)) -le 5 ] || skip "disturbed here"
		jq -c '.batches |= map(if .roles == 1 then .mapping_cycles |= map(. * 3) | .level_cycles *= 3 else . end)' \
			"$history" >"$history.new"
		mv "$history.new" "$history"
		run "$SHMBENCH" run null/one --invocations 10 --quiet --out "$out-$tries"
		[ "$status" -eq 0 ]
	done
	"$SHMBENCH" run null/one --invocations 10 --quiet --out "$out-last"
	jq -e '.warnings | any(test("a mapping takes")) | not' "$out-last/run.json" || skip "disturbed here"
	jq -e --slurpfile left "$out-$tries/run.json" '.canary_references[0].mapping_cycles /
		$left[0].canary_references[0].mapping_seen_cycles | . > .98 and . < 1.02' "$out-last/run.json"
}

@test "that calm is by a reference of just now is said, by the first run alone" {
	needs_real_cpu
	no_canaries && skip "no canaries here"
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/nothing
	local run
	for run in first second; do
		"$SHMBENCH" run null/one --invocations 3 --quiet --out "$BATS_TEST_TMPDIR/$run"
	done
	grep -q "found out in the seconds before this run" "$BATS_TEST_TMPDIR/first/report.html"
	! grep -q "found out in the seconds before this run" "$BATS_TEST_TMPDIR/second/report.html"
}

@test "run --require-calm refuses an unfit machine before it looks" {
	needs_real_cpu
	# shellcheck disable=SC2016 # $0 is for the inner shell
	run unshare -i sh -c 'echo 0 >/proc/sys/kernel/shmmni && exec "$0" run null --require-calm --out "$1"' \
		"$SHMBENCH" "$BATS_TEST_TMPDIR/run"
	[[ $output == *"unfit"* ]] || skip "no private IPC namespace: $output"
	[ "$status" -eq 4 ]
	[[ $output == *"unfit: system-v: "*"ipcs -m"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/run" ]
}
