#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module comes and goes: hundreds of times, with clients waiting, and with
# clients that find it gone.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

rounds=${PTSCOPE_ROUNDS:-250}

# Clients that have a socket to the family open, but no question under way.
idle_clients() {
	local i
	for ((i = 0; i < 20; i++)); do
		"$PTSCOPE_TESTS/selftests/hold" idle >/dev/null &
	done
}

loaded() {
	[[ -d /sys/module/ptscope ]]
}

check "it is loaded" loaded
check "rmmod" rmmod ptscope
check "it is gone" eval '! loaded'

status "info without it" 2 ptscope info
matches "says what is missing" "$err" 'the ptscope module is not loaded'
matches "says how to load it" "$err" 'modprobe ptscope'
status "maps without it" 2 ptscope maps 1
status "JSON without it" 2 ptscope maps --json 1
same "prints nothing" "$out" ""
matches "is not loaded by asking for it" "$(ptscope info 2>&1; ls /sys/module)" 'not loaded'
check "and stays away" eval '! loaded'

check "insmod, a question and rmmod, $rounds times" \
	"$PTSCOPE_TESTS/selftests/reload" "$PTSCOPE_KO" "$rounds"
check "nothing of it is left" eval '! loaded && ! grep -q ptscope /proc/modules'

check "insmod" insmod "$PTSCOPE_KO"
status "a second insmod" 1 insmod "$PTSCOPE_KO"

# A dump under way holds the module; a client that merely waits does not.
coproc HOLD { exec "$PTSCOPE_TESTS/selftests/hold" dump; }
read -r -u "${HOLD[0]}" held
same "a client is in the middle of a dump" "$held" holding
status "rmmod in mid-dump" 1 rmmod ptscope
matches "is refused" "$err" 'in use'
check "it is still loaded" loaded
# shellcheck disable=SC2153 # coproc sets it
hold_pid=$HOLD_PID
kill "$hold_pid"
wait "$hold_pid" 2>/dev/null
idle_clients
sleep 1
check "rmmod after that client died, with 20 idle clients" rmmod ptscope
status "an idle client's question now" 2 ptscope info
jobs -p | xargs -r kill 2>/dev/null
wait 2>/dev/null
check "insmod for those who come after" insmod "$PTSCOPE_KO"
status "and it answers" 0 ptscope maps 1

finish
