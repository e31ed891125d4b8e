#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that nobody here wrote, at work and all at once, before the oracle.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"
# shellcheck source=tests/selftests/workloads.sh
. "$(dirname "$0")/workloads.sh"
# shellcheck source=tests/selftests/oracle.sh
. "$(dirname "$0")/oracle.sh"

start_workloads
check_workloads
ask_oracle "${#workload_pids[@]} processes of workloads"
check_workloads_seen "$out"
stop_workloads

finish
