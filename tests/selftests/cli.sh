#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command as people and scripts use it: columns, JSON, colours, statuses.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

# As somebody who may do nothing.
nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

sleep 1000 &
pid=$!
page_size=$(getconf PAGESIZE)
trap 'kill $pid' EXIT
# Until it has become sleep, it is a shell that is about to.
until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.1; done

# Tables.
status "maps of a process" 0 ptscope maps "$pid"
matches "default columns stand in their order" "${out%%$'\n'*}" \
	'^ *START +END +PERM +SIZE +RES +PMD +SWAP +LAZY +NAME$'
matches "the last row is the total" "${out##*$'\n'}" ' total$'
status "named columns" 0 ptscope maps "$pid" -o name,res
matches "are printed in the order named" "${out%%$'\n'*}" '^NAME +RES$'
status "added columns" 0 ptscope maps "$pid" -o +tables,inode
matches "come last" "${out%%$'\n'*}" ' NAME +TABLES +INODE$'
status "no headings" 0 ptscope maps "$pid" -n -o start
matches "means none" "${out%%$'\n'*}" '^ *0x[0-9a-f]+$'
status "raw" 0 ptscope maps "$pid" -r -o start,size
matches "has one blank between exact cells" "${out##*$'\n'}" '^\\*x?0?0? ?[0-9]+$|^ [0-9]+$'
status "bytes" 0 ptscope maps "$pid" -b -n -o size
check "have no units" test -z "${out//[0-9 $'\n']/}"
status "columns can be listed" 0 ptscope maps --list-columns
for verb in info maps huge; do
	status "$verb --help" 0 ptscope "$verb" --help
	matches "$verb --help says what may follow" "$out" '^Usage: ptscope '
done

# JSON, and what it says against what the table says.
json() {
	jq -e "$1" <<<"$out" >/dev/null
}
status "maps --json" 0 ptscope maps --json "$pid"
check "is an object with one array of that name" json 'keys == ["maps"]'
check "has lower-case names as keys, and no others" json \
	'.maps | all(keys_unsorted == ["start","end","perm","size","res","pmd","swap","lazy","name"])'
check "has numbers as numbers and addresses as strings" json \
	'.maps[:-1] | all((.size | type) == "number" and (.start | test("^0x[0-9a-f]+$")))'
check "has a total without start and end" json \
	'.maps[-1] | .start == null and .end == null and .name == "total"'
check "has a total that is the sum of the rows" json \
	'. as $all | ["size","res","pmd","swap","lazy"] |
	 all(. as $k | ($all.maps[:-1] | map(.[$k]) | add) == $all.maps[-1][$k])'
status "all columns at once" 0 ptscope maps --json "$pid" -o \
	"$(ptscope maps --list-columns | awk '{ printf "%s%s", sep, $1; sep = "," }')"
check "dashes become underscores in keys" json '.maps[0] | has("soft_dirty") and has("uffd_wp")'
check "size is the sum of the states" json \
	'.maps | all(.size == .res + .lazy + .cached + .disk + .swap + .special)'
check "res is the sum of the leaves" json '.maps | all(.res == .pte + .cont + .pmd + .pud)'
check "every row bears the pid" json ".maps | all(.pid == $pid)"
status "huge --json" 0 ptscope huge --json "$pid"
check "has a number for coverage where something is resident" json \
	'.huge | all(if .res > 0 then (.coverage | type) == "number" else .coverage == null end)'
status "info --json" 0 ptscope info --json
check "has one row with the page size" json ".info[0].page_size == $page_size"
check "counts the levels that are not folded" json \
	'.info[0] | .levels == (.real | split(" ") | length)'
check "root may see everything" json '.info[0] | .processes and .frames'

# Several processes.
status "several PIDs" 0 ptscope maps --json "$pid" 1
check "give rows of each, with a total each" json \
	"[.maps[] | select(.name == \"total\") | .pid] == [$pid, 1]"
status "one of several fails" 1 ptscope maps --json "$pid" 4000000
check "and the others are printed" json '.maps | length > 1'
same "with the kernel's own words for the one" "$err" \
	"ptscope: 4000000: no process has this pid"
status "self" 0 ptscope maps self
matches "is the command itself" "$out" '/ptscope'

# A part of the addresses.
read -r start end <<<"$(awk '/\[stack\]/ { split($1, a, "-"); print a[1], a[2] }' "/proc/$pid/maps")"
status "a range" 0 ptscope maps --json --range "$start-$end" "$pid"
check "gives the VMA in it alone" json '.maps | length == 2 and .[0].name == "[stack]"'
status "a range in the middle of a VMA" 0 ptscope maps --json \
	--range "$(printf '%x-%x' $((0x$end - 2 * page_size)) $((0x$end - page_size)))" "$pid"
