#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every kind of entry that can be made to happen, in the words of pages and
# walk: for victims that are known to have it.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"

# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"

# victim NAME: start it and wait; sets $pid, and $claims to "start end" lines.
victim() {
	start_layout "$1"
	pid=$!
	await_layout "$1" || return
	mapfile -t claims < <(sed -n 's/^claim 0x\([^ ]*\) 0x\([^ ]*\) .*/\1 \2/p' "$work/$1")
}

# says WHAT VICTIM CLAIM FILTER [OPTION...]: all, or with "any" some, of the
# runs in a claim of a victim are as a jq filter says; then the same of the row
# that ends a walk to its first page, if there is a filter for that.
says() {
	local name=$2 claim=$3 filter=$4 start end
	said=$1
	shift 4
	walk=
	if ! victim "$name"; then
		skip "$said" "$why"
		return
	fi
	read -r start end <<<"${claims[claim]}"
	json_of "$said" ".pages | length > 0 and $filter" "$(ptscope pages --json \
		-o +level,folio,order,node --detail age,soft-dirty "$@" "$pid" "$start-$end")"
	walk=$(ptscope walk --json -o +touch-write,swapdev,slot,folio "$pid" "$start")
	kill "$pid"
}

# walked WHAT FILTER: of the walk to the first page of what was looked at last.
walked() {
	if [[ $walk ]]; then
		json_of "$said: $1" ".walk[-1] | $2" "$walk"
	else
		skip "$said: $1" "$why"
	fi
}

has() {
	printf '(.%s // "" | split(",") | index("%s"))' "$1" "$2"
}

says "written pages are resident, writable, dirty and young" anon_touched 0 \
	"all(.state == \"res\" and .leaf == \"pte\" and $(has flags write) and $(has flags dirty) and $(has flags young))"
walked "walk says so" '.state == "res" and .touch == "nothing" and .touch_write == "nothing"'
says "pages of anonymous memory are in folios of that kind" anon_touched 0 \
	"all($(has folio anon) and $(has folio swap-backed))"
says "untouched pages are lazy" anon_untouched 0 'all(.state == "lazy" and .leaf == null and .frame == null)'
walked "walk says what a touch gets" '.touch == "zero page" and .touch_write == "zero-fill"'
says "pages that were only read are the zero page" anon_read 0 "any($(has flags zero))"
walked "walk says what a write gets" '.touch == "nothing" and .touch_write == "zero-fill"'
says "swapped pages have a device, a slot and an exclusive mark" swapped 0 \
	"all(.state == \"swap\" and .swapdev != null and .slot > 0 and $(has flags exclusive))"
walked "walk says where" '.state == "swap" and .swapdev != null and .touch == "swap-in"'
says "huge pages are PMD leaves" thp_on 0 \
	"any(.leaf == \"pmd\" and $(has flags thp) and .order > 0 and $(has folio aligned))"
walked "walk ends at the PMD" '.level == "pmd" and .leaf == "pmd" and .phys != null'
says "a huge page mapped in part is in a folio all the same" thp_partly_protected 1 \
	'all((.leaf == "pte" or .leaf == "cont") and .order > 0)'
says "the huge zero page" zero_huge 0 "any(.leaf == \"pmd\" and $(has flags zero))"
says "hugetlb pages" hugetlb_pmd 0 "any($(has flags hugetlb))"
says "gigantic pages" hugetlb_pud 0 "any(.leaf == \"pud\" and $(has flags hugetlb))"
says "blocks with the contiguous hint" hugetlb_cont_pte 0 "any(.leaf == \"cont\" and $(has flags cont))"
says "collapsed pages" collapsed 0 "all(.leaf == \"pmd\" and $(has flags thp))"
says "closed pages" protnone 0 "any($(has flags protnone))"
walked "walk says what a touch gets" '.touch == "SIGSEGV (no permission)"'
says "write-protected by userfaultfd" uffd_wp 0 "all(.state == \"res\" and $(has flags uffd-wp))"
walked "walk says what a write gets" '.touch == "nothing" and .touch_write == "userfaultfd"'
says "markers of that" uffd_wp 3 'all(.state == "uffd-wp" and .frame == null)'
says "guard markers" guard 0 'all(.state == "guard")'
walked "walk says what a touch gets" '.touch == "SIGSEGV (guard)"'
says "poison markers" uffd_poison 0 'any(.state == "poison")'
walked "walk says what a touch gets" '.touch == "SIGBUS (poison)"'
says "pages lost to a memory error" hwpoison 0 'any(.state == "hwpoison" and .frame > 0)'
says "locked pages" mlocked 0 "any($(has folio mlocked))"
says "merged pages" ksm 0 "all($(has folio ksm) and ($(has flags write) | not))"
walked "walk says what a write gets" '.touch_write == "copy on write"'
says "a protection key" pkey 0 '(all(.flags | test("pkey=[1-9]")))'
says "none beside it" pkey 1 '(all(.flags | test("pkey") | not))'
says "soft-dirty pages" soft_dirty 1 "any($(has flags soft-dirty))"
says "memory of a device" dev_mem 0 \
	"all(.state == \"res\" and $(has flags special)) and (map(.folio) | all(. == null))"
says "pages that a fork shares" fork_after_write 0 "any($(has folio shared) and ($(has flags write) | not))"
walked "walk says what a write gets" '.touch_write == "copy on write" or .touch_write == "nothing"'
says "secret memory" secretmem 0 "any(.state == \"res\" and $(has folio unevictable))"
# Where the kernel shares tables of hugetlb, both processes' ways lead there.
if victim hugetlb_shared; then
	read -r start end <<<"${claims[0]}"
	other=$(sed -n 's/^process //p' "$work/hugetlb_shared")
	tables=$(for process in "$pid" "$other"; do
		ptscope walk --json -o level,table "$process" "$start" | jq -c '.walk |
			{ own: map(select(.level != "pmd").table), pmd: map(select(.level == "pmd").table) }'
	done | jq -sc .)
	# The topmost table alone may be smaller than a page, and so in the same one.
	check "two processes have tables of their own above" \
		jq -e 'length == 2 and .[0].own != .[1].own' <<<"$tables"
	if [[ $(jq 'map(.pmd) | unique | length' <<<"$tables") -eq 1 ]]; then
		ktap_result ok "and share one that maps huge pages"
	else
		skip "and share one that maps huge pages" "this kernel does not share them"
	fi
	kill "$pid"
else
	skip "tables that two processes share" "$why"
fi

finish
