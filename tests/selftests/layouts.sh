# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Starts layouts and waits until they are ready. Source it after ktap.sh. $work/NAME is
# the output of each layout; the exit trap kills all of them.

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT

# Standard input of all layouts; it never ends.
mkfifo "$work/hold"
exec {hold}<>"$work/hold"

# Allow shmem_thp to request huge pages.
thp=/sys/kernel/mm/transparent_hugepage/shmem_enabled
[[ -w $thp ]] && echo advise >"$thp"

# list_layouts: prints all names.
list_layouts() {
	"$PTSCOPE_TESTS/layouts/layouts" --list | cut -d ' ' -f 1
}

# start_layout NAME [COUNT]
start_layout() {
	"$PTSCOPE_TESTS/layouts/layouts" "$@" <&"$hold" >"$work/$1" 2>&1 &
}

# await_layout NAME: returns 0 when it is ready; else 4 if it is not supported or 1 if its
# setup failed, with the reason in $why.
# shellcheck disable=SC2034
await_layout() {
	local last
	for _ in {1..600}; do
		last=$(tail -n 1 "$work/$1" 2>/dev/null)
		why=${last#* }
		case ${last%% *} in
		ready) return 0 ;;
		skip) return 4 ;;
		fail) return 1 ;;
		esac
		sleep 0.1
	done
	why="it is not ready after 60 s"
	return 1
}

# layout_ranges NAME: prints "START END" of each range, in hexadecimal without 0x.
layout_ranges() {
	sed -n 's/^expect 0x\([^ ]*\) 0x\([^ ]*\) .*/\1 \2/p' "$work/$1"
}
