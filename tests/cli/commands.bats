#!/usr/bin/env bats
# What every command has in common, and those that only show: list, topology.

load helpers

setup() {
	find_program
	cd "$BATS_TEST_TMPDIR"
}

@test "--help and --version print something and end with 0; how long that takes" {
	local before after
	before=$(date +%s%N)
	run "$SHMBENCH" --help
	after=$(date +%s%N)
	[ "$status" -eq 0 ]
	for command in list doctor run report plot facts topology clean; do
		[[ $output == *"  $command "* ]]
	done
	echo "# --help took $(((after - before) / 1000000)) ms" >&3
	before=$(date +%s%N)
	run "$SHMBENCH" list
	after=$(date +%s%N)
	[ "$status" -eq 0 ]
	[ -n "$output" ]
	echo "# list took $(((after - before) / 1000000)) ms" >&3
	run "$SHMBENCH" --version
	[ "$status" -eq 0 ]
	[[ $output =~ ^shmbench\ [0-9]+\.[0-9]+\.[0-9]+\  ]]
}

@test "every command has --help (0) and refuses an unknown option (2)" {
	for command in list doctor run report plot facts topology clean; do
		run "$SHMBENCH" "$command" --help
		[ "$status" -eq 0 ]
		[[ $output == "Usage: shmbench $command "* ]]
		run "$SHMBENCH" "$command" --no-such-option
		[ "$status" -eq 2 ]
		[[ $output == *"unrecognized option '--no-such-option'"* ]]
	done
}

@test "help goes to standard output, complaints to standard error" {
	[ -z "$("$SHMBENCH" --help 2>&1 >/dev/null)" ]
	[ -z "$("$SHMBENCH" run --no-such-option 2>/dev/null || true)" ]
	[ -z "$("$SHMBENCH" run attach --size 4q 2>/dev/null || true)" ]
}

@test "no command and an unknown command: 2" {
	run "$SHMBENCH"
	[ "$status" -eq 2 ]
	run "$SHMBENCH" measure
	[ "$status" -eq 2 ]
	[[ $output == *"there is no command 'measure'"* ]]
}

@test "output that cannot be written is a failure" {
	[ -w /dev/full ] || skip "needs /dev/full"
	run sh -c '"$1" list >/dev/full' sh "$SHMBENCH"
	[ "$status" -eq 5 ]
	[[ $output == *"No space left"* ]]
}

@test "list: every section, as text and as JSON" {
	command -v jq >/dev/null || skip "needs jq"
	for section in benchmarks regions channels places axes suites; do
		run "$SHMBENCH" list "$section"
		[ "$status" -eq 0 ]
		[ "${lines[0]}" = "$section" ]
		"$SHMBENCH" list "$section" --json >"$section.json"
		[ "$(jq -r 'keys | join(" ")' "$section.json")" = "$section" ]
		# Every name in the JSON stands in the text.
		while read -r name; do
			[[ $output == *" $name "* || $output == *"--$name "* ]]
		done < <(jq -r ".$section[].name" "$section.json")
	done
	"$SHMBENCH" list --json | jq -e 'keys | length == 6' >/dev/null
	[ "$(jq -r '[.regions[].name] | join(" ")' regions.json)" = "sysv posix memfd file anon" ]
	[ "$(jq -r '[.suites[].name] | join(" ")' suites.json)" = "smoke quick full" ]
	run "$SHMBENCH" list everything
	[ "$status" -eq 2 ]
	[[ $output == *"benchmarks regions channels places axes suites"* ]]
}

@test "list: the metrics of contract.md, headlines marked" {
	command -v jq >/dev/null || skip "needs jq"
	headlines=$("$SHMBENCH" list benchmarks --json |
		jq -r '[.benchmarks[] | .name as $b | .metrics[] | select(.headline) | "\($b)/\(.name)"] | unique | join(" ")')
	[ "$headlines" = "attach/attach attach/detach attachers/detach attachers/map crowd/attach-one crowd/attach-own crowd/detach-one crowd/detach-own crowd/pair-message crowd/touch first-touch/sweep latency/rtt lookup/find lookup/find-attach matrix/cache-line null/empty populate/populate refault/fork refault/refault throughput/message" ]
	for metric in create attach first-access detach remove cycle first-attach detach-touched \
		remove-populated sync sweep faults fault page-tables touch message rate bandwidth \
		producer-busy consumer-busy switches rtt rtt-each syscall zero-page mapping page-fault mapping-beside cache-line copy; do
		"$SHMBENCH" list benchmarks --json |
			jq -e --arg m "$metric" 'any(.benchmarks[].metrics[]; .name == $m)' >/dev/null
	done
}

@test "topology: this machine, as text and as JSON" {
	command -v jq >/dev/null || skip "needs jq"
	run "$SHMBENCH" topology
	[ "$status" -eq 0 ]
	[[ $output == "this machine: "* ]]
	"$SHMBENCH" topology --json >here.json
	jq -e '.source == "this_machine" and .measurable' here.json >/dev/null
	[ "$(jq -r '[.places[].place] | join(" ")' here.json)" = "same smt l2 l3 package machine" ]
	[ "$(jq .machine.pus here.json)" -eq "$(nproc)" ]
}

@test "topology: other machines by XML and by synthetic text, with logical and OS indexes" {
	command -v jq >/dev/null || skip "needs jq"
	for xml in "$TOPOLOGIES"/*.xml; do
		"$SHMBENCH" topology --xml "$xml" --json >there.json
		jq -e '.source == "xml" and (.measurable | not)' there.json >/dev/null
		jq -e 'all(.places[] | select(.status == "ok"); (.logical | length) == 2 and (.os | length) == 2)' there.json >/dev/null
		"$SHMBENCH" topology --xml - <"$xml" | grep -q '^not this machine (xml)'
	done
	"$SHMBENCH" topology --synthetic 'package:2 l3:1 l2:4 core:1 pu:2' --json >there.json
	[ "$(jq -c '[.machine.packages, .machine.cores, .machine.pus]' there.json)" = "[2,8,16]" ]
	[ "$(jq -r '[.places[] | select(.status == "ok") | .place] | join(" ")' there.json)" = "same smt l3 machine" ]
}

@test "topology: both, broken and missing descriptions are refused with 2" {
	run "$SHMBENCH" topology --xml "$TOPOLOGIES/hybrid.xml" --synthetic 'core:2 pu:1'
	[ "$status" -eq 2 ]
	run "$SHMBENCH" topology --synthetic 'core:two'
	[ "$status" -eq 2 ]
	[[ $output == *"'core:two' is not a synthetic topology"* ]]
	echo '<topology' >broken.xml
	for file in broken.xml /dev/null missing.xml .; do
		run "$SHMBENCH" topology --xml "$file"
		[ "$status" -eq 2 ]
		[[ $output == *"$file"* ]]
	done
	run "$SHMBENCH" topology places
	[ "$status" -eq 2 ]
}
