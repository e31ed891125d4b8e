# SPDX-License-Identifier: GPL-2.0-only
#
# Converts build/bench.json to text: a line for each peer, an empty line, and a line for
# each case.

def field($name): .["\($name)_\(.unit)"];

["CASE", "PEER", "UNIT", "OURS", "MIN", "MAX", "PEER'S", "MIN", "MAX", "RATIO", "GOAL", "MET"],
(.[] | [.case, .peer, .unit, field("ours"), field("ours_min"), field("ours_max"),
	field("peer"), field("peer_min"), field("peer_max"), .ratio,
	if .goal then .goal * 1000 | round / 1000 else "-" end,
	if .met == null then "-" elif .met then "met" else "NOT MET" end]),
[],
["CASE", "PAGES", "TABLES", "ITEMS", "BYTES", "BYTES/ITEM", "DATAGRAMS/MIB", "CALLS/MIB",
	"INSTRUCTIONS/PAGE"],
(foreach .[] as $row ({}; $row + {new: (.case != $row.case)}; select(.new))
	| [.case, .pages, .tables, .items, .bytes, .bytes_per_item, .datagrams_per_mib,
		.calls_per_mib // "-", .instructions_per_page // "-"])
| @tsv
