#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Starts all layouts at once and runs the oracle over all processes.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"
# shellcheck source=tests/selftests/oracle.sh
. "$(dirname "$0")/oracle.sh"

begun=$SECONDS
ready=0
names=()
for name in $(list_layouts); do
	count=()
	case $name in
	migration*) continue ;; # its pages never stay the same
	# The oracle reads all of pagemap, which takes minutes for the full size.
	reserved) count=(16) ;;
	many_vmas) count=(2000) ;;
	esac
	names+=("$name")
	start_layout "$name" "${count[@]}"
done
for name in "${names[@]}"; do
	await_layout "$name"
	case $? in
	0) ready=$((ready + 1)) ;;
	4) skip "$name" "$why" ;;
	*) check "$name: setup" false ;;
	esac
done
check "at least 20 layouts are ready" test "$ready" -ge 20
echo "# all are ready after $((SECONDS - begun)) s"
run_oracle "$ready layouts" 1000000

# vma_flags PID: "START FLAG,FLAG,..." of each VMA, by smaps. Flags without a name are last.
vma_flags() {
	awk '/^[0-9a-f]+-/ { split($1, at, "-"); start = at[1] }
		/^VmFlags:/ { sub(/^VmFlags: */, ""); sub(/ +$/, ""); gsub(/ /, ",");
			if (gsub(/,\?\?/, "")) $0 = $0 ",??"
			sub(/^0+/, "", start); print "0x" start, $0 ? $0 : "-" }' "/proc/$1/smaps"
}

# The flags of each VMA have the names that smaps gives to them.
differ=0 compared=0
for pid in /proc/[0-9]*; do
	pid=${pid#/proc/}
	kernel=$(vma_flags "$pid" 2>/dev/null)
	ours=$(ptscope maps -r -o start,flags "$pid" 2>/dev/null | grep ^0x)
	# The process has no memory, or its VMAs change.
	[[ $kernel && $kernel == "$(vma_flags "$pid" 2>/dev/null)" ]] || continue
	# smaps reports [vsyscall], which is no VMA.
	kernel=$(grep -v '^0xffffffffff600000' <<<"$kernel")
	compared=$((compared + $(wc -l <<<"$kernel")))
	if [[ $ours != "$kernel" ]]; then
		differ=$((differ + 1))
		diff <(echo "$kernel") <(echo "$ours") | head -n 5 | sed "s/^/# $pid: /"
	fi
done
same "flags of VMAs as in smaps: processes that differ" "$differ" 0
check "flags of VMAs as in smaps: 1000 VMAs or more" test "$compared" -ge 1000
echo "# flags of $compared VMAs: $(for layout in vma_flags uffd_minor; do
	vma_flags "$(pgrep -fx ".*layouts $layout")"; done | cut -d ' ' -f 2 | tr ',' '\n' | sort -u | tr '\n' ' ')"

finish
