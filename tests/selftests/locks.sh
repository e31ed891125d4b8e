#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which locks of the target does a dump take? The kernel's own probes tell:
# where modules can have the lock of a VMA, mmap_lock is left alone.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

tracing=/sys/kernel/tracing
mountpoint -q "$tracing" || mount -t tracefs tracefs "$tracing"

# probe NAME FUNCTION: note the first argument of each call by the client.
probe() {
	echo "p:ptscope_test/$1 $2 object=\$arg1:x64" >>"$tracing"/kprobe_events &&
		echo 'comm == "ptscope"' >"$tracing/events/ptscope_test/$1/filter" &&
		echo 1 >"$tracing/events/ptscope_test/$1/enable"
}

unprobe() {
	echo 0 >"$tracing"/events/ptscope_test/enable
	: >"$tracing"/kprobe_events
} 2>/dev/null

# objects NAME COMMAND...: how many different objects the probe saw.
objects() {
	local name=$1
	shift
	: >"$tracing"/trace
	"$@" >/dev/null 2>&1
	grep -o " $name: .*object=.*" "$tracing/trace" | sed 's/.*object=//' | sort -u | wc -l
}

trap unprobe EXIT
if ! probe reader down_read_killable; then
	skip "locks" "this kernel has no probes"
	finish
fi

sleep infinity &
target=$!
own=$(objects reader ptscope info)
seen=$(objects reader ptscope maps "$target")

if grep -qw __ksymtab_lock_vma_under_rcu /proc/kallsyms; then
	same "mmap_lock of the target is not taken" "$((seen - own))" 0
	check "the lock of a VMA can be probed" probe vma lock_vma_under_rcu
	own=$(objects vma ptscope info)
	seen=$(objects vma ptscope maps "$target")
	same "the locks of its VMAs are" "$((seen - own))" 1
else
	same "mmap_lock of the target is taken" "$((seen - own))" 1
	skip "the locks of VMAs are taken instead" "this kernel has none for modules"
fi
kill "$target"
finish
