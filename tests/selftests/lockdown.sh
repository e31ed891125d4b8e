#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that is locked down, first to integrity and then to confidentiality. It
# cannot be let out again, and will load no module that nobody signed: this comes
# last in a guest.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"

lockdown=/sys/kernel/security/lockdown
mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
if [[ ! -w $lockdown ]]; then
	skip "lockdown" "this kernel cannot be locked down"
	finish
fi

sleep 1000 &
pid=$!
sleep 0.5
stack=$(sed -n 's/^\([0-9a-f]*\)-.* \[stack\]$/\1/p' "/proc/$pid/maps")
address=$(ptscope pages --json "$pid" | jq -r --arg start "0x$stack" \
	'.pages[] | select(.state == "res" and .start >= $start) | .start' | head -n 1)

# Prints the entries on the way, or what is asked for of them.
way() {
	ptscope walk --json "$pid" "$address" 2>/dev/null | jq -c ".walk | map($1)"
}

frames() {
	ptscope pages --json "$pid" 2>/dev/null | jq -c '.pages | map(.frame)'
}

status "info" 0 ptscope info --json
json "says that nothing is hidden" '.info[0] | .frames and .tables'
before=$(way .entry) seen=$(frames) phys=$(way .phys)
matches "there is something to hide" "$(way .table)" '[0-9]'
matches "and something not to" "$seen $phys" '[0-9].*0x'

check "the kernel is locked down to integrity" eval "echo integrity >$lockdown"
status "info" 0 ptscope info --json
json "says that nothing is hidden" '.info[0] | .frames and .tables'
same "entries are as before" "$(way .entry)" "$before"
same "frames are as before" "$(frames)" "$seen"

check "the kernel is locked down to confidentiality" eval "echo confidentiality >$lockdown"
status "info" 0 ptscope info --json
json "says that tables are hidden" '.info[0] | .frames and (.tables | not)'
same "frames are as before, as in pagemap" "$(frames)" "$seen"
same "the physical address is as before" "$(way .phys)" "$phys"
status "walk" 0 ptscope walk --json "$pid" "$address"
matches "says why something is missing" "$err" 'tables are is hidden: the kernel is locked down'
json "tables have no frame numbers" '.walk | all(.table == null)'
after=$(way .entry)
same "the leaf is as before" "$(jq .[-1] <<<"$after")" "$(jq .[-1] <<<"$before")"
json_of "nor is an entry printed that points to one" '.[:-1] | length > 0 and all(. == null)' "$after"

# The kernel logs each time it is asked about its own memory.
logged() {
	dmesg | grep -c 'Lockdown: .*/proc/kcore'
}
for _ in {1..20}; do ptscope info >/dev/null; done
lines=$(logged)
echo "# the log has $lines lines about /proc/kcore"
check "requests do not fill the log" test "$lines" -le 1

kill "$pid"
check "rmmod" rmmod ptscope
status "an unsigned module is not loaded again" 1 insmod "$PTSCOPE_KO"
finish
