#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading and unloading: hundreds of times, beside idle and active clients, and what the
# command prints without the module.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

rounds=${PTSCOPE_ROUNDS:-250}

# Clients with a connection, but without a request.
idle_clients() {
	local i
	for ((i = 0; i < 20; i++)); do
		"$PTSCOPE_TESTS/selftests/hold" idle >/dev/null &
	done
}

loaded() {
	[[ -d /sys/module/ptscope ]]
}

check "the module is loaded" loaded
check "rmmod" rmmod ptscope
check "rmmod: no longer loaded" eval '! loaded'

status "info without the module" 2 ptscope info
matches "info without the module: message" "$err" 'the ptscope module is not loaded'
matches "info without the module: how to load it" "$err" 'modprobe ptscope'
status "maps without the module" 2 ptscope maps 1
status "maps --json without the module" 2 ptscope maps --json 1
same "maps --json without the module: no output" "$out" ""
matches "a request does not load the module" "$(ptscope info 2>&1; ls /sys/module)" 'not loaded'
check "a request does not load the module: /sys/module" eval '! loaded'

check "insmod, a request and rmmod, $rounds times" \
	"$PTSCOPE_TESTS/selftests/reload" "$PTSCOPE_KO" "$rounds"
check "the module is unloaded" eval '! loaded && ! grep -q ptscope /proc/modules'

check "insmod" insmod "$PTSCOPE_KO"
status "a second insmod fails" 1 insmod "$PTSCOPE_KO"

# A dump in progress pins the module; a connection does not.
coproc HOLD { exec "$PTSCOPE_TESTS/selftests/hold" dump; }
read -r -u "${HOLD[0]}" held
same "a client starts a dump" "$held" holding
status "rmmod during a dump fails" 1 rmmod ptscope
matches "rmmod during a dump: message" "$err" 'in use'
check "the module is still loaded" loaded
# shellcheck disable=SC2153 # coproc sets it
hold_pid=$HOLD_PID
kill "$hold_pid"
wait "$hold_pid" 2>/dev/null
idle_clients
sleep 1
check "rmmod after the client was killed, with 20 idle clients" rmmod ptscope
status "info after rmmod" 2 ptscope info
jobs -p | xargs -r kill 2>/dev/null
wait 2>/dev/null
check "insmod again" insmod "$PTSCOPE_KO"
status "maps after insmod" 0 ptscope maps 1

finish
