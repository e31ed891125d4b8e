#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An oracle that cannot find a difference proves nothing: give it one.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

oracle=$PTSCOPE_TESTS/selftests/oracle

status "the oracle passes on a quiet process" 0 "$oracle" 1
status "the oracle fails if a reading is falsified" 1 "$oracle" --inject 1
matches "and says where" "$out" 'not ok'
if grep -q 'PAGEMAP_SCAN # SKIP' <<<"$out"; then
	skip "PAGEMAP_SCAN's reading falsified" "this kernel has no PAGEMAP_SCAN"
else
	status "the oracle fails if PAGEMAP_SCAN's reading is falsified" 1 "$oracle" --inject=scan 1
	matches "and says where" "$out" "scan's present"
fi

finish
