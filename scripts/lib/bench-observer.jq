# SPDX-License-Identifier: GPL-2.0-only
#
# From what tests/bench/observer prints to objects: for each scanner and each
# operation, for each scanner's holds of mmap_lock, and for each of ours' time
# with interrupts off. $kernel is the kernel's name, $goals the text of
# observer-goals.tsv.

include "measured";

def us: . / 1000 | rounded(1);
def is_ours: startswith("ours");

($goals | rows | map({key: .[0], value: (.[1] | tonumber)}) | from_entries) as $goal
| rows as $rows
| ($rows | map(select(.[0] == "latency")) | group_by(.[1:3]) | map({
	key: (.[0][1:3] | join("\t")),
	value: {count: (map(.[3] | tonumber) | add),
		median: (map(.[4] | tonumber) | median),
		p99: (map(.[5] | tonumber) | median),
		max: (map(.[6] | tonumber) | max), rounds: length}}) | from_entries) as $latency
| ($rows | map(select(.[0] == "latency") | .[2]) | unique) as $ops
| ($rows | map(select(.[0] == "latency") | .[1]) | distinct) as $scanners
# The worse of ours is what peers are compared with.
| (reduce $ops[] as $op ({}; .[$op] = ([$scanners[] | select(is_ours)
	| $latency["\(.)\t\($op)"].p99] | max))) as $worst
| [$scanners[] as $scanner | $ops[] as $op
	| $latency["\($scanner)\t\($op)"] as $it | $latency["alone\t\($op)"] as $alone
	| $latency["busy\t\($op)"] as $busy
	| ($it.median / $alone.median) as $median | ($it.p99 / $alone.p99) as $p99
	| {kernel: $kernel, kind: "latency", scanner: $scanner, op: $op,
		median_us: ($it.median | us), p99_us: ($it.p99 | us), max_us: ($it.max | us),
		median_ratio: ($median | rounded(3)), p99_ratio: ($p99 | rounded(3)),
		median_to_busy: ($it.median / $busy.median | rounded(3)),
		p99_to_busy: ($it.p99 / $busy.p99 | rounded(3)),
		met: (if $scanner | IN("alone", "busy") then null
			elif $scanner | is_ours then $median <= $goal.median and $p99 <= $goal.p99
			else $it.p99 >= $worst[$op] end),
		count: $it.count, rounds: $it.rounds}]
+ [$rows[] | select(.[0] == "hold") | {kernel: $kernel, kind: "hold", target: .[1],
	scanner: .[2], count: (.[3] | tonumber), longest_us: (.[4] | tonumber)}]
+ [$rows[] | select(.[0] == "window") | {kernel: $kernel, kind: "window", target: .[1],
	scanner: .[2], count: (.[3] | tonumber), median_us: (.[4] | tonumber | us),
	longest_us: (.[5] | tonumber | us)}]
