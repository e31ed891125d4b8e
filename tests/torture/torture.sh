#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
#	torture.sh SECONDS [SEED]
#
# Processes that change their address spaces all the time, with compaction, THP, KSM and
# reclaim as active as possible; clients that read them and misbehave; and the module is
# unloaded and loaded. The rig checks the kernel log afterwards.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/../selftests/ktap.sh"

seconds=${1:?} seed=${2:-1}
programs=$PTSCOPE_TESTS/torture
processors=$(nproc)
ends=$((SECONDS + seconds))
work=$(mktemp -d)

# try_set FILE VALUE: the kernel may not have the file, or reject the value.
try_set() {
	[[ ! -w $1 ]] || echo "$2" >"$1" 2>/dev/null
}

set_kernel() {
	local thp=/sys/kernel/mm/transparent_hugepage size
	try_set $thp/enabled always
	try_set $thp/shmem_enabled always
	try_set $thp/khugepaged/scan_sleep_millisecs 0
	try_set $thp/khugepaged/alloc_sleep_millisecs 0
	try_set $thp/khugepaged/pages_to_scan 65536
	for size in "$thp"/hugepages-*kB; do
		try_set "$size/enabled" inherit
	done
	try_set /sys/kernel/mm/ksm/sleep_millisecs 1
	try_set /sys/kernel/mm/ksm/pages_to_scan 1000
	try_set /sys/kernel/mm/ksm/run 1
	try_set /proc/sys/vm/nr_hugepages 16
	try_set /proc/sys/vm/overcommit_memory 1
	try_set /proc/sys/kernel/numa_balancing 1
}

# Less memory than the targets use.
limit_memory() {
	mkdir -p /sys/fs/cgroup/churn
	try_set /sys/fs/cgroup/cgroup.subtree_control +memory
	try_set /sys/fs/cgroup/churn/memory.high 120M
	try_set /sys/fs/cgroup/churn/memory.max 400M
}

# Compaction, reclaim and dropped caches.
disturb() {
	while ((SECONDS < ends)); do
		try_set /proc/sys/vm/compact_memory 1
		try_set /sys/fs/cgroup/churn/memory.reclaim 20M
		((RANDOM % 4)) || try_set /proc/sys/vm/drop_caches 1
		sleep 0.3
	done
}

# Each lives for some seconds, so that observers see them start and exit.
targets() {
	local round=0 life
	echo $BASHPID >/sys/fs/cgroup/churn/cgroup.procs
	while ((SECONDS < ends)); do
		round=$((round + 1))
		life=$((2 + RANDOM % 12))
		"$programs/churn" $life $((1 + RANDOM % 3)) $((seed * 1000 + $1 * 100 + round)) ||
			echo "# churn: exit status $?"
	done
}

# A dump in progress pins the module. If there is always one, all clients are killed at
# once.
reload() {
	local times=0 refused=0 in_a_row=0
	while ((SECONDS < ends - 5)); do
		if rmmod ptscope 2>/dev/null; then
			times=$((times + 1))
			insmod "$PTSCOPE_KO" || break
			pkill -CONT -x observers
			in_a_row=0
			sleep $((1 + RANDOM % 3))
			continue
		fi
		refused=$((refused + 1))
		in_a_row=$((in_a_row + 1))
		if ((in_a_row % 20 == 0)); then
			pkill -STOP -x observers
			pkill -KILL -x ptscope-client
		fi
		sleep 0.05
	done
	pkill -CONT -x observers
	echo "# reload: unloaded and loaded $times times, refused $refused times"
}

set_kernel
limit_memory
disturb &
reload >"$work/reload" 2>&1 &
reloader=$!
for ((i = 0; i < processors; i++)); do
	targets "$i" >"$work/targets.$i" 2>&1 &
done
sleep 1
"$programs/observers" "$seconds" $((2 * processors)) "$seed" churn >"$work/observers"
status=$?
wait "$reloader"
while pgrep -x churn >/dev/null && ((SECONDS < ends + 60)); do sleep 0.5; done
cat "$work/observers" "$work/reload"
# Totals of all targets.
grep -v '^# churn:' "$work"/targets.* /dev/null | sed 's/^[^:]*://'
sed -n 's/^# churn: //p' "$work"/targets.* |
	awk '{ for (i = 1; i < NF; i += 2) { if (!($i in n)) order[++k] = $i; n[$i] += $(i + 1) } }
	END { printf "# churn: %d processes:", NR
		for (i = 1; i <= k; i++) printf " %s %d", order[i], n[order[i]]
		print "" }'

same "observers: no unexpected error" "$status" 0
check "all targets have exited" eval '! pgrep -x churn'
check "the module was unloaded and loaded" grep -qE 'loaded [1-9][0-9]* times' "$work/reload"
check "the module is loaded" test -d /sys/module/ptscope
status "info" 0 ptscope info
# The OOM killer may kill some; a crash is a failure.
same "no target crashed" "$(grep -hE 'status 13[24-689]' "$work"/targets.*)" ""
finish
