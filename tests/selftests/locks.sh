#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which locks of the target a dump takes, by kprobes: with per-VMA locks for modules,
# mmap_lock is not taken.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

tracing=/sys/kernel/tracing
mountpoint -q "$tracing" || mount -t tracefs tracefs "$tracing"

# probe NAME FUNCTION: records the first argument of each call by ptscope.
probe() {
	echo "p:ptscope_test/$1 $2 object=\$arg1:x64" >>"$tracing"/kprobe_events &&
		echo 'comm == "ptscope"' >"$tracing/events/ptscope_test/$1/filter" &&
		echo 1 >"$tracing/events/ptscope_test/$1/enable"
}

unprobe() {
	echo 0 >"$tracing"/events/ptscope_test/enable
	: >"$tracing"/kprobe_events
} 2>/dev/null

# objects NAME COMMAND...: number of different objects that the probe recorded.
objects() {
	local name=$1
	shift
	: >"$tracing"/trace
	"$@" >/dev/null 2>&1
	grep -o " $name: .*object=.*" "$tracing/trace" | sed 's/.*object=//' | sort -u | wc -l
}

trap unprobe EXIT
if ! probe reader down_read_killable; then
	skip "locks" "this kernel has no kprobes"
	finish
fi

sleep infinity &
target=$!
own=$(objects reader ptscope info)
taken=$(objects reader ptscope maps "$target")

if grep -qw __ksymtab_lock_vma_under_rcu /proc/kallsyms; then
	same "mmap_lock of the target is not taken" "$((taken - own))" 0
	check "kprobe of lock_vma_under_rcu()" probe vma lock_vma_under_rcu
	own=$(objects vma ptscope info)
	taken=$(objects vma ptscope maps "$target")
	same "one VMA lock of the target is taken" "$((taken - own))" 1
else
	same "mmap_lock of the target is taken" "$((taken - own))" 1
	skip "one VMA lock of the target is taken" "this kernel exports no VMA locks"
fi
kill "$target"
finish
