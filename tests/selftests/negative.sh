#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The checker of layouts must catch a victim whose claims are false: one that
# believes everything proves nothing.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

layout=$PTSCOPE_TESTS/selftests/layout
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# liar NAME: makes a victim of the shell program on standard input. It finds
# its own heap at $start and $end, $size bytes, some of which are touched.
liar() {
	{
		cat <<-'END'
		#!/bin/bash
		while read -r range _ _ _ _ name; do
			[[ $name == "[heap]" ]] || continue
			start=0x${range%-*} end=0x${range#*-}
		done </proc/$$/maps
		size=$((end - start))
		END
		cat
	} >"$work/$1"
	chmod +x "$work/$1"
}

# caught DESCRIPTION NAME REGEX
caught() {
	status "$1" 1 "$layout" "$work/$2"
	matches "… and it is said why" "$out" "$3"
}

liar honest <<'END'
echo "claim $start $end res<=$size lazy<=$size vmas=1"
echo ready
read
END
status "a victim that tells the truth" 0 "$layout" "$work/honest"

liar lazy <<'END'
echo "claim $start $end lazy=$size"
echo ready
read
END
caught "memory that is there, claimed to be lazy" lazy "expected lazy = "

liar silent <<'END'
echo "claim $start $end lazy<=$size"
echo ready
read
END
caught "memory that is there, not mentioned" silent "expected res = 0"

liar vmas <<'END'
echo "claim $start $end res<=$size lazy<=$size vmas=2"
echo ready
read
END
caught "one VMA claimed to be two" vmas "expected vmas = 2, got 1"

liar larger <<'END'
echo "claim $start $end size=$((size + 4096)) res<=$size lazy<=$size"
echo ready
read
END
caught "a range claimed to be larger" larger "expected size = "

# What moves while it is looked at is not what looking left behind, but cannot
# be told from it.
liar restless <<'END'
echo "claim $start $end res<=$size lazy<=$size vmas=1"
echo ready
while :; do x=$(echo); done
END
caught "a victim that goes on touching memory" restless "not ok .* reading changes nothing"

liar mute <<'END'
echo ready
END
caught "a victim that claims nothing" mute "not ok .* claims something"

liar dead <<'END'
echo "claim $start $end res<=$size lazy<=$size vmas=1"
END
caught "a victim that dies before it is ready" dead "not ok .* sets up its layout"

liar broken <<'END'
echo "fail it did not work"
exit 1
END
caught "a victim that fails" broken "it did not work"

liar wrong <<'END'
echo "claim $start $end nonsense=1"
echo ready
END
caught "a claim about a field that is none" wrong "Bail out!"

liar absent <<'END'
echo "skip not here"
exit 4
END
status "a victim that cannot run here is skipped" 4 "$layout" "$work/absent"

finish
