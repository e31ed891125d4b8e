#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
#	together.sh VICTIM...
#
# All victims at once, so that every kind of layout there is stands before the
# oracle. Tests run next to one another, so memory must suffice for all.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT

# Whatever has this for its input waits until it is killed.
mkfifo "$work/hold"
exec {hold}<>"$work/hold"

# Only there can shared memory be asked for huge pages.
thp=/sys/kernel/mm/transparent_hugepage/shmem_enabled
[[ -w $thp ]] && echo advise >$thp

set_up() {
	local last
	# A file is done when its last line says how it ended.
	for _ in {1..600}; do
		last=$(tail -n 1 "$1" 2>/dev/null)
		case ${last%% *} in
		ready) return 0 ;;
		skip) return 4 ;;
		fail) return 1 ;;
		esac
		sleep 0.1
	done
	return 1
}

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
	"$victim" "${arguments[@]}" <&"$hold" >"$work/$name" 2>&1 &
done
# By name: the last of them may not even have made its file yet.
for name in "${names[@]}"; do
	set_up "$work/$name"
	case $? in
	0) victims=$((victims + 1)) ;;
	4) skip "$name" "$(sed -n 's/^skip //p' "$work/$name")" ;;
	*) check "$name sets up its layout" false ;;
	esac
done
check "at least twenty victims are ready" test "$victims" -ge 20

status "the oracle over $victims victims and all other processes" 0 \
	"$PTSCOPE_TESTS/selftests/oracle"
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
