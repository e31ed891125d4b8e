#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NUMA nodes: compares the nodes of each VMA with numa_maps.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"

if [[ ! -r /proc/self/numa_maps || ! -d /sys/devices/system/node/node1 ]]; then
	skip "NUMA nodes" "this machine has one node, or the kernel has no NUMA"
	finish
fi

page_kb=$(($(getconf PAGESIZE) / 1024))

# Automatic NUMA balancing would migrate pages during the test.
[[ ! -w /proc/sys/kernel/numa_balancing ]] || echo 0 >/proc/sys/kernel/numa_balancing

# numa_maps of PID: "START N0=..." for each VMA with pages, in base pages.
kernel_nodes() {
	awk -v base="$page_kb" '{
		size = base; nodes = ""
		for (i = 3; i <= NF; i++)
			if ($i ~ /^kernelpagesize_kB=/) size = substr($i, 19)
		for (i = 3; i <= NF; i++)
			if ($i ~ /^N[0-9]+=/) {
				split($i, a, "=")
				nodes = nodes " " a[1] "=" a[2] * size / base
			}
		if (nodes) print $1 nodes
	}' "/proc/$1/numa_maps" | LC_ALL=C sort
}

# ptscope_nodes PID KERNEL: the same by ptscope. KERNEL is what kernel_nodes printed.
# The pages of vdso and vvar count only where numa_maps has them as well, which depends
# on the kernel version.
ptscope_nodes() {
	ptscope maps --json -o start,nodes,name "$1" | jq -r '.maps[] | select(.nodes) |
		(.start | ltrimstr("0x")) + " " + .nodes + "\t" +
		(.name // "" | if test("^\\[v(dso|var)") then "special" else "" end)' |
		awk -F '\t' -v kernel="$2" '
			BEGIN { n = split(kernel, line, "\n")
				for (i = 1; i <= n; i++) { split(line[i], word, " "); has[word[1]] = 1 } }
			{ split($1, word, " ") }
			$2 == "" || word[1] in has { print $1 }' | LC_ALL=C sort
}

# start_on CPU: starts a process that allocates memory and then sleeps.
start_on() {
	# shellcheck disable=SC2016 # for perl to expand
	taskset -c "$1" perl -e '$x = "x" x (8 << 20); sleep 1000' &
	sleep 2
}

start_on 0
first=$!
start_on 1
second=$!
matches "memory is on the node of its CPU" "$(ptscope maps --json -o nodes "$second" | jq -r '.total[0].nodes')" 'N1=[0-9]{4}'

# A process with more VMAs.
bash -c 'x=$(seq 20000); sleep 1000; :' &
third=$!
sleep 2

differ=0 compared=0
for pid in "$first" "$second" "$third"; do
	kernel=$(kernel_nodes "$pid")
	ours=$(ptscope_nodes "$pid" "$kernel")
	if [[ $kernel != "$ours" ]]; then
		differ=$((differ + 1))
		diff <(echo "$kernel") <(echo "$ours") | head -n 5 | sed 's/^/# /'
	fi
	compared=$((compared + $(wc -l <<<"$ours")))
done
same "numa_maps agrees for each VMA" "$differ" 0
check "more than 30 VMAs compared" test "$compared" -gt 30
check "pages: node of each resident page" eval \
	"ptscope pages --json -o node,state $second | jq -e '.pages | any(.node == 1) and all(.node == null or .state == \"res\")' >/dev/null"
# The node of a page is not hidden, as in numa_maps.
user_nodes() {
	taskset -c 1 setpriv --reuid 65534 --regid 65534 --clear-groups \
		ptscope pages --json --detail node -o node self
}
matches "a user without capabilities gets the nodes of its own pages" "$(user_nodes | jq -c '[.pages[].node] | unique')" 1
same "anon and file are not zero" \
	"$(ptscope maps --json -o anon,file "$first" | jq '.total[0] | .anon + .file > 0')" true

pkill -P "$third"
kill "$first" "$second" "$third"

# A preemptible kernel can be preempted while it migrates a page.
preempt=/sys/kernel/debug/sched/preempt
[[ ! -w $preempt ]] || echo full >"$preempt"

# find_migration LAYOUT LEVEL: starts the layout and finds a migration entry of that level;
# sets $row.
find_migration() {
	local start end until
	start_layout "$1"
	mover=$!
	await_layout "$1" || { echo "# setup: $why"; return 1; }
	read -r start end <<<"$(layout_ranges "$1")"
	until=$((SECONDS + 30))
	while [[ $SECONDS -lt $until ]]; do
		row=$(ptscope pages --json -o +level --detail frame,soft-dirty \
			--state migration "$mover" "$start-$end" |
			jq -c ".pages[] | select(.level == \"$2\" and .frame > 0)" | head -n 1)
		[[ ! $row ]] || { echo "# $row"; return 0; }
	done
	return 1
}

check "migration entry: PTE" find_migration migration pte
# All pages were written after the last clear_refs.
if ptscope pages --json --detail soft-dirty --state res "$mover" | grep -q soft-dirty; then
	matches "migration entry: soft-dirty" "$row" 'soft-dirty'
else
	skip "migration entry: soft-dirty" "this kernel has no soft-dirty bits"
fi
kill "$mover"
# The kernel may split a THP instead.
if find_migration migration_huge pmd; then
	ktap_result ok "migration entry: PMD"
else
	skip "migration entry: PMD" "none was found"
fi
finish
