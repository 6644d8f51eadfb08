#!/usr/bin/env bats
# `shmbench doctor`: every line is ok, note or unfit, and the status follows from them.

setup() {
	SHMBENCH=$(realpath "${SHMBENCH:-build/shmbench}")
	export COLUMNS=100
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
	"$SHMBENCH" doctor --json >"$BATS_TEST_TMPDIR/doctor.json"
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
	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	run taskset -c "$cpu" "$SHMBENCH" doctor
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"note cpus $cpu (1) of "* ]]
}

@test "words are refused with 2" {
	run "$SHMBENCH" doctor kernel
	[ "$status" -eq 2 ]
	[[ $output == *"--json"* ]]
}
