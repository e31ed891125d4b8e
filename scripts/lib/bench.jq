# SPDX-License-Identifier: GPL-2.0-only
#
# From what tests/bench/bench prints and goals.tsv to an object for each peer of
# each case. $goals is the text of goals.tsv.

def rows: split("\n") | map(select(. != "" and (startswith("#") | not)) | split("\t"));
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def rounded($digits): . * pow(10; $digits) | round | . / pow(10; $digits);
def us: . / 1000 | rounded(1);
def fraction: split("/") | map(tonumber) | if length == 2 then .[0] / .[1] else .[0] end;

($goals | rows | map({key: "\(.[0])\t\(.[1])", value: (.[2] | fraction)}) | from_entries) as $least
| rows as $rows
| ($rows | map(select(.[0] == "case") | {key: .[1], value: {
	pages: (.[2] | tonumber), tables: (.[3] | tonumber)}}) | from_entries) as $case
| ($rows | map(select(.[0] == "count") | {key: "\(.[1])\t\(.[2])", value: {
	items: (.[3] | tonumber), calls: (.[4] | tonumber),
	bytes: (.[5] | tonumber), datagrams: (.[6] | tonumber)}}) | from_entries) as $count
| ($rows | map(select(.[0] == "time")) | group_by(.[1]) | map({key: .[0][1], value:
	(group_by(.[2]) | map({key: .[0][2], value: map(.[3] | tonumber)}) | from_entries)})
	| from_entries) as $time
# In the order in which they were asked.
| [$rows[] | select(.[0] == "count" and .[2] != "ours") | .[1] as $name | .[2] as $peer
	| $time[$name].ours as $ours | $time[$name][$peer] as $theirs
	| (($theirs | median) / ($ours | median)) as $ratio
	| $least["\($name)\t\($peer)"] as $goal
	| $count["\($name)\tours"] as $wire
	| ($case[$name].pages * 4096 / 1048576) as $mib
	| {
		case: $name, peer: $peer,
		ours_us: ($ours | median | us), peer_us: ($theirs | median | us),
		ratio: ($ratio | rounded(3)),
		goal: $goal, met: (if $goal then $ratio >= $goal else null end),
		rounds: ($ours | length),
		ours_min_us: ($ours | min | us), ours_max_us: ($ours | max | us),
		peer_min_us: ($theirs | min | us), peer_max_us: ($theirs | max | us),
		pages: $case[$name].pages, tables: $case[$name].tables,
		items: $wire.items, bytes: $wire.bytes, datagrams: $wire.datagrams,
		calls: $wire.calls, peer_calls: $count["\($name)\t\($peer)"].calls,
		bytes_per_item: ($wire.bytes / ([$wire.items, 1] | max) | rounded(1)),
		datagrams_per_mib: ($wire.datagrams / $mib | rounded(4)),
		calls_per_mib: ($wire.calls / $mib | rounded(4))
	}]
