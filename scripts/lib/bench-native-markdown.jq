# SPDX-License-Identifier: GPL-2.0-only
#
# Converts the JSON of "make bench-native" to the tables in docs/benchmarks.md: a row
# for each loop and number of threads, the best distance of prefetching named.

def digits: if . >= 100 then round elif . >= 10 then (. * 10 | round / 10)
	else (. * 100 | round / 100) end;

"\(.cpu), \(.cpus) processors, Linux \(.kernel | sub("-.*"; "")):",
"",
"| what | tables, MiB | lines ahead | threads | M entries/s | GB/s | s per TiB |",
"|---|---:|---:|---:|---:|---:|---:|",
(.rows | map(select(.kind == "loop")) | group_by([.mib, .threads])[]
	| group_by(.name)[] | (map(select(.ahead == 0)), [max_by(.mentries_per_s)])
	| select(length == 1)[0]
	| "| \(.name) | \(.mib) | \(.ahead) | \(.threads) | \(.mentries_per_s | round) | \(.gb_per_s | digits) | \(.s_per_tib | digits) |"),
"",
"| interface | pages, MiB | M pages/s | s per TiB |",
"|---|---:|---:|---:|",
(.rows[] | select(.kind == "kernel")
	| "| \(.name) | \(.mib) | \(.mentries_per_s | digits) | \(.s_per_tib | digits) |")