check "gives what lies in it" json ".maps[-1].size == $page_size"

# Colours.
status "colour when asked for" 0 ptscope maps --color=always "$pid"
check "has escapes" test "$out" != "${out//$'\e'/}"
status "no colour into a pipe" 0 ptscope maps "$pid"
check "has none" test "$out" = "${out//$'\e'/}"
status "no colour in JSON" 0 ptscope maps --json --color=always "$pid"
check "has none" test "$out" = "${out//$'\e'/}"
status "no colour on a terminal with NO_COLOR" 0 env NO_COLOR=1 script -qec "ptscope maps $pid" /dev/null
check "has none" test "$out" = "${out//$'\e'/}"
status "colour on a terminal" 0 env -u NO_COLOR TERM=xterm script -qec "ptscope maps $pid" /dev/null
check "has escapes" test "$out" != "${out//$'\e'/}"

# Wrong usage.
status "no verb" 1 ptscope
status "an unknown verb" 1 ptscope nonsense
matches "is named" "$err" "'nonsense' is no verb"
status "no PID" 1 ptscope maps
status "a PID that is no number" 1 ptscope maps 12x
matches "is named" "$err" "'12x' is no pid"
status "a negative PID" 1 ptscope maps -- -1
status "PID 0" 1 ptscope maps 0
status "a PID past all bounds" 1 ptscope maps 99999999999999999999
status "a PID larger than any" 1 ptscope maps 2147483647
matches "is refused by the kernel in words" "$err" 'no pid is as large as this'
status "an unknown column" 1 ptscope maps -o size,nonsense "$pid"
matches "is named" "$err" "no column is called 'nonsense'"
status "no column" 1 ptscope maps -o '' "$pid"
status "an unknown option" 1 ptscope maps --nonsense "$pid"
status "JSON and raw" 1 ptscope maps --json --raw "$pid"
status "a colour that is none" 1 ptscope maps --color=mauve "$pid"
status "a range backwards" 1 ptscope maps --range 2000-1000 "$pid"
status "a range that is none" 1 ptscope maps --range 2000 "$pid"
status "a range that splits a page" 1 ptscope maps --range 10001-20000 "$pid"
matches "is refused by the kernel in words" "$err" 'not a multiple of the page size'
status "a range for info" 1 ptscope info --range 1000-2000
status "an operand for info" 1 ptscope info 1
status "a full disk" 1 bash -c 'ptscope maps '"$pid"' >/dev/full'
matches "is told" "$err" 'cannot write'

# Those who may not look.
status "a kernel thread" 1 ptscope maps 2
same "in words" "$err" "ptscope: 2: a kernel thread has no address space of its own"
status "an ordinary user at another's process" 1 nobody ptscope maps "$pid"
matches "is denied in words" "$err" 'looking at another process needs CAP_SYS_PTRACE'
status "an ordinary user at itself" 0 nobody ptscope maps --json self
check "sees its own" json '.maps[-1].res > 0'
status "an ordinary user's info" 0 nobody ptscope info --json
check "says what it may not see" json '.info[0] | (.processes or .frames) | not'

# Another version of the client.
status "a client of another version" 0 "${PTSCOPE_OTHER:-ptscope-other}" maps "$pid"
matches "notes it" "$err" 'note: the module is version [0-9.]+, this client 99.0'

# The manual, the help and the completion know every verb and column.
page=$(man -l --nh --nj "$PTSCOPE_SRC/userspace/man/ptscope.8" 2>&1 | sed 's/\x1b\[[0-9]*m//g')
for verb in info maps huge; do
	matches "ptscope(8) describes $verb" "$page" "ptscope $verb"
	for column in $(ptscope "$verb" --list-columns | awk '{ print $1 }'); do
		grep -q -E "^ +([a-z, -]+, )?$column(,| )" <<<"$page" ||
			ktap_result "not ok" "ptscope(8) describes $verb's column $column"
	done
done
completes() {
	bash -c '. "$1"; COMP_WORDS=(ptscope "${@:3}"); COMP_CWORD=$(($# - 2)); _ptscope
		printf "%s\n" "${COMPREPLY[@]}" | grep -qxF -- "$2"' \
		_ "$PTSCOPE_SRC/userspace/completion/ptscope.bash" "$@" 2>/dev/null
}
check "completion of verbs" completes maps ma
check "completion of options" completes --list-columns maps --list
check "completion of columns" completes size,swap maps -o size,sw
check "completion of PIDs" completes "$pid" maps "$pid"

finish
