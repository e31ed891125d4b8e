#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
#	torture.sh SECONDS [SEED]
#
# Address spaces that never rest, in a kernel that is told to work on them as hard
# as it can, and clients that look at them all the while and behave as badly as
# they may; and the module is taken away and brought back. What the kernel says of
# that, the rig looks at afterwards.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/../selftests/ktap.sh"

seconds=${1:?} seed=${2:-1}
programs=$PTSCOPE_TESTS/torture
processors=$(nproc)
ends=$((SECONDS + seconds))
work=$(mktemp -d)

# say FILE VALUE: not every kernel has every knob.
say() {
	[[ ! -w $1 ]] || echo "$2" >"$1" 2>/dev/null
}

hasten_kernel() {
	local thp=/sys/kernel/mm/transparent_hugepage size
	say $thp/enabled always
	say $thp/shmem_enabled always
	say $thp/khugepaged/scan_sleep_millisecs 0
	say $thp/khugepaged/alloc_sleep_millisecs 0
	say $thp/khugepaged/pages_to_scan 65536
	for size in "$thp"/hugepages-*kB; do
		say "$size/enabled" inherit
	done
	say /sys/kernel/mm/ksm/sleep_millisecs 1
	say /sys/kernel/mm/ksm/pages_to_scan 1000
	say /sys/kernel/mm/ksm/run 1
	say /proc/sys/vm/nr_hugepages 16
	say /proc/sys/vm/overcommit_memory 1
	say /proc/sys/kernel/numa_balancing 1
}

# Too little memory for what is in there.
make_room_scarce() {
	mkdir -p /sys/fs/cgroup/churn
	say /sys/fs/cgroup/cgroup.subtree_control +memory
	say /sys/fs/cgroup/churn/memory.high 120M
	say /sys/fs/cgroup/churn/memory.max 400M
}

# Compaction moves pages; dropped caches fall out of file mappings; reclaim swaps.
stir() {
	while ((SECONDS < ends)); do
		say /proc/sys/vm/compact_memory 1
		say /sys/fs/cgroup/churn/memory.reclaim 20M
		((RANDOM % 4)) || say /proc/sys/vm/drop_caches 1
		sleep 0.3
	done
}

# Some seconds each, so that observers see them begin and end.
targets() {
	local round=0 life
	echo $BASHPID >/sys/fs/cgroup/churn/cgroup.procs
	while ((SECONDS < ends)); do
		round=$((round + 1))
		life=$((2 + RANDOM % 12))
		"$programs/churn" $life $((1 + RANDOM % 3)) $((seed * 1000 + $1 * 100 + round)) ||
			echo "# a churn process ended with status $?"
	done
}

# A dump under way keeps the module; then it stays. Where there is always one,
# all observers die at once, which is another thing that may happen.
reload() {
	local times=0 refused=0 in_turn=0
	while ((SECONDS < ends - 5)); do
		if rmmod ptscope 2>/dev/null; then
			times=$((times + 1))
			insmod "$PTSCOPE_KO" || break
			pkill -CONT -x observers
			in_turn=0
			sleep $((1 + RANDOM % 3))
			continue
		fi
		refused=$((refused + 1))
		in_turn=$((in_turn + 1))
		if ((in_turn % 20 == 0)); then
			pkill -STOP -x observers
			pkill -KILL -x ptscope-client
		fi
		sleep 0.05
	done
	pkill -CONT -x observers
	echo "# reload: unloaded and loaded $times times, refused $refused times"
}

hasten_kernel
make_room_scarce
stir &
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
# What all targets did, in one line.
grep -v '^# churn:' "$work"/targets.* /dev/null | sed 's/^[^:]*://'
sed -n 's/^# churn: //p' "$work"/targets.* |
	awk '{ for (i = 1; i < NF; i += 2) { if (!($i in n)) order[++k] = $i; n[$i] += $(i + 1) } }
	END { printf "# churn: %d processes:", NR
		for (i = 1; i <= k; i++) printf " %s %d", order[i], n[order[i]]
		print "" }'

same "observers got answers, or were told why not" "$status" 0
check "all targets have come to their end" eval '! pgrep -x churn'
check "the module was unloaded and loaded" grep -qE 'loaded [1-9][0-9]* times' "$work/reload"
check "it is there" test -d /sys/module/ptscope
status "and answers" 0 ptscope info
# Some are killed for want of memory, which is nobody's fault; a crash would be.
same "no target crashed" "$(grep -hE 'status 13[24-689]' "$work"/targets.*)" ""
finish
