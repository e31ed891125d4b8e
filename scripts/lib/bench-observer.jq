# SPDX-License-Identifier: GPL-2.0-only
#
# Converts the output of tests/bench/observer to objects: one for each scanner and
# operation, for each scanner's holds of mmap_lock, and for each of ptscope's times with
# interrupts off. $kernel is the name of the kernel, $goals the text of
# observer-goals.tsv.
#
# Ratios are medians over all rounds, each to the time alone just before. The figures
# are medians over all rounds as well.

include "measured";

def us: . / 1000 | rounded(1);
def is_ours: startswith("ours");
def is_looking: IN("alone", "busy") | not;

($goals | rows | map({key: .[0], value: (.[1] | tonumber)}) | from_entries) as $goal
| rows as $rows
| ($rows | map(select(.[0] == "latency")
	| {scanner: .[1], op: .[2], count: .[3], median: .[4], p99: .[5], max: .[6]}
	| (.count, .median, .p99, .max) |= tonumber)) as $all
| ($all | map(.op) | distinct) as $ops
| (reduce ($rows[] | select(.[0] == "looks")) as $it ({}; .[$it[1]] += ($it[2] | tonumber)))
	as $looks
# Every other measurement of an operation is alone.
| [$ops[] as $op | [$all[] | select(.op == $op)]
	| range(0; length; 2) as $i | .[$i] as $alone | $alone, .[$i + 1]
	| . + {median_ratio: (.median / $alone.median), p99_ratio: (.p99 / $alone.p99)}]
| group_by([.scanner, .op])
| map({key: (.[0] | "\(.scanner)\t\(.op)"), value: {scanner: .[0].scanner, op: .[0].op,
	median: (map(.median) | median), p99: (map(.p99) | median), max: (map(.max) | max),
	median_ratio: (map(.median_ratio) | median), p99_ratio: (map(.p99_ratio) | median),
	count: (map(.count) | add), rounds: length}})
| from_entries as $latency
# Peers are compared with the worst figure of ptscope. A long operation has few samples,
# so its 99th percentile means little: a peer with a worse median is worse.
| (reduce $ops[] as $op ({}; .[$op] = ([$latency[]
	| select(.op == $op and (.scanner | is_ours))]
	| {median: (map(.median_ratio) | max), p99: (map(.p99_ratio) | max)}))) as $worst
| [$latency[] | $latency["busy\t\(.op)"] as $busy
	| {kernel: $kernel, kind: "latency", scanner, op,
		median_us: (.median | us), p99_us: (.p99 | us), max_us: (.max | us),
		median_ratio: (.median_ratio | rounded(3)), p99_ratio: (.p99_ratio | rounded(3)),
		median_to_busy: (.median_ratio / $busy.median_ratio | rounded(3)),
		p99_to_busy: (.p99_ratio / $busy.p99_ratio | rounded(3)),
		met: (if .scanner | is_looking | not then null
			elif .scanner | is_ours
				then .median_ratio <= $goal.median and .p99_ratio <= $goal.p99
			else .median_ratio > $worst[.op].median or .p99_ratio > $worst[.op].p99 end),
		looks: (if .scanner | is_looking then $looks[.scanner] else null end), count, rounds}]
+ [$rows[] | select(.[0] == "hold") | {kernel: $kernel, kind: "hold", target: .[1],
	scanner: .[2], count: (.[3] | tonumber), longest_us: (.[4] | tonumber)}]
+ [$rows[] | select(.[0] == "window") | {kernel: $kernel, kind: "window", target: .[1],
	scanner: .[2], count: (.[3] | tonumber), median_us: (.[4] | tonumber | us),
	longest_us: (.[5] | tonumber | us)}]
