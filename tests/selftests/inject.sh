#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Negative tests of the oracle: it must find a difference that is injected.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

oracle=$PTSCOPE_TESTS/selftests/oracle

status "oracle: init has no difference" 0 "$oracle" 1
status "oracle: an error in pagemap is found" 1 "$oracle" --inject 1
matches "oracle: an error in pagemap is reported" "$out" 'not ok'
if grep -q 'PAGEMAP_SCAN # SKIP' <<<"$out"; then
	skip "oracle: an error in PAGEMAP_SCAN is found" "this kernel has no PAGEMAP_SCAN"
else
	status "oracle: an error in PAGEMAP_SCAN is found" 1 "$oracle" --inject=scan 1
	matches "oracle: an error in PAGEMAP_SCAN is reported" "$out" "PAGEMAP_SCAN present"
fi

finish
