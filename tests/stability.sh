#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How far do absolute medians of short runs of the same program spread over minutes, how far do ratios,
# and what does compare say of two of them that are minutes apart? Nothing differs between the runs but
# the machine.
#
#	tests/stability.sh [RUNS [PAUSE_S]]	(default 30 runs of each plan, 3 s between two: 40 minutes)
#	tests/stability.sh --read PLAN-NUMBER...	the tables of runs that exist, in the order of time
#
# There are six plans, in turns, so that a run of at most 10 s has blocks enough: processes differ by
# some per cent from one another, and what is said of a run is the median over its processes.
# Beside the spread: how often the interval of a run holds the median over all runs.
# A row counts as calm with at least 6 calm invocations. Relations are numbered by each run for itself,
# r1 being the nearest that the history knew then: here they go by the middle of the class, in ns of a
# cache line. Two runs of a plan are compared that are half of them apart. SHMBENCH names the program
# (default build/shmbench). Not a pass/fail test.
set -euo pipefail
SHMBENCH=$(realpath "${SHMBENCH:-$(dirname "$0")/../build/shmbench}")
declare -A plan=(
	[attach]="attach/life --region sysv,memfd"
	[touch]="first-touch --region sysv,memfd --state fresh --access write --order sequential"
	[pipe]="latency --channel pipe --message 64"
	[same]="latency --channel pipe --message 64 --place same"
	[awake]="latency --channel pipe --message 64 --cpu-latency 0us"
	[messages]="throughput --channel ring,pipe --region sysv,memfd --message 64"
)
export SHMBENCH_PLOTS=/dev/null # figures of runs that nobody looks at

if [ "${1-}" = --read ]; then
	shift
	dirs=("$@")
else
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	dirs=()
	for ((i = 0; i < ${1:-30}; i++)); do
		for name in attach touch pipe same awake messages; do
			[ "${#dirs[@]}" -eq 0 ] || sleep "${2:-3}"
			dirs+=("$work/$name-$i")
			status=0
			# shellcheck disable=SC2086 # words
			"$SHMBENCH" run ${plan[$name]} --invocations 200 --time-budget 10s \
				--quiet --out "$work/$name-$i" >/dev/null || status=$?
			# Not everybody may keep CPUs awake, and not everywhere: the program has said so.
			if [ "$name" = awake ] && [ $status -eq 4 ]; then
				unset 'dirs[-1]'
			elif [ $status -ne 0 ]; then
				exit $status
			fi
		done
	done
fi

summaries=("${dirs[@]/%//summary.csv}")
# FILE,RELATION,WHAT for every class of every run.
for dir in "${dirs[@]}"; do
	jq -r --arg file "$dir/summary.csv" '(if .environment.cpu_latency == "0 us" then " (CPUs awake)" else "" end) as $awake
		| .relation_classes[]? | [$file, .name, (.low_ns * .high_ns | sqrt |
		if . < 35 then "under 35 ns" elif . < 95 then "35 to 95 ns" elif . < 180 then "95 to 180 ns" else "over 180 ns" end) + $awake] | join(",")' "$dir/run.json"
