# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Runs the oracle. Source it after ktap.sh.

# run_oracle WHAT: compares all processes, WHAT among them. Sets $out to its output.
# shellcheck disable=SC2154
run_oracle() {
	status "oracle: $1 and all other processes" 0 "$PTSCOPE_TESTS/selftests/oracle"
	grep -E '^#|^not ok' <<<"$out" | sed 's/^not ok/# &/'
	matches "oracle: a million pages or more" "$(grep '^# compared [0-9]' <<<"$out")" \
		'compared [0-9]{7,} pages .* 0 differences'
	if grep -q 'PAGEMAP_SCAN # SKIP' <<<"$out"; then
		skip "oracle: PAGEMAP_SCAN" "this kernel has no PAGEMAP_SCAN"
	else
		matches "oracle: PAGEMAP_SCAN" "$(grep '^# scanned' <<<"$out")" \
			'scanned [1-9][0-9]{2,} VMAs'
	fi
}
