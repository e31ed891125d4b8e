#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks that the benchmarks measure, with small targets: all figures exist and are
# consistent, and a reader that finds too few pages fails.
#
#	tests/bench/smoke.sh KERNEL

# $ marks variables of jq.
# shellcheck disable=SC2016

set -u
cd "$(dirname "$0")/../.." || exit

kernel=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# check DESCRIPTION COMMAND...
check() {
	local what=$1
	shift
	if "$@" >"$tmp/output" 2>&1; then
		echo "ok - bench: $what"
	else
		echo "not ok - bench: $what"
		tail -n 40 "$tmp/output" | sed 's/^/# /'
		failed=1
	fi
}

# holds FILE FILTER: a jq filter is true for FILE.
holds() {
	jq -e --rawfile goals tests/bench/goals.tsv "$2" "$1" >/dev/null ||
		{ jq -c "$2" "$1"; return 1; }
}

# With -l the target has one page less than expected.
run_with_extra_page() {
	scripts/vm -k "$kernel" -m 2048 -- bash -c '
		for case; do scripts/lib/bench-guest bench -l -r 1 -d 256 "$case" && exit 9; done
		exit 0' cases "$@" >"$tmp/extra" 2>&1
	local status=$?
	cat "$tmp/extra"
	return "$status"
}

detects_extra_page() {
	cat "$tmp/extra"
	grep -q "$1: .* finds [0-9]* pages, not" "$tmp/extra"
}

figures=$tmp/bench.json
check "bench runs" \
	scripts/bench -k "$kernel" -m 2048 -r 2 -d 256 -o "$figures"
check "all figures exist" holds "$figures" 'length > 0 and all(.[];
	(.case | type) == "string" and (.peer | type) == "string" and .rounds > 0 and
	.ratio > 0 and .pages > 0 and .tables > 0)'
check "medians are between the extremes" holds "$figures" 'all(.[]; .unit as $unit |
	.["ours_min_\($unit)"] <= .["ours_\($unit)"] and .["ours_\($unit)"] <= .["ours_max_\($unit)"] and
	.["peer_min_\($unit)"] <= .["peer_\($unit)"] and .["peer_\($unit)"] <= .["peer_max_\($unit)"])'
check "ratios are those of the medians" holds "$figures" 'all(.[];
	(.["peer_\(.unit)"] / .["ours_\(.unit)"]) as $ratio |
	(.ratio - $ratio | fabs) < 0.002 + $ratio * 0.02)'
check "goals are compared" holds "$figures" 'all(.[];
	if .goal then .met == (.ratio >= .goal) or (.ratio - .goal | fabs) < 0.001 else .met == null end)'
check "each goal has a figure" holds "$figures" 'map([.case, .peer]) as $have
	| $goals | split("\n") | map(select(. != "" and (startswith("#") | not)) | split("\t")[:2])
	| map(select(IN($have[]) | not) | select(.[1] != "pagemap_scan")) | length == 0'
check "instructions and system calls are counted" holds "$figures" 'all(.[] | select(.unit == "us" and (.case | IN("start", "print") | not));
	.instructions > 0 and .peer_instructions > 0 and .calls > 0 and .peer_calls >= 0)'
check "bytes and datagrams are counted" holds "$figures" 'all(.[] | select(.case | IN("start", "print") | not);
	.bytes > 0 and .datagrams > 0)'
cases=(dense checker thp vmas)
check "a wrong result is not measured" run_with_extra_page "${cases[@]}"
for case in "${cases[@]}"; do
	check "$case: a missing page is detected" detects_extra_page "$case"
done

figures=$tmp/native.json
measure_native() {
	scripts/bench-native -j -m 8 -o 8 >"$figures"
}
check "native figures are measured" measure_native
check "native: every loop has each distance, and the kernel's interfaces a figure" holds "$figures" '
	(.cpu | length) > 0 and (.native | type) == "boolean" and
	(.rows | map(select(.kind == "loop" and .threads == 1) | .ahead) | unique) == [0, 2, 4, 8, 16] and
	(.rows | map(select(.kind == "loop") | .name) | unique | length) >= 4 and
	(.rows | map(select(.kind == "kernel") | .name) | contains(["pagemap", "mincore"])) and
	all(.rows[]; .mentries_per_s > 0 and .gb_per_s > 0 and .s_per_tib > 0)'

figures=$tmp/observer.json
check "bench-observer runs" \
	scripts/bench-observer -k "$kernel" -b 16777216 -r 1 -t 500 -o "$figures"
no_windows=$(grep -o 'no windows are measured.*' "$tmp/output")
check "latencies exist" holds "$figures" 'map(select(.kind == "latency")) as $all
	| ($all | length) > 0 and all($all[]; .count > 0 and .median_us > 0 and
		.median_us <= .p99_us and .p99_us <= .max_us and
		(.scanner == "alone" or .scanner == "busy" or .looks > 0))'
if [[ $no_windows ]]; then
	echo "ok - bench: windows exist # SKIP $no_windows"
else
	check "windows exist" holds "$figures" 'map(select(.kind == "window")) as $all
		| ($all | length) > 0 and all($all[]; .count > 0 and .longest_us >= .median_us)'
fi
check "holds of mmap_lock exist" holds "$figures" 'map(select(.kind == "hold"))
	| length > 0 and any(.[]; .longest_us > 0)'
exit $failed
