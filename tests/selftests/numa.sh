#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On which node the pages of every VMA are, held against numa_maps.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"

if [[ ! -r /proc/self/numa_maps || ! -d /sys/devices/system/node/node1 ]]; then
	skip "nodes" "this machine has one node, or its kernel knows of none"
	finish
fi

page_kb=$(($(getconf PAGESIZE) / 1024))

# The kernel would move pages to where they are used.
[[ ! -w /proc/sys/kernel/numa_balancing ]] || echo 0 >/proc/sys/kernel/numa_balancing

# start N0=... for each VMA that has pages, huge ones counted as base pages.
told_by_kernel() {
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

# The same, told_by_ptscope PID KERNEL. The kernel's own pages, which are what
# vdso and vvar have, count only where what the kernel told has them too: which
# of them numa_maps leaves out is not the same in all kernels.
told_by_ptscope() {
	ptscope maps --json -o start,nodes,name "$1" | jq -r '.maps[:-1][] | select(.nodes) |
		(.start | ltrimstr("0x")) + " " + .nodes + "\t" +
		(.name // "" | if test("^\\[v(dso|var)") then "special" else "" end)' |
		awk -F '\t' -v kernel="$2" '
			BEGIN { n = split(kernel, line, "\n")
				for (i = 1; i <= n; i++) { split(line[i], word, " "); has[word[1]] = 1 } }
			{ split($1, word, " ") }
			$2 == "" || word[1] in has { print $1 }' | LC_ALL=C sort
}

# A process that has memory on either node, and holds still.
spread() {
	# shellcheck disable=SC2016 # for perl to expand
	taskset -c "$1" perl -e '$x = "x" x (8 << 20); sleep 1000' &
	sleep 2
}

spread 0
first=$!
spread 1
second=$!
matches "memory is where its processor is" "$(ptscope maps --json -o nodes "$second" | jq -r '.maps[-1].nodes')" 'N1=[0-9]{4}'

# A shell has more VMAs; this one holds still, unlike the one that runs here.
bash -c 'x=$(seq 20000); sleep 1000; :' &
third=$!
sleep 2

differ=0 seen=0
for pid in "$first" "$second" "$third"; do
	kernel=$(told_by_kernel "$pid")
	ours=$(told_by_ptscope "$pid" "$kernel")
	if [[ $kernel != "$ours" ]]; then
		differ=$((differ + 1))
		diff <(echo "$kernel") <(echo "$ours") | head -n 5 | sed 's/^/# /'
	fi
	seen=$((seen + $(wc -l <<<"$ours")))
done
same "numa_maps agrees on every VMA" "$differ" 0
check "there were some" test "$seen" -gt 30
check "a node for each page as well" eval \
	"ptscope pages --json -o node,state $second | jq -e '.pages | any(.node == 1) and all(.node == null or .state == \"res\")' >/dev/null"
# Nodes are not hidden from those who may look at a process, as in numa_maps.
nobodys_nodes() {
	taskset -c 1 setpriv --reuid 65534 --regid 65534 --clear-groups \
		ptscope pages --json --detail node -o node self
}
matches "a user sees the nodes of its own pages" "$(nobodys_nodes | jq -c '[.pages[].node] | unique')" 1
same "what is anonymous and what is not add up" \
	"$(ptscope maps --json -o anon,file "$first" | jq '.maps[-1] | .anon + .file > 0')" true

pkill -P "$third"
kill "$first" "$second" "$third"

# A kernel that can be interrupted anywhere can be held up with pages on their way.
preempt=/sys/kernel/debug/sched/preempt
[[ ! -w $preempt ]] || echo full >"$preempt"

# caught CLAIM LEVEL: one that leaves an entry of that level, in $row.
caught() {
	local start end until=$((SECONDS + 30))
	read -r start end <<<"$(sed -n 's/^claim 0x\([^ ]*\) 0x\([^ ]*\) .*/\1 \2/p' \
		"$work/migration" | sed -n "$1p")"
	while [[ $SECONDS -lt $until ]]; do
		row=$(ptscope pages --json -o +level --detail frame,soft-dirty \
			--state migration "$mover" "$start-$end" |
			jq -c ".pages[] | select(.level == \"$2\" and .frame > 0)" | head -n 1)
		[[ ! $row ]] || { echo "# $row"; return 0; }
	done
	return 1
}

start_layout migration
mover=$!
if await_layout migration; then
	check "a page on its way to another node" caught 1 pte
	# All pages were written, and nobody has cleared their bits.
	if ptscope pages --json --detail soft-dirty --state res "$mover" | grep -q soft-dirty; then
		matches "is as soft-dirty as it was" "$row" 'soft-dirty'
	else
		skip "is as soft-dirty as it was" "this kernel keeps no soft-dirty bits"
	fi
	# A kernel may rather split it, and move the parts.
	if caught 2 pmd; then
		ktap_result ok "a huge page on its way"
	else
		skip "a huge page on its way" "none was caught"
	fi
else
	check "the victim sets up its layout: $why" false
fi
finish
