# SPDX-License-Identifier: GPL-2.0-only
#
# Converts build/bench-observer.json to the table of delays in docs/benchmarks.md. A
# missed goal is bold.

include "measured";

def ops: ["mmap", "touch", "munmap", "fault"];

"| kernel | beside | \(ops | join(" | ")) | looks |",
"|---|---|\(ops | map("---:|") | join(""))---:|",
(map(select(.kind == "latency" and .scanner != "alone")) as $all
	| ($all | map([.kernel, .scanner]) | distinct)[]
	| . as [$kernel, $scanner]
	| "| \($kernel) | \($scanner) | \([ops[] as $op
		| $all[] | select(.kernel == $kernel and .scanner == $scanner and .op == $op)
		| "\(.median_ratio | rounded(2)), \(.p99_ratio | rounded(2))" as $ratios
		| if .met == false then "**\($ratios)**" else $ratios end] | join(" | "))"
	+ " | \(first($all[] | select(.kernel == $kernel and .scanner == $scanner)).looks // "") |")
