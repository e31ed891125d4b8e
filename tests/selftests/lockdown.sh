#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernel lockdown: integrity and then confidentiality. It cannot be lifted, and unsigned
# modules cannot be loaded any more, so this is the last test of a guest.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"

lockdown=/sys/kernel/security/lockdown
mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
if [[ ! -w $lockdown ]]; then
	skip "lockdown" "this kernel has no lockdown"
	finish
fi

sleep 1000 &
pid=$!
sleep 0.5
stack=$(sed -n 's/^\([0-9a-f]*\)-.* \[stack\]$/\1/p' "/proc/$pid/maps")
address=$(ptscope pages --json "$pid" | jq -r --arg start "0x$stack" \
	'.pages[] | select(.state == "res" and .start >= $start) | .start' | head -n 1)

# walk FIELD: a field of each row of the walk.
walk() {
	ptscope walk --json "$pid" "$address" 2>/dev/null | jq -c ".walk | map($1)"
}

frames() {
	ptscope pages --json "$pid" 2>/dev/null | jq -c '.pages | map(.frame)'
}

status "info" 0 ptscope info --json
json "info: nothing is hidden" '.info[0] | .frames and .tables'
before=$(walk .entry) seen=$(frames) phys=$(walk .phys)
matches "walk has frames of tables" "$(walk .table)" '[0-9]'
matches "pages has frames, walk has the physical address" "$seen $phys" '[0-9].*0x'

check "lockdown: integrity" eval "echo integrity >$lockdown"
status "info" 0 ptscope info --json
json "info: nothing is hidden" '.info[0] | .frames and .tables'
same "integrity: same entries" "$(walk .entry)" "$before"
same "integrity: same frames" "$(frames)" "$seen"

check "lockdown: confidentiality" eval "echo confidentiality >$lockdown"
status "info" 0 ptscope info --json
json "info: frames of tables are hidden" '.info[0] | .frames and (.tables | not)'
same "confidentiality: same frames, as in pagemap" "$(frames)" "$seen"
same "confidentiality: same physical address" "$(walk .phys)" "$phys"
status "walk" 0 ptscope walk --json "$pid" "$address"
matches "walk: note on what is hidden" "$err" 'page tables are hidden: the kernel is locked down'
json "walk: no frames of tables" '.walk | all(.table == null)'
after=$(walk .entry)
same "walk: same leaf entry" "$(jq .[-1] <<<"$after")" "$(jq .[-1] <<<"$before")"
json_of "walk: no entry that contains such a frame" '.[:-1] | length > 0 and all(. == null)' "$after"

# The kernel logs each check of LOCKDOWN_KCORE that fails.
logged() {
	dmesg | grep -c 'Lockdown: .*/proc/kcore'
}
for _ in {1..20}; do ptscope info >/dev/null; done
lines=$(logged)
echo "# the log has $lines lines about /proc/kcore"
check "20 requests log at most one line" test "$lines" -le 1

kill "$pid"
check "rmmod" rmmod ptscope
status "insmod of an unsigned module fails" 1 insmod "$PTSCOPE_KO"
finish
