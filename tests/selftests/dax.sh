#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Files in persistent memory that are mapped without a page cache. Their leaves are
# huge, but no transparent huge pages; and a hole is the huge zero page.

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

if ! mount_pmem "$mount"; then
	skip "DAX" "there is no file system with DAX here"
	finish
fi
fallocate -l "$size" "$mount/full"
truncate -s "$size" "$mount/hole"

coproc VICTIM { exec "$PTSCOPE_TESTS/selftests/dax_map" "$mount/full" "$mount/hole" "$touched"; }
if ! read -r pid full hole <&"${VICTIM[0]}"; then
	check "files are mapped" false
	finish
fi

# smaps_bytes ADDRESS KEY: a field of smaps, of the VMA that begins there, in bytes.
smaps_bytes() {
	awk -v start="${1#0x}" -v key="$2:" '
		/^[0-9a-f]+-/ { split($1, at, "-"); here = at[1] == start }
		here && $1 == key { print $2 * 1024 }' "/proc/$pid/smaps"
}

# field ADDRESS COLUMN OPTION...: a column of the VMA that begins there, in bytes.
field() {
	local start=$1 column=$2
	shift 2
	ptscope maps --json -o "start,$column" "$@" "$pid" |
		jq --arg start "$start" ".maps[] | select(.start == \$start) | .${column/-/_}"
}

# range ADDRESS: all of the file that is mapped there.
range() {
	printf '%s-0x%x' "$1" $(($1 + size))
}

same "a mapped file: as many bytes are in RAM as were written" "$(field "$full" res)" "$touched"
same "all of them by PMD leaves" "$(field "$full" pmd)" "$touched"
same "smaps has no transparent huge pages there" "$(($(smaps_bytes "$full" AnonHugePages) +
	$(smaps_bytes "$full" FilePmdMapped) + $(smaps_bytes "$full" ShmemPmdMapped)))" 0
same "and so ptscope" "$(field "$full" thp)" 0
status "its runs" 0 ptscope pages --json "$pid" "$(range "$full")"
json "are none either" '.pages | any(.leaf == "pmd") and all(.flags // "" | test("thp") | not)'
same "a hole: the huge zero page" "$(field "$hole" zero)" "$touched"
same "smaps has no transparent huge pages there either" "$(($(smaps_bytes "$hole" AnonHugePages) +
	$(smaps_bytes "$hole" FilePmdMapped)))" 0
same "and so ptscope" "$(field "$hole" thp)" 0

# There is no page cache behind them: what is not mapped is on the device.
for file in "$full" "$hole"; do
	same "what is not mapped is in the file" "$(field "$file" disk)" $((size - touched))
	same "and nothing in a page cache" "$(field "$file" cached --cache)" 0
	same "nor in RAM but what is mapped" "$(field "$file" res --cache)" "$touched"
done

# Frames without a page of the kernel's are not looked for one by one.
status "nodes and folios" 0 timeout 20 ptscope pages --json --detail frame,node,folio "$pid" \
	"$(range "$full")"
json "make a few rows" '.pages | length < 100 and any(.leaf == "pmd")'

eval "exec ${VICTIM[1]}>&-"
wait 2>/dev/null
umount "$mount"
finish
