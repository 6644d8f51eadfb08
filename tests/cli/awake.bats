#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# run --cpu-latency: CPUs do not sleep while the run lasts, it is recorded, and is gone with the run.
load helpers

setup() {
	find_program
	cd "$BATS_TEST_TMPDIR" || return 1
}

# Skips the test where nobody may limit it, or nothing heeds the limit.
need_device() {
	[ -w /dev/cpu_dma_latency ] || skip "needs to write /dev/cpu_dma_latency"
	[ "$(cat /sys/devices/system/cpu/cpuidle/current_driver 2>/dev/null || echo none)" != none ] || skip "no cpuidle driver"
}

# The limit of the machine now, in us.
limit() {
	od -An -td4 -N4 /dev/cpu_dma_latency | tr -d ' '
}

limited_to() {
	[ "$(limit)" -eq "$1" ]
}

# How often CPUs went into the state POLL, and into any deeper one, since boot.
entered() {
	local file polled=0 deeper=0
	for file in /sys/devices/system/cpu/cpu[0-9]*/cpuidle/state*/usage; do
		if [[ $file == *state0/* ]]; then
			polled=$((polled + $(<"$file")))
		else
			deeper=$((deeper + $(<"$file")))
		fi
	done
	echo "$polled $deeper"
}

@test "what is no duration of a wake-up is a usage error" {
	for value in 2s nonsense -1us ''; do
		run "$SHMBENCH" run null "--cpu-latency=$value" --invocations 1 --quiet --out out
		[ "$status" -eq 2 ]
		[ ! -e out ]
	done
	[[ $("$SHMBENCH" run null --cpu-latency 2s --out out 2>&1) == *"give 0us to 1s"* ]]
}

@test "with 0us roles that wait for each other leave their CPUs polling; afterwards nothing is left of it" {
	need_device
	needs_real_cpu
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	[ "$(cat /sys/devices/system/cpu/cpu0/cpuidle/state0/name)" = POLL ] || skip "no state that polls"
	before=$(limit)
	read -r polled deeper < <(entered)
	"$SHMBENCH" run latency/round-trip --channel pipe --cpu-latency 0us --invocations 2 --quiet --out out >/dev/null
	read -r polled_after deeper_after < <(entered)
	# Each of the thousand trips of an invocation's warming alone waits twice.
	echo "polled $((polled_after - polled)) times, went deeper $((deeper_after - deeper)) times"
	[ $((polled_after - polled)) -gt 3000 ]
	[ $((deeper_after - deeper)) -lt $(((polled_after - polled) / 4)) ]
	[ "$(limit)" -eq "$before" ]
	grep -q '"cpu_latency": "0 us"' out/run.json
	grep -qE '"idle_states": ".*, chosen by .*: POLL 0 us' out/run.json
}

@test "a run that is killed takes its limit with it" {
	need_device
	before=$(limit)
	[ "$before" -ne 7 ] || skip "somebody has that limit already"
	"$SHMBENCH" run null --cpu-latency 7us --invocations 10000 --quiet --out out >/dev/null 2>&1 3>&- &
	parent=$!
	[ "$before" -lt 7 ] || eventually limited_to 7
	kill -9 "$parent"
	wait "$parent" || true
	eventually limited_to "$before"
}

@test "compare says that two runs had other limits" {
	need_device
	"$SHMBENCH" run null --invocations 2 --quiet --out as-it-is >/dev/null
	"$SHMBENCH" run null --cpu-latency 1us --invocations 2 --quiet --out limited >/dev/null
	run "$SHMBENCH" compare as-it-is limited
	[ "$status" -eq 0 ]
	[[ $output == *cpu_latency*"1 us"* ]]
}

@test "who may not, and a kernel that has nothing to heed it: what to do, and exit status 4" {
	# shellcheck disable=SC2154 # bats sets them
	if [ "$(id -u)" -ne 0 ]; then
		[ ! -w /dev/cpu_dma_latency ] || skip "this user may"
		run "$SHMBENCH" run null --cpu-latency 0us --invocations 1 --out out
		[ "$status" -eq 4 ]
	fi
	need_root
	mkdir fake
	# shellcheck disable=SC2016 # for the inner shell
	without='mount --bind fake /sys/devices/system/cpu/cpuidle && exec "$0" run null --cpu-latency 0us --invocations 1 --out out'
	if [ -d /sys/devices/system/cpu/cpuidle ]; then
		for driver in "" none; do
			[ -z "$driver" ] || echo "$driver" >fake/current_driver
			run unshare -m sh -c "$without" "$SHMBENCH"
			[ "$status" -eq 4 ]
			[[ $output == *"no cpuidle driver"*"idle=poll"* ]]
		done
	fi
	[ ! -e out ]
	need_device
	: >device
	chmod 600 device
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m sh -c 'mount --bind device /dev/cpu_dma_latency && mount -o remount,bind,ro /dev/cpu_dma_latency &&
		exec "$0" run null --cpu-latency 0us --invocations 1 --out out' "$SHMBENCH"
	[ "$status" -eq 4 ]
	[[ $output == *"--cpu-latency: /dev/cpu_dma_latency (root may"*"setfacl"*"Read-only file system"* ]]
	[ ! -e out ]
}
