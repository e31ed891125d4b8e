# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The oracle, for tests in shell. Sourced after ktap.sh.

# ask_oracle WHAT: what it makes of all processes there are, WHAT among them. What it
# printed of each is in $out.
# shellcheck disable=SC2154
ask_oracle() {
	status "the oracle over $1 and all other processes" 0 "$PTSCOPE_TESTS/selftests/oracle"
	grep -E '^#|^not ok' <<<"$out" | sed 's/^not ok/# &/'
	matches "has compared a million pages" "$(grep '^# compared [0-9]' <<<"$out")" \
		'compared [0-9]{7,} pages .* 0 differences'
	if grep -q 'PAGEMAP_SCAN # SKIP' <<<"$out"; then
		skip "PAGEMAP_SCAN has been asked as well" "this kernel has no PAGEMAP_SCAN"
	else
		matches "PAGEMAP_SCAN has been asked as well" "$(grep '^# scanned' <<<"$out")" \
			'scanned [1-9][0-9]{2,} VMAs'
	fi
}
