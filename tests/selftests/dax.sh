#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# DAX: file mappings without a page cache, on persistent memory. Leaves are PMDs but no
# THPs, and a hole is the huge zero page.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"
# shellcheck source=tests/selftests/pmem.sh
. "$(dirname "$0")/pmem.sh"

mount=/mnt/ptscope-dax
size=$((16 << 20))
touched=$((8 << 20))

# Such a kernel maps a DAX file by PTEs only.
if [[ ! -d /sys/kernel/mm/transparent_hugepage ]]; then
	skip "DAX" "this kernel has no THP"
	finish
fi
if ! mount_pmem "$mount"; then
	skip "DAX" "this guest has no persistent memory"
	finish
fi
fallocate -l "$size" "$mount/full"
truncate -s "$size" "$mount/hole"

coproc DAX_MAP { exec "$PTSCOPE_TESTS/selftests/dax_map" "$mount/full" "$mount/hole" "$touched"; }
if ! read -r pid full hole <&"${DAX_MAP[0]}"; then
	check "dax_map maps two files" false
	finish
fi

# smaps_bytes ADDRESS KEY: a field of the VMA that starts at ADDRESS, in bytes.
smaps_bytes() {
	awk -v start="${1#0x}" -v key="$2:" '
		/^[0-9a-f]+-/ { split($1, at, "-"); here = at[1] == start }
		here && $1 == key { print $2 * 1024 }' "/proc/$pid/smaps"
}

# field ADDRESS COLUMN OPTION...: a column of the VMA that starts at ADDRESS, in bytes.
field() {
	local start=$1 column=$2
	shift 2
	ptscope maps --json -o "start,$column" "$@" "$pid" |
		jq --arg start "$start" ".maps[] | select(.start == \$start) | .${column/-/_}"
}

# range ADDRESS: the whole mapping that starts at ADDRESS.
range() {
	printf '%s-0x%x' "$1" $(($1 + size))
}

same "file: res is what was written" "$(field "$full" res)" "$touched"
same "file: PMD leaves" "$(field "$full" pmd)" "$touched"
same "file: no THP in smaps" "$(($(smaps_bytes "$full" AnonHugePages) +
	$(smaps_bytes "$full" FilePmdMapped) + $(smaps_bytes "$full" ShmemPmdMapped)))" 0
same "file: no THP in ptscope" "$(field "$full" thp)" 0
status "file: pages" 0 ptscope pages --json "$pid" "$(range "$full")"
json "file: PMD leaves without the THP flag" '.pages | any(.leaf == "pmd") and all(.flags // [] | index("thp") | not)'
same "hole: huge zero page" "$(field "$hole" zero)" "$touched"
same "hole: no THP in smaps" "$(($(smaps_bytes "$hole" AnonHugePages) +
	$(smaps_bytes "$hole" FilePmdMapped)))" 0
same "hole: no THP in ptscope" "$(field "$hole" thp)" 0

# Without a page cache, unmapped pages are on the device.
for file in "$full" "$hole"; do
	same "unmapped pages are on disk" "$(field "$file" disk)" $((size - touched))
	same "--cache: nothing in the page cache" "$(field "$file" cached --cache)" 0
	same "--cache: res is the same" "$(field "$file" res --cache)" "$touched"
done

# Frames without struct page are not looked up one by one.
status "pages with nodes and folios" 0 timeout 20 ptscope pages --json --detail frame,node,folio "$pid" \
	"$(range "$full")"
json "pages with nodes and folios: few rows" '.pages | length < 100 and any(.leaf == "pmd")'

eval "exec ${DAX_MAP[1]}>&-"
wait 2>/dev/null
umount "$mount"
finish
