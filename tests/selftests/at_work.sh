#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that nobody here wrote, at work and all at once, before the oracle.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/victims.sh
. "$(dirname "$0")/victims.sh"
# shellcheck source=tests/selftests/strangers.sh
. "$(dirname "$0")/strangers.sh"
# shellcheck source=tests/selftests/oracle.sh
. "$(dirname "$0")/oracle.sh"

start_strangers
check_strangers
ask_oracle "${#strangers_pids[@]} processes of strangers"
check_strangers_seen "$out"
stop_strangers

finish
