#!/usr/bin/env bats
# `shmbench facts`: every row has evidence and a verdict, what is not ours stays, nothing is left.

load helpers

setup() {
	find_program
	key=$(free_key)
	ours | sort >"$BATS_TEST_TMPDIR/before"
}

# A key that no segment has now.
free_key() {
	local k
	for k in 305419896 305419897 305419898; do
		awk '{print $1}' /proc/sysvipc/shm | grep -qx "$k" || { echo "$k"; return; }
	done
}

parse_json() {
	if command -v jq >/dev/null; then
		jq -e . >/dev/null
	elif command -v python3 >/dev/null; then
		python3 -m json.tool >/dev/null
	else
		skip "needs jq or python3"
	fi
}

nothing_left() {
	nothing_more_than "$BATS_TEST_TMPDIR/before"
}

fact_verdict() {
	grep -A4 "\"fact\": \"$1\"" | grep '"verdict"' | cut -d'"' -f4
}

@test "everything taught holds, or says why it cannot be shown" {
	run "$SHMBENCH" facts --key "$key"
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} =~ ^[0-9]+\ hold,\ 0\ false,\ [0-9]+\ not\ testable\ here$ ]]
	[ "$(grep -c '^  source: ' <<<"$output")" -ge 14 ]
}

@test "each fact has a sentence, evidence, a verdict and a source in JSON" {
	"$SHMBENCH" facts --json --key "$key" >"$BATS_TEST_TMPDIR/facts.json"
	parse_json <"$BATS_TEST_TMPDIR/facts.json"
	rows=$(grep -c '"fact": ' "$BATS_TEST_TMPDIR/facts.json")
	[ "$rows" -ge 14 ]
	for column in sentence evidence source; do
		[ "$(grep -c "\"$column\": \"..*\"" "$BATS_TEST_TMPDIR/facts.json")" -eq "$rows" ]
	done
	[ "$(grep -cE '"verdict": "(holds|not testable here)"' "$BATS_TEST_TMPDIR/facts.json")" -eq "$rows" ]
	[ "$(grep -c '"verdict": "not testable here"' "$BATS_TEST_TMPDIR/facts.json")" -eq \
		"$(grep -c '"reason": "..*"' "$BATS_TEST_TMPDIR/facts.json")" ]
}

@test "two unrelated processes: B reads what A wrote" {
	run "$SHMBENCH" facts --key "$key"
	[[ $(tr -s ' \n' ' ' <<<"$output") =~ A\ \(process\ ([0-9]+)\).*wrote\ \"hello,\ world\"\ and\ ended.*B\ \(process\ ([0-9]+),.*read\ \"hello,\ world\" ]]
	[ "${BASH_REMATCH[1]}" != "${BASH_REMATCH[2]}" ]
}

@test "a segment that has the key already is left alone and named" {
	command -v ipcmk >/dev/null || skip "needs ipcmk"
	id=$(ipcmk -M 4096 | grep -o '[0-9]*$')
	taken=$(awk -v id="$id" '$2 == id { print $1 }' /proc/sysvipc/shm)
	run "$SHMBENCH" facts --json --key "$((taken & 0xffffffff))"
	alive=$(awk -v id="$id" '$2 == id' /proc/sysvipc/shm)
	ipcrm -m "$id"
	[ "$status" -eq 0 ]
	[ -n "$alive" ]
	[ "$(fact_verdict found-by-key <<<"$output")" = "not testable here" ]
	[[ $output == *"belongs to segment $id "* ]]
}

@test "nothing is left behind" {
	"$SHMBENCH" facts --key "$key" >/dev/null
	nothing_left
	[ -z "$(find "$XDG_CACHE_HOME/shmbench" -mindepth 1 ! -name canaries.json)" ]
}

@test "SIGTERM at any moment: 143, and nothing is left behind" {
	for ms in 000 003 006 010 020 040; do
		"$SHMBENCH" facts --key "$key" >/dev/null 2>&1 &
		sleep "0.$ms"
		kill -TERM $! 2>/dev/null || true
		ended=0
		wait $! || ended=$?
		[ "$ended" -eq 143 ] || [ "$ended" -eq 0 ]
		nothing_left
	done
}

@test "a reader that goes away: nothing is left behind" {
	"$SHMBENCH" facts --key "$key" | head -1
	nothing_left
	[ -z "$(find "$XDG_CACHE_HOME/shmbench" -mindepth 1 ! -name canaries.json)" ]
}

@test "with kernel.shm_rmid_forced two facts cannot be shown" {
	# shellcheck disable=SC2016 # $0 is for the inner shell
	run unshare -i sh -c 'echo 1 >/proc/sys/kernel/shm_rmid_forced && exec "$0" facts --json' "$SHMBENCH"
	[[ $output == "["* ]] || skip "no private IPC namespace: $output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '"reason": "kernel.shm_rmid_forced is 1' <<<"$output")" -eq 2 ]
	[ "$(fact_verdict removed-while-attached <<<"$output")" = holds ]
}

@test "a fact that is not so is false, and the status is 1" {
	needs_real_cpu
	command -v cc >/dev/null || skip "needs a C compiler"
	cat >"$BATS_TEST_TMPDIR/touch.c" <<-'END'
		#include <sys/syscall.h>
		#include <unistd.h>
		void *shmat(int id, const void *at, int flags)
		{
			char *p = (char *)syscall(SYS_shmat, id, at, flags);
			if (p != (char *)-1)
				(void)*(volatile char *)p;
			return p;
		}
	END
	cc -shared -fPIC -o "$BATS_TEST_TMPDIR/touch.so" "$BATS_TEST_TMPDIR/touch.c"
	run env ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$BATS_TEST_TMPDIR/touch.so" \
		"$SHMBENCH" facts --json --key "$key"
	[ "$status" -eq 1 ]
	[ "$(fact_verdict attach-maps-no-page <<<"$output")" = false ]
	[[ $output == *"NOT SO: "* ]]
}

@test "what is no key is refused with 2" {
	for wrong in 0 -1 x 0x100000000 1e3 ""; do
		run "$SHMBENCH" facts --key "$wrong"
		[ "$status" -eq 2 ]
		[[ $output == *"give a number from 1 to 0xffffffff"* ]]
	done
	run "$SHMBENCH" facts all
	[ "$status" -eq 2 ]
}
