#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How far do absolute medians of short runs of the same program spread over minutes, how far do ratios,
# and what does compare say of two of them that are minutes apart? Nothing differs between the runs but
# the machine.
#
#	tests/stability.sh [RUNS [PAUSE_S]]	(default 30 runs, 30 s between them: 20 minutes)
#	tests/stability.sh --read DIR...	the tables of runs that exist, in the order of time
#
# A row counts as calm with at least 6 calm invocations. Two runs are compared that are half of all
# runs apart. SHMBENCH names the program (default build/shmbench). Not a pass/fail test.
set -euo pipefail
SHMBENCH=$(realpath "${SHMBENCH:-$(dirname "$0")/../build/shmbench}")
plan=(attach/life first-touch throughput latency --region "sysv,memfd" --state fresh --access write
	--order sequential --message 64 --time-budget 10s)

if [ "${1-}" = --read ]; then
	shift
	dirs=("$@")
else
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	dirs=()
	for ((i = 0; i < ${1:-30}; i++)); do
		[ "$i" -eq 0 ] || sleep "${2:-30}"
		dirs+=("$work/$i")
		SHMBENCH_PLOTS=/dev/null "$SHMBENCH" run "${plan[@]}" --quiet --out "$work/$i" >/dev/null
	done
fi

summaries=("${dirs[@]/%//summary.csv}")
awk -F, '
	FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	$at["status"] != "ok" || $at["relation"] == "all" || $at["relation"] == "new" { next }
	$at["metric"] !~ /^(attach|detach|sweep|rtt|message|syscall|mapping)$/ { next }
	{
		what = $at["channel"] != "" ? $at["channel"] : $at["region"]
		if ($at["channel"] == "ring") what = what "/" $at["region"]
		key = $at["benchmark"] " " $at["metric"] " " what " " $at["relation"]
		if (!(key in rows)) order[++n] = key
		rows[key]++
		add("all", $at["median_all"])
		if ($at["calm_invocations"] >= 6 && $at["flags"] !~ /gate_biased|not_calm/) add("calm", $at["median"])
		if ($at["ratio"] != "" && $at["pairs"] >= 6 && $at["pairs"] <= $at["invocations"]) add("ratio", $at["ratio"])
	}
	function add(kind, x) { c[key, kind]++; sum[key, kind] += x; square[key, kind] += x * x }
	function mean(kind) { return sum[key, kind] / c[key, kind] }
	function sd(kind,   m) {
		if (c[key, kind] < 3) return "-"
		m = mean(kind)
		return sprintf("%.2f %%", 100 * sqrt((square[key, kind] - c[key, kind] * m * m) / (c[key, kind] - 1)) / m)
	}
	END {
		print "| row | runs | calm | mean of calm medians, ns | sd calm | sd all | sd ratio to base |"
		print "|---|---|---|---|---|---|---|"
		for (k = 1; k <= n; k++) {
			key = order[k]
			if (rows[key] < 3) continue
			printf "| %s | %d | %d | %s | %s | %s | %s |\n", key, rows[key], c[key, "calm"],
				c[key, "calm"] ? sprintf("%.4g", mean("calm")) : "-", sd("calm"), sd("all"), sd("ratio")
		}
	}' "${summaries[@]}"

half=$((${#dirs[@]} / 2))
for ((i = 0; i < half; i++)); do
	"$SHMBENCH" compare --json "${dirs[i]}" "${dirs[i + half]}" || [ $? -eq 1 ]
done | jq -rs --arg pairs "$half" '[.[].rows[] | select(.headline)] as $rows
	| [$rows[] | select(.used == "calm")] as $calm
	| def count($from; $what): [$from[] | select(.verdict | test($what))] | length;
	"\n\($pairs) pairs of runs: \($rows | length) rows, of them faster or slower \(count($rows; "faster|slower")), same \(count($rows; "same")), inconclusive \(count($rows; "inconclusive")); compared by calm values \($calm | length), of them faster or slower \(count($calm; "faster|slower")), same \(count($calm; "same"))"'
