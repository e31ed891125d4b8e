# SPDX-License-Identifier: GPL-2.0-only
#
# The README's table of what a process notices, from bench-observer.json. What
# falls short of its goal is bold.

def ops: ["mmap", "touch", "munmap", "fault"];
def two: . * 100 | round / 100;

"| kernel | beside | \(ops | join(" | ")) |",
"|---|---|\(ops | map("---:|") | join(""))",
(map(select(.kind == "latency" and .scanner != "alone")) as $all
	| ($all | map([.kernel, .scanner]) | reduce .[] as $row ([]; if index([$row]) then . else . + [$row] end))[]
	| . as [$kernel, $scanner]
	| "| \($kernel) | \($scanner) | \([ops[] as $op
		| $all[] | select(.kernel == $kernel and .scanner == $scanner and .op == $op)
		| "\(.median_ratio | two), \(.p99_ratio | two)" as $ratios
		| if .met == false then "**\($ratios)**" else $ratios end] | join(" | ")) |")
