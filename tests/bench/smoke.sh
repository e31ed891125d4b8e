#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does the instrument measure? With targets so small that no figure means
# anything: whether each is there, what is said of it fits together, and a wrong
# answer is not measured.
#
#	tests/bench/smoke.sh KERNEL

# Filters of jq have names with a $ of their own.
# shellcheck disable=SC2016

set -u
cd "$(dirname "$0")/../.." || exit

kernel=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# check WHAT COMMAND...
check() {
	local what=$1
	shift
	if "$@" >"$tmp/said" 2>&1; then
		echo "ok - bench: $what"
	else
		echo "not ok - bench: $what"
		tail -n 40 "$tmp/said" | sed 's/^/# /'
		failed=1
	fi
}

# says FILE FILTER: the filter is true of the file.
says() {
	jq -e --rawfile goals tests/bench/goals.tsv "$2" "$1" >/dev/null ||
		{ jq -c "$2" "$1"; return 1; }
}

# Nobody can find the page that a target only claims to have.
tell_lies() {
	scripts/vm -k "$kernel" -m 2048 -- bash -c '
		for case; do scripts/lib/bench-guest bench -l -r 1 -d 256 "$case" && exit 9; done
		exit 0' lies "$@" >"$tmp/lies" 2>&1
	local status=$?
	cat "$tmp/lies"
	return "$status"
}

finds_lie() {
	cat "$tmp/lies"
	grep -q "$1: .* finds [0-9]* pages, not" "$tmp/lies"
}

figures=$tmp/bench.json
check "everything answers, and agrees" \
	scripts/bench -k "$kernel" -m 2048 -r 2 -d 256 -o "$figures"
check "all figures are there" says "$figures" 'length > 0 and all(.[];
	(.case | type) == "string" and (.peer | type) == "string" and .rounds > 0 and
	.ratio > 0 and .pages > 0 and .tables > 0)'
check "the median is between the extremes" says "$figures" 'all(.[]; .unit as $unit |
	.["ours_min_\($unit)"] <= .["ours_\($unit)"] and .["ours_\($unit)"] <= .["ours_max_\($unit)"] and
	.["peer_min_\($unit)"] <= .["peer_\($unit)"] and .["peer_\($unit)"] <= .["peer_max_\($unit)"])'
check "ratios are those of the medians" says "$figures" 'all(.[];
	(.["peer_\(.unit)"] / .["ours_\(.unit)"]) as $ratio |
	(.ratio - $ratio | fabs) < 0.002 + $ratio * 0.02)'
check "what has a goal is met or not" says "$figures" 'all(.[];
	if .goal then .met == (.ratio >= .goal) or (.ratio - .goal | fabs) < 0.001 else .met == null end)'
check "no goal is without a figure" says "$figures" 'map([.case, .peer]) as $have
	| $goals | split("\n") | map(select(. != "" and (startswith("#") | not)) | split("\t")[:2])
	| map(select(IN($have[]) | not) | select(.[1] != "pagemap_scan")) | length == 0'
check "instructions and system calls are counted" says "$figures" 'all(.[] | select(.unit == "us" and .case != "start");
	.instructions > 0 and .peer_instructions > 0 and .calls > 0 and .peer_calls >= 0)'
check "what ptscope sends is counted" says "$figures" 'all(.[] | select(.case != "start");
	.bytes > 0 and .datagrams > 0)'
lies=(dense checker thp vmas)
check "what is wrong is not measured" tell_lies "${lies[@]}"
for case in "${lies[@]}"; do
	check "$case: a page that is not there is missed" finds_lie "$case"
done

figures=$tmp/observer.json
check "a process is observed" \
	scripts/bench-observer -k "$kernel" -b 16777216 -r 1 -t 500 -o "$figures"
no_windows=$(grep -o 'no windows are measured.*' "$tmp/said")
check "what it notices is told" says "$figures" 'map(select(.kind == "latency")) as $all
	| ($all | length) > 0 and all($all[]; .count > 0 and .median_us > 0 and
		.median_us <= .p99_us and .p99_us <= .max_us and
		(.scanner == "alone" or .scanner == "busy" or .looks > 0))'
if [[ $no_windows ]]; then
	echo "ok - bench: the longest window is # SKIP $no_windows"
else
	check "the longest window is" says "$figures" 'map(select(.kind == "window")) as $all
		| ($all | length) > 0 and all($all[]; .count > 0 and .longest_us >= .median_us)'
fi
check "the longest hold of a lock is" says "$figures" 'map(select(.kind == "hold"))
	| length > 0 and any(.[]; .longest_us > 0)'
exit $failed
