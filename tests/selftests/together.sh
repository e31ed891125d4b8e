#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
#	together.sh VICTIM...
#
# All victims at once, so that every kind of layout there is stands before the
# oracle, and programs that nobody here wrote.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

# shellcheck source=tests/selftests/victims.sh
. "$(dirname "$0")/victims.sh"
# shellcheck source=tests/selftests/strangers.sh
. "$(dirname "$0")/strangers.sh"

begun=$SECONDS
start_strangers

victims=0
names=()
for victim; do
	name=${victim##*/}
	arguments=()
	case $name in
	migration) continue ;; # does not hold still
	# pagemap is read whole, so that the largest would take minutes.
	reserved) arguments=(64) ;;
	many_vmas) arguments=(5000) ;;
	esac
	names+=("$name")
	start_victim "$name" "${arguments[@]}"
done
# By name: the last of them may not even have made its file yet.
for name in "${names[@]}"; do
	await_victim "$name"
	case $? in
	0) victims=$((victims + 1)) ;;
	4) skip "$name" "$why" ;;
	*) check "$name sets up its layout" false ;;
	esac
done
check "at least twenty victims are ready" test "$victims" -ge 20
check_strangers
echo "# all are ready after $((SECONDS - begun)) s"

status "the oracle over $victims victims and all other processes" 0 \
	"$PTSCOPE_TESTS/selftests/oracle"
check_strangers_seen "$out"
stop_strangers
grep -E '^#|^not ok' <<<"$out" | sed 's/^not ok/# &/'
matches "has compared a million pages" "$(grep '^# compared [0-9]' <<<"$out")" \
	'compared [0-9]{7,} pages .* 0 differences'
if grep -q 'PAGEMAP_SCAN # SKIP' <<<"$out"; then
	skip "PAGEMAP_SCAN has been asked as well" "this kernel has no PAGEMAP_SCAN"
else
	matches "PAGEMAP_SCAN has been asked as well" "$(grep '^# scanned' <<<"$out")" \
		'scanned [1-9][0-9]{2,} VMAs'
fi

finish
