# SPDX-License-Identifier: GPL-2.0-only
#
# Converts the output of tests/bench/bench to an object for each peer of each case.
# $goals is the text of goals.tsv. $counted is the output with -c, where a nanosecond is
# an instruction, or empty.

include "measured";

def fraction: split("/") | map(tonumber) | if length == 2 then .[0] / .[1] else .[0] end;
# Of a case, and of one of its ways, by name.
def by_case($kind; f): map(select(.[0] == $kind) | {key: .[1], value: f}) | from_entries;
def by_way($kind; f): map(select(.[0] == $kind)) | group_by(.[1:3])
	| map({key: (.[0][1:3] | join("\t")), value: f}) | from_entries;

# For each round, the median of its turns.
def by_rounds: by_way("time"; group_by(.[3] | tonumber) | map(map(.[4] | tonumber) | median));

def scaled($unit): if $unit == "us" then . / 1000 | rounded(1) else . end;
def mib: .pages * 4096 / 1048576;
# The same in all objects of a case: ptscope's figures.
def ours($unit; $times): {
	"ours_\($unit)": ($times | median | scaled($unit)),
	"ours_min_\($unit)": ($times | min | scaled($unit)),
	"ours_max_\($unit)": ($times | max | scaled($unit))};
def theirs($unit; $times): {
	"peer_\($unit)": ($times | median | scaled($unit)),
	"peer_min_\($unit)": ($times | min | scaled($unit)),
	"peer_max_\($unit)": ($times | max | scaled($unit))};
def wire($case; $count): {
	pages: $case.pages, tables: $case.tables,
	items: $count.items, bytes: $count.bytes, datagrams: $count.datagrams,
	bytes_per_item: ($count.bytes / ([$count.items, 1] | max) | rounded(1)),
	datagrams_per_mib: ($count.datagrams / ($case | mib) | rounded(4))};
def counted($case; $calls; $peer_calls; $instructions; $peer_instructions): {
	calls: $calls, peer_calls: $peer_calls,
	calls_per_mib: ($calls / ($case | mib) | rounded(4)),
	instructions: $instructions, peer_instructions: $peer_instructions,
	instructions_per_page: ($instructions / $case.pages | rounded(2))};

($goals | rows | map({key: "\(.[0])\t\(.[1])", value: (.[2] | fraction)}) | from_entries) as $goal
| ($counted | rows) as $counted
| ($counted | by_rounds | map_values(median)) as $instructions
| ($counted | by_way("count"; .[0][6] | tonumber)) as $calls
# Figures in bytes are measured with -c only.
| ($counted | map(select(.[0] == "case" and .[2] == "bytes")[1])) as $memory
| (rows + ($counted | map(select(.[1] | IN($memory[]))))) as $rows
| ($rows | by_case("case"; {unit: .[2], pages: (.[3] | tonumber), tables: (.[4] | tonumber)})) as $case
| ($rows | by_way("count"; .[0] | {items: (.[3] | tonumber), bytes: (.[4] | tonumber),
	datagrams: (.[5] | tonumber)})) as $count
| ($rows | by_rounds) as $time
# In the order of the measurements.
| [$rows[] | select(.[0] == "count" and .[2] != "ours")
	| .[1] as $name | .[2] as $peer | "\($name)\tours" as $us | "\($name)\t\($peer)" as $them
	| $case[$name].unit as $unit
	| (($time[$them] | median) / ($time[$us] | median)) as $ratio
	| {case: $name, peer: $peer, unit: $unit, ratio: ($ratio | rounded(3)),
		goal: $goal[$them], met: (if $goal[$them] then $ratio >= $goal[$them] else null end),
		rounds: ($time[$us] | length)}
	+ ours($unit; $time[$us]) + theirs($unit; $time[$them])
	+ {peer_items: $count[$them].items, peer_reply_bytes: $count[$them].bytes}
	+ wire($case[$name]; $count[$us])
	+ if $unit != "us" or ($instructions[$us] | not) then {} else
		counted($case[$name]; $calls[$us]; $calls[$them]; $instructions[$us]; $instructions[$them])
	end]
