# SPDX-License-Identifier: GPL-2.0-only
#
# Converts build/bench.json to the tables in docs/benchmarks.md: the cases with a goal.

def digits: if . >= 10 then round else (. * 100 | round / 100) end;

"| case | beside | times as fast | goal |",
"|---|---|---:|---:|",
(.[] | select(.goal)
	| "| \(.case) | \(.peer) | \(if .met then "\(.ratio | digits)" else "**\(.ratio | digits)**" end) | \(.goal | digits) |"),
"",
"| case | runs, VMAs or censuses | bytes each | datagrams per MiB | system calls per MiB | instructions per page |",
"|---|---:|---:|---:|---:|---:|",
(foreach .[] as $row ({}; $row + {new: (.case != $row.case)}; select(.new))
	| select(.unit == "us" and (.case | IN("start", "print") | not))
	| "| \(.case) | \(.items) | \(.bytes_per_item) | \(.datagrams_per_mib) | \(.calls_per_mib // "–") | \(.instructions_per_page // "–") |")
