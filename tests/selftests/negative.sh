#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Negative tests: the layout checker must fail for a layout whose announcement is wrong.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

layout=$PTSCOPE_TESTS/selftests/layout
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# create NAME: makes a layout of the shell program on standard input. $start and $end are
# the shell's own heap, $size its bytes; some of it is resident.
create() {
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

# fails DESCRIPTION NAME REGEX: the checker fails and prints why.
fails() {
	status "$1" 1 "$layout" "$work/$2"
	matches "$1: reason" "$out" "$3"
}

create correct <<'END'
echo "expect $start $end res<=$size lazy<=$size vmas=1"
echo ready
read
END
status "a correct layout passes" 0 "$layout" "$work/correct"

create lazy <<'END'
echo "expect $start $end lazy=$size"
echo ready
read
END
fails "resident pages, expected to be lazy" lazy "expected lazy = "

create unnamed <<'END'
echo "expect $start $end lazy<=$size"
echo ready
read
END
fails "resident pages, res not named" unnamed "expected res = 0"

create vmas <<'END'
echo "expect $start $end res<=$size lazy<=$size vmas=2"
echo ready
read
END
fails "one VMA, two expected" vmas "expected vmas = 2, got 1"

create larger <<'END'
echo "expect $start $end size=$((size + 4096)) res<=$size lazy<=$size"
echo ready
read
END
fails "size larger than the range" larger "expected size = "

# The checker cannot tell whether the read or the process itself caused the change.
create busy <<'END'
echo "expect $start $end res<=$size lazy<=$size vmas=1"
echo ready
while :; do x=$(echo); done
END
fails "a layout that keeps writing memory" busy "not ok .* unchanged by reads"

create empty <<'END'
echo ready
END
fails "a layout that announces no range" empty "not ok .* announces a range"

create dead <<'END'
echo "expect $start $end res<=$size lazy<=$size vmas=1"
END
fails "a layout that exits before it is ready" dead "not ok .* setup"

create broken <<'END'
echo "fail out of order"
exit 1
END
fails "a layout whose setup fails" broken "out of order"

create unknown <<'END'
echo "expect $start $end nonsense=1"
echo ready
END
fails "an unknown field" unknown "Bail out!"

create unsupported <<'END'
echo "skip not supported"
exit 4
END
status "a layout that is not supported is skipped" 4 "$layout" "$work/unsupported"

finish
