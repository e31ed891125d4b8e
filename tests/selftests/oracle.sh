# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Runs the oracle. Source it after ktap.sh.

# run_oracle WHAT LEAST: compares all processes, WHAT among them, and LEAST pages. Sets $out
# to its output.
# shellcheck disable=SC2154
run_oracle() {
	status "oracle: $1 and all other processes" 0 "$PTSCOPE_TESTS/selftests/oracle"
	grep -E '^#|^not ok' <<<"$out" | sed 's/^not ok/# &/'
	matches "oracle: no difference" "$(grep '^# compared [0-9]' <<<"$out")" ' 0 differences'
	check "oracle: $2 pages or more" test \
		"$(sed -n 's/^# compared \([0-9]*\) pages .*/\1/p' <<<"$out")" -ge "$2"
	if grep -q 'PAGEMAP_SCAN # SKIP' <<<"$out"; then
		skip "oracle: PAGEMAP_SCAN" "this kernel has no PAGEMAP_SCAN"
	else
		matches "oracle: PAGEMAP_SCAN" "$(grep '^# scanned' <<<"$out")" \
			'scanned [1-9][0-9]{2,} VMAs'
	fi
}