done | awk -F, '
	part == 1 { class[$1, $2] = $3; next }
	FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	$at["status"] != "ok" || $at["relation"] == "all" || $at["relation"] == "new" { next }
	$at["metric"] !~ /^(attach|detach|sweep|rtt|message|syscall|mapping)$/ { next }
	{
		what = $at["channel"] != "" ? $at["channel"] : $at["region"]
		if ($at["channel"] == "ring") what = what "/" $at["region"]
		relation = $at["relation"]
		if ((FILENAME, relation) in class) relation = class[FILENAME, relation]
		key = $at["benchmark"] " " $at["metric"] " " what (relation != "" ? ", " relation : "")
		if (!(key in rows)) order[++n] = key
		rows[key]++
		add("all", $at["median_all"], "", "")
		if ($at["calm_invocations"] >= 6 && $at["flags"] !~ /gate_biased|not_calm/) add("calm", $at["median"], $at["ci_low"], $at["ci_high"])
		if ($at["ratio"] != "" && $at["pairs"] >= 6 && $at["pairs"] <= $at["invocations"]) add("ratio", $at["ratio"], $at["ratio_low"], $at["ratio_high"])
	}
	function add(kind, x, low, high,   i) {
		i = ++c[key, kind]
		sum[key, kind] += x
		square[key, kind] += x * x
		value[key, kind, i] = x
		from[key, kind, i] = low
		to[key, kind, i] = high
	}
	function mean(kind) { return sum[key, kind] / c[key, kind] }
	function deviation(kind,   m) {
		m = mean(kind)
		return sqrt((square[key, kind] - c[key, kind] * m * m) / (c[key, kind] - 1)) / m
	}
	function sd(kind) { return c[key, kind] < 3 ? "-" : sprintf("%.2f %%", 100 * deviation(kind)) }
	function median(kind,   i, j, n, v, x) {
		n = c[key, kind]
		for (i = 1; i <= n; i++) {
			x = value[key, kind, i]
			for (j = i; j > 1 && v[j - 1] > x; j--) v[j] = v[j - 1]
			v[j] = x
		}
		return (v[int((n + 1) / 2)] + v[int((n + 2) / 2)]) / 2
	}
	# Does the interval of a run hold the median over all runs; does it with what differs between runs
	# added to it, in squares, errors of different origin?
	function cover(kind,   i, truth, more, down, up) {
		if (c[key, kind] < 3) return
		truth = median(kind)
		more = 1.96 * deviation(kind) * truth
		for (i = 1; i <= c[key, kind]; i++) {
			if (from[key, kind, i] == "") continue
			down = value[key, kind, i] - from[key, kind, i]
			up = to[key, kind, i] - value[key, kind, i]
			intervals[kind]++
			held[kind] += from[key, kind, i] <= truth && truth <= to[key, kind, i]
			widened[kind] += truth >= value[key, kind, i] - sqrt(down * down + more * more) &&
				truth <= value[key, kind, i] + sqrt(up * up + more * more)
		}
	}
	function told(kind, what) {
		printf "\n%s: %d of %d intervals hold the median over all runs (%.1f %%), with what differs between runs %d (%.1f %%)\n",
			what, held[kind], intervals[kind], 100 * held[kind] / intervals[kind], widened[kind],
			100 * widened[kind] / intervals[kind]
	}
	END {
		print "| row | runs | calm | mean of calm medians, ns | sd calm | sd all | sd ratio to base |"
		print "|---|---|---|---|---|---|---|"
		for (k = 1; k <= n; k++) {
			key = order[k]
			if (rows[key] < 3) continue
			printf "| %s | %d | %d | %s | %s | %s | %s |\n", key, rows[key], c[key, "calm"],
				c[key, "calm"] ? sprintf("%.4g", mean("calm")) : "-", sd("calm"), sd("all"), sd("ratio")
			cover("calm")
			cover("ratio")
		}
		if (intervals["calm"]) told("calm", "calm medians")
		if (intervals["ratio"]) told("ratio", "ratios")
	}' part=1 - part=2 "${summaries[@]}"

for name in "${!plan[@]}"; do
	mapfile -t runs < <(printf '%s\n' "${dirs[@]}" | grep -E "(^|/)$name-[0-9]+$")
	half=$((${#runs[@]} / 2))
	for ((i = 0; i < half; i++)); do
		"$SHMBENCH" compare --json "${runs[i]}" "${runs[i + half]}" || [ $? -eq 1 ]
	done
done | jq -rs 'length as $pairs | [.[].rows[] | select(.headline)] as $rows
	| [$rows[] | select(.used == "calm")] as $calm
	| def count($from; $what): [$from[] | select(.verdict | test($what))] | length;
	"\n\($pairs) pairs of runs: \($rows | length) rows, of them faster or slower \(count($rows; "faster|slower")), same \(count($rows; "same")), inconclusive \(count($rows; "inconclusive")); compared by calm values \($calm | length), of them faster or slower \(count($calm; "faster|slower")), same \(count($calm; "same"))"'
