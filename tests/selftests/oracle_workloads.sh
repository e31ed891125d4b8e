#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Starts programs from Debian's packages, all at once, and runs the oracle over all
# processes.

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
least=1000000
# With larger pages, or without the programs that a port lacks, there are fewer.
[[ $(getconf PAGESIZE) == 4096 && $(uname -m) != riscv64 ]] || least=200000
run_oracle "${#workload_pids[@]} processes of workloads" "$least"
check_workloads_compared "$out"
stop_workloads

finish
