#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What "pages" and "walk" print for every kind of entry that a layout can produce.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"
# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"

# start LAYOUT: start a layout and wait until it is ready. Sets $pid, and $ranges to
# "START END" lines.
start() {
	start_layout "$1"
	pid=$!
	await_layout "$1" || return
	mapfile -t ranges < <(layout_ranges "$1")
}

# pages DESCRIPTION LAYOUT RANGE FILTER [OPTION...]: the jq filter is true for the runs
# of a range. Also stores the walk to its first page for walk().
pages() {
	local name=$2 range=$3 filter=$4 start end
	what=$1
	shift 4
	walk=
	if ! start "$name"; then
		skip "$what" "$why"
		return
	fi
	read -r start end <<<"${ranges[range]}"
	json_of "$what" ".pages | length > 0 and $filter" "$(ptscope pages --json \
		-o +level,folio,order,node --detail age,soft-dirty "$@" "$pid" "$start-$end")"
	walk=$(ptscope walk --json -o +touch-write,swapdev,slot,folio "$pid" "$start")
	kill "$pid"
}

# walk DESCRIPTION FILTER: the jq filter is true for the last row of the walk.
walk() {
	if [[ $walk ]]; then
		json_of "$what: walk: $1" ".walk[-1] | $2" "$walk"
	else
		skip "$what: walk: $1" "$why"
	fi
}

has() {
	printf '(.%s // [] | index("%s"))' "$1" "$2"
}

pages "written pages" anon_touched 0 \
	"all(.state == \"res\" and .leaf == \"pte\" and $(has flags write) and $(has flags dirty) and $(has flags young))"
walk "effect of a touch" '.state == "res" and .touch == "nothing" and .touch_write == "nothing"'
pages "folios of anonymous memory" anon_touched 0 \
	"all($(has folio anon) and $(has folio swap-backed))"
pages "untouched pages" anon_untouched 0 'all(.state == "lazy" and .leaf == null and .frame == null)'
walk "effect of a touch" '.touch == "zero page" and .touch_write == "zero-fill"'
pages "zero pages" anon_read 0 "any($(has flags zero))"
walk "effect of a write" '.touch == "nothing" and .touch_write == "zero-fill"'
pages "swapped pages: device, slot, exclusive" swapped 0 \
	"all(.state == \"swap\" and .swapdev != null and .slot > 0 and $(has flags exclusive))"
walk "swap area, effect of a touch" '.state == "swap" and .swapdev != null and .touch == "swap-in or minor fault"'
pages "THP: PMD leaves" thp_on 0 \
	"any(.leaf == \"pmd\" and $(has flags thp) and .order > 0 and $(has folio aligned))"
walk "ends at the PMD" '.level == "pmd" and .leaf == "pmd" and .phys != null'
pages "THP: folio order of split leaves" thp_partly_protected 1 \
	'all((.leaf == "pte" or .leaf == "cont") and .order > 0)'
pages "huge zero page" zero_huge 0 "any(.leaf == \"pmd\" and $(has flags zero))"
pages "hugetlb: PMD leaves" hugetlb_pmd 0 "any($(has flags hugetlb))"
pages "hugetlb: PUD leaves" hugetlb_pud 0 "any(.leaf == \"pud\" and $(has flags hugetlb))"
pages "hugetlb: contiguous-hint blocks" hugetlb_cont_pte 0 "any(.leaf == \"cont\" and $(has flags cont))"
pages "THP: MADV_COLLAPSE" collapsed 0 "all(.leaf == \"pmd\" and $(has flags thp))"
pages "PROT_NONE pages" protnone 0 "any($(has flags protnone))"
walk "effect of a touch" '.touch == "SIGSEGV (no permission)"'
pages "userfaultfd write protection" uffd_wp 0 "all(.state == \"res\" and $(has flags uffd-wp))"
walk "effect of a write" '.touch == "nothing" and .touch_write == "userfaultfd"'
pages "userfaultfd-wp markers" uffd_wp 3 'all(.state == "uffd-wp" and .frame == null)'
pages "guard markers" guard 0 'all(.state == "guard")'
walk "effect of a touch" '.touch == "SIGSEGV (guard)"'
pages "poison markers" uffd_poison 0 'any(.state == "poison")'
walk "effect of a touch" '.touch == "SIGBUS (poison)"'
pages "hwpoison entries" hwpoison 0 'any(.state == "hwpoison" and .frame > 0)'
pages "mlocked folios" mlocked 0 "any($(has folio mlocked))"
pages "KSM folios" ksm 0 "all($(has folio ksm) and ($(has flags write) | not))"
walk "effect of a write" '.touch_write == "copy on write"'
pages "protection key" pkey 0 '(all(.flags | any(test("pkey=[1-9]"))))'
pages "protection key 0" pkey 1 '(all(.flags // [] | any(test("pkey")) | not))'
pages "soft-dirty pages" soft_dirty 1 "any($(has flags soft-dirty))"
pages "frames without struct page" dev_mem 0 \
	"all(.state == \"res\" and $(has flags special)) and (map(.folio) | all(. == null))"
pages "folios shared after fork()" fork_after_write 0 "any($(has folio shared) and ($(has flags write) | not))"
# The child has a copy of the first page; that of the parent is its own again.
walk "effect of a write" '.touch_write == "minor fault (reuse)"'
pages "secretmem folios" secretmem 0 "any(.state == \"res\" and $(has folio unevictable))"
if start hugetlb_shared; then
	read -r start end <<<"${ranges[0]}"
	other=$(sed -n 's/^process //p' "$work/hugetlb_shared")
	tables=$(for process in "$pid" "$other"; do
		ptscope walk --json -o level,table "$process" "$start" | jq -c '.walk |
			{ own: map(select(.level != "pmd").table), pmd: map(select(.level == "pmd").table) }'
	done | jq -sc .)
	# Compare all tables above: a PGD smaller than a page may share its frame with another.
	check "shared PMD table: the tables above it differ" \
		jq -e 'length == 2 and .[0].own != .[1].own' <<<"$tables"
	if [[ $(jq 'map(.pmd) | unique | length' <<<"$tables") -eq 1 ]]; then
		ktap_result ok "shared PMD table: both processes have the same table"
	else
		skip "shared PMD table: both processes have the same table" "this kernel does not share page tables"
	fi
	kill "$pid"
else
	skip "shared PMD table" "$why"
fi

finish
