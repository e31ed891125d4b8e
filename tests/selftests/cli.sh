#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command: columns, output formats, options, messages, exit statuses and completion.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"
# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"

# Run a command as an unprivileged user.
nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

sleep 1000 &
pid=$!
page_size=$(getconf PAGESIZE)
# Wait for execve(): until then the process is a shell.
until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.1; done

# Tables.
status "maps: exit status 0" 0 ptscope maps "$pid"
matches "maps: default columns" "${out%%$'\n'*}" \
	'^ *START +END +PERM +SIZE +RES +PMD +SWAP +LAZY +DISK +NAME$'
matches "maps: the last row is the total" "${out##*$'\n'}" ' total$'
status "maps -o: exit status 0" 0 ptscope maps "$pid" -o name,res
matches "maps -o: columns in the given order" "${out%%$'\n'*}" '^NAME +RES$'
status "maps -o +: exit status 0" 0 ptscope maps "$pid" -o +tables,inode
matches "maps -o +: added columns are last" "${out%%$'\n'*}" ' NAME +TABLES +INODE$'
status "maps --noheadings: exit status 0" 0 ptscope maps "$pid" -n -o start
matches "maps --noheadings: no heading" "${out%%$'\n'*}" '^ *0x[0-9a-f]+$'
status "maps --raw: exit status 0" 0 ptscope maps "$pid" -r -o start,size
matches "maps --raw: one blank between cells, sizes in bytes" "${out##*$'\n'}" '^- [0-9]+$'
status "maps --bytes: exit status 0" 0 ptscope maps "$pid" -b -n -o size
check "maps --bytes: sizes have no unit" test -z "${out//[0-9 $'\n']/}"
status "maps --list-columns: exit status 0" 0 ptscope maps --list-columns
for verb in info maps huge pages walk; do
	status "$verb --help: exit status 0" 0 ptscope "$verb" --help
	matches "$verb --help: usage line" "$out" '^Usage: ptscope '
done

# JSON.
status "maps --json" 0 ptscope maps --json "$pid"
json "one object with the arrays maps and total" 'keys == ["maps", "total"]'
json "keys are the lower-case names of the default columns" \
	'.maps + .total | all(keys_unsorted == ["start","end","perm","size","res","pmd","swap","lazy","disk","special","name"])'
json "sizes are numbers, addresses are strings" \
	'.maps | length > 0 and all((.size | type) == "number" and (.start | test("^0x[0-9a-f]+$")))'
json "one total, without start and end" \
	'(.total | length) == 1 and (.total[0] | .start == null and .end == null and .name == "total")'
json "no total among the rows" '.maps | all(.start != null)'
# shellcheck disable=SC2016 # for jq to expand
json "the total is the sum of the rows" \
	'. as $all | ["size","res","pmd","swap","lazy","disk","special"] |
	 all(. as $k | ($all.maps | map(.[$k]) | add) == $all.total[0][$k])'
json "the default columns add up to the size" \
	'.maps + .total | all(.size == .res + .lazy + .disk + .swap + .special)'
status "maps --json with all columns" 0 ptscope maps --json "$pid" -o \
	"$(ptscope maps --list-columns | awk '{ printf "%s%s", sep, $1; sep = "," }')"
json "keys have underscores instead of dashes" '.maps[0] | has("soft_dirty") and has("uffd_wp")'
json "size is the sum of the states" \
	'.maps + .total | all(.size == .res + .lazy + .cached + .disk + .swap + .special)'
json "flags are arrays of the names in smaps" \
	'.maps | all(.flags | type == "array" and all(test("^([a-z]{2}|[?]{2})$"))) and any(.flags | index("mw"))'
json "res is the sum of the leaf sizes" '.maps | all(.res == .pte + .cont + .pmd + .pud)'
json "every row has the PID" ".maps | all(.pid == $pid)"
status "huge --json" 0 ptscope huge --json "$pid"
json "coverage is a number if res is not 0, otherwise null" \
	'.huge | all(if .res > 0 then (.coverage | type) == "number" else .coverage == null end)'
status "info --json" 0 ptscope info --json
json "page size" ".info[0].page_size == $page_size"
json "levels is the number of names in real" \
	'.info[0] | .levels == (.real | length)'
json "split adds up to va_bits" \
	'.info[0] | .va_bits == (.split | split(" ") | map(tonumber) | add)'
json "root has access to processes and frames" '.info[0] | .processes and .frames'

# A file whose name is not valid UTF-8: invalid bytes, a truncated sequence, an overlong
# encoding, a surrogate, a code point beyond U+10FFFF, text that looks like an escape,
# and characters that JSON must quote.
odd=$work/$'inv\xff\xfe cut\xe2\x82 long\xc0\xaf half\xed\xa0\x80 far\xf4\x90\x80\x80 \\xff \\ \xc3\xa9\xf0\x9f\x90\xa7 "\n\t\x01\x7f.'
cp "$(type -P sleep)" "$odd"
"$odd" 1000 &
odd_pid=$!
until [[ $(readlink "/proc/$odd_pid/exe") == "$odd" ]]; do sleep 0.1; done
start=$(ptscope maps -n -r -o start "$odd_pid" | head -n 1)
# Convert the escapes in a name back to bytes.
bytes() {
	perl -pe 's/\\x([0-9a-f]{2})/chr hex $1/ge'
}
for verb in maps huge walk; do
	operands=("$odd_pid")
	[[ $verb != walk ]] || operands+=("$start")
	status "$verb --json: file name of invalid UTF-8: exit status 0" 0 ptscope "$verb" --json -o name "${operands[@]}"
	check "$verb --json: file name of invalid UTF-8: the output is valid UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null <<<"$out"
	name=$(jq -j ".$verb | map(.name | values)[0]" <<<"$out" | bytes; echo /)
	same "$verb --json: file name of invalid UTF-8: all bytes of the name" "${name%/}" "$odd"
done
json "valid UTF-8 is not escaped" '.walk[-1].name | endswith("\\x5cxff \\ é🐧 \"\n\t\u0001\u007f.")'
same "table: file name of invalid UTF-8: all bytes of the name" "$(ptscope maps -n -o name "$odd_pid" | head -n 1 | bytes; echo /)" "$odd"$'\n/'
same "raw output: file name of invalid UTF-8: all bytes of the name" "$(ptscope maps -n -r -o name "$odd_pid" | head -n 1 | bytes; echo /)" "$odd"$'\n/'

# Several processes.
status "maps: several PIDs" 0 ptscope maps --json "$pid" 1
json "rows and a total of each process" \
	"[.total[].pid] == [$pid, 1] and ([.maps[].pid] | unique | sort) == ([$pid, 1] | sort)"
status "maps: one of several PIDs does not exist: exit status 1" 1 ptscope maps --json "$pid" 4000000
json "rows of the other process" '.maps | length > 1'
same "maps: one of several PIDs does not exist: error text of the kernel" "$err" \
	"ptscope: 4000000: no process has this pid"
status "maps self: exit status 0" 0 ptscope maps self
matches "maps self: the process is ptscope" "$out" '/ptscope'

# --sort, --reverse, --top and --nonzero.
status "maps --sort res" 0 ptscope maps --json --sort res "$pid"
json "descending order" '.maps | map(.res) | length > 5 and . == (sort | reverse)'
status "maps --sort name" 0 ptscope maps --json --sort name "$pid"
# shellcheck disable=SC2016 # for jq to expand
json "ascending order, empty cells last" '.maps | map(.name) | (map(values) | . == sort) and
	(. as $all | map(. == null) | . == sort)'
status "maps --sort: column that is not printed" 0 ptscope maps --json -o start --sort tables "$pid"
json "prints only the columns of --output" '.maps | length > 5 and all(keys == ["start"])'
sorted=$(ptscope maps -n -r -o start --sort res "$pid" | grep -v '^-')
status "maps --sort --reverse: exit status 0" 0 ptscope maps -n -r -o start --sort res --reverse "$pid"
same "maps --sort --reverse: the same rows" "$(grep -v '^-' <<<"$out" | sort)" "$(sort <<<"$sorted")"
status "maps --sort --top 3: exit status 0" 0 ptscope maps -n -r -o start --sort res --top 3 "$pid"
same "maps --sort --top 3: the three largest rows and the total" "$out" "$(head -n 3 <<<"$sorted")"$'\n-'
status "maps --top 2: exit status 0" 0 ptscope maps -n -r -o start --top 2 "$pid"
same "maps --top 2: the first two rows and the total" "$out" \
	"$(ptscope maps -n -r -o start "$pid" | head -n 2)"$'\n-'
json_same "maps --top: the total includes all rows" "$(ptscope maps --json -o size --top 1 "$pid")" .total \
	"$(ptscope maps --json -o size "$pid")" .total
status "maps --nonzero" 0 ptscope maps --json -o size,disk,name --nonzero "$pid"
json "only rows with an amount that is not 0" '.maps | length > 0 and all(.disk > 0)'
json_of "maps without --nonzero: rows in which the amount is 0" '.maps | any(.disk == 0)' "$(ptscope maps --json -o disk "$pid")"
status "pages --sort pages --top 5" 0 ptscope pages --json --sort pages --top 5 "$pid"
# shellcheck disable=SC2016 # for jq to expand
json_of "pages --sort pages --top 5: the five longest runs" '.[0] as $top | .[1] | map(.pages) | sort | reverse[:5] == $top' \
	"[$(jq '.pages | map(.pages)' <<<"$out"), $(ptscope pages --json -o +size "$pid" | jq .pages)]"
status "maps --sort: several PIDs: exit status 0" 0 ptscope maps -r -n --sort res -o res,name "$pid" 1
same "maps --sort: several PIDs: totals follow all rows" "$(grep -n total <<<"$out" | cut -d : -f 1 | tr '\n' ' ')" \
	"$(($(wc -l <<<"$out") - 1)) $(wc -l <<<"$out") "

# --by.
for key in name type perm; do
	status "maps --by $key" 0 ptscope maps --json --by "$key" "$pid"
	json "one row for each $key" ".maps | length > 2 and (map(.$key) | length == (unique | length))"
	# shellcheck disable=SC2016 # for jq to expand
	json "the rows add up to the total" '. as $all | ["vmas","size","res","lazy","disk"] |
		all(. as $k | ($all.maps | map(.[$k]) | add) == $all.total[0][$k])'
	json_same "maps --by $key: the total counts all VMAs" "$out" '.total[0].vmas' "$(ptscope maps --json "$pid")" '.maps | length'
done
json_of "maps --by type: file, stack and anon" '.maps | map(.type) | index("file") and index("stack") and index("anon")' \
	"$(ptscope maps --json --by type "$pid")"
status "maps --by type: table: exit status 0" 0 ptscope maps --by type "$pid"
matches "maps --by type: table: default columns" "${out%%$'\n'*}" '^TYPE +VMAS +SIZE +RES '
matches "maps --by type: table: the last row is the total" "${out##*$'\n'}" '^total +[0-9]+ '
# --name, --user and --cgroup.
status "maps --name" 0 ptscope maps --json -o pid --name sleep
json "the processes that pgrep finds" \
	"[.total[].pid] == [$(pgrep -x sleep | sort -n | paste -sd ,)] and (.maps | all(.pid))"
status "maps --name with a PID operand" 0 ptscope maps --json -o pid --name sleep 1
json "the operand and the processes that pgrep finds" \
	"[.total[].pid] == [1, $(pgrep -x sleep | sort -n | paste -sd ,)]"
status "huge --name --user" 0 ptscope huge --json --name "$(</proc/1/comm)" --user root
json "every row has the PID" '.huge | length > 0 and all(.pid)'
setpriv --reuid=65533 --regid=65534 --clear-groups sleep 1000 &
other_user=$!
until [[ $(</proc/$other_user/comm) == sleep ]]; do sleep 0.1; done
status "maps --user" 0 ptscope maps --json --user 65533
json "only the process of the user" "[.total[].pid] == [$other_user] and (.maps | length > 0)"
status "maps --user --name: no process matches: exit status 1" 1 ptscope maps --user 65533 --name bash
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null
if mkdir -p /sys/fs/cgroup/ptscope-cli/below 2>/dev/null &&
	[[ -e /sys/fs/cgroup/ptscope-cli/cgroup.procs ]]; then
	echo "$other_user" >/sys/fs/cgroup/ptscope-cli/below/cgroup.procs
	for path in /ptscope-cli ptscope-cli/below/ /sys/fs/cgroup/ptscope-cli; do
		status "maps --cgroup $path" 0 ptscope maps --json --cgroup "$path"
		json "processes in the cgroup and its descendants" "[.total[].pid] == [$other_user]"
	done
	kill "$other_user"
	wait "$other_user" 2>/dev/null
	status "maps --cgroup: empty cgroup: exit status 1" 1 ptscope maps --cgroup /ptscope-cli
	same "maps --cgroup: empty cgroup: error text" "$err" "ptscope: no process matches"
	rmdir /sys/fs/cgroup/ptscope-cli/below /sys/fs/cgroup/ptscope-cli
else
	skip "maps --cgroup" "there is no cgroup v2 here"
	kill "$other_user"
fi

# The column special, which tables omit if it is 0 in all rows.
status "maps: no special entries: exit status 0" 0 ptscope maps "$pid"
same "maps: no special entries: no column SPECIAL" "$(grep -c SPECIAL <<<"${out%%$'\n'*}")" 0
status "maps -o +special: no special entries: exit status 0" 0 ptscope maps -o +special "$pid"
matches "maps -o +special: no special entries: column SPECIAL" "${out%%$'\n'*}" SPECIAL
json_of "maps --json: no special entries: key special" '.maps | all(.special == 0)' "$(ptscope maps --json "$pid")"
start_layout uffd_wp
special_pid=$!
if await_layout uffd_wp && ptscope maps --json "$special_pid" | jq -e '.total[0].special > 0' >/dev/null; then
	status "maps: special entries: exit status 0" 0 ptscope maps "$special_pid"
	matches "maps: special entries: column SPECIAL" "${out%%$'\n'*}" ' DISK +SPECIAL +NAME$'
else
	skip "maps: special entries" "there is none here: ${why:-}"
fi
kill "$special_pid" 2>/dev/null

# Width of the terminal. At 80 columns, the path of libc is shortened.
on_terminal() {
	LC_ALL=C.UTF-8 script -qec "stty cols $1; ptscope maps --color=never $2" /dev/null | tr -d '\r'
}
status "terminal of 80 columns: exit status 0" 0 on_terminal 80 "$pid"
check "terminal of 80 columns: no longer line" test "$(LC_ALL=C.UTF-8 wc -L <<<"$out")" -le 80
matches "terminal of 80 columns: names are shortened in the middle" "$out" '/usr…|/u[^ ]*…[^ ]*\.so'
matches "terminal of 80 columns: all default columns" "${out%%$'\n'*}" 'START.*END PERM SIZE.*DISK NAME'
status "terminal of 250 columns: exit status 0" 0 on_terminal 250 "$pid"
same "terminal of 250 columns: no name is shortened" "$(grep -c … <<<"$out")" 0

# Many rows: the first row is printed at once, and memory does not grow.
# 65,536 pages, with an untouched one behind each.
many=$((65536 * 2 * page_size))
coproc MANY { exec "$PTSCOPE_TESTS/bench/target" spread $many $many $((2 * page_size)); }
# shellcheck disable=SC2153 # coproc sets it
many_pid=$MANY_PID
while read -r -u "${MANY[0]}" line && [[ $line != ready ]]; do :; done
for format in -r --json; do
	check "pages $format: memory does not grow with the number of rows" bash -c \
		'ulimit -v 32768; ptscope pages '$format' '"$many_pid"' >/dev/null'
	# Time in ms to the first row and to the last row.
	begun=${EPOCHREALTIME/[.,]/}
	exec {rows}< <(exec ptscope pages "$format" "$many_pid")
	read -r -u "$rows" _
	read -r -u "$rows" first
	first_ms=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
	number=$(wc -l <&"$rows")
	exec {rows}<&-
	last_ms=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
	matches "pages $format: the first row is a run" "$first" 0x
	check "pages $format: more than 100000 rows" test "$number" -gt 100000
	echo "# first row after $first_ms ms, last row after $last_ms ms"
	check "pages $format: the first row takes less than a third of the total time" test $((first_ms * 3)) -lt "$last_ms"
done
check "pages --sort --top: memory does not grow with the number of rows" bash -c \
	'ulimit -v 32768; ptscope pages --sort frame --top 10 '"$many_pid"' >/dev/null'
# shellcheck disable=SC2016 # for the other shell to expand
check "pages: table: memory does not grow with the number of rows" bash -c \
	'ulimit -v 32768; ptscope pages -o start "$1" >"$2"' _ "$many_pid" "$work/table"
# The first chunk sets the widths of the columns; later chunks are printed in full.
same "pages: table: all rows, one heading" \
	"$(tr -d ' ' <"$work/table" | cksum)" "$(ptscope pages -r -o start "$many_pid" | cksum)"
# The process exits during the dump: the rows that were read are printed.
exec {rows}< <(ptscope pages --json "$many_pid" 2>"$work/error"; echo $? >"$work/status")
read -r -u "$rows" first
kill -9 "$many_pid"
out=$first$'\n'$(cat <&"$rows")
exec {rows}<&-
same "pages --json: the process exits during the dump: exit status 1" "$(<"$work/status")" 1
matches "pages --json: the process exits during the dump: error text" "$(<"$work/error")" "^ptscope: $many_pid: "
json_of "pages --json: the process exits during the dump: valid JSON of the rows read" \
	'.pages | length > 100 and all(.start and .end)' "$out"

# --range.
read -r start end <<<"$(awk '/\[stack\]/ { split($1, a, "-"); print a[1], a[2] }' "/proc/$pid/maps")"
status "maps --range" 0 ptscope maps --json --range "$start-$end" "$pid"
json "only the VMA in the range" '.maps | length == 1 and .[0].name == "[stack]"'
status "maps --range: part of a VMA" 0 ptscope maps --json \
	--range "$(printf '%x-%x' $((0x$end - 2 * page_size)) $((0x$end - page_size)))" "$pid"
json "only the part in the range" ".total[0].size == $page_size"

# Pages.
stack_page=$(printf '%x' $((0x$end - page_size)))
status "pages: exit status 0" 0 ptscope pages "$pid"
matches "pages: default columns" "${out%%$'\n'*}" \
	'^ *START +END +PAGES +STATE +LEAF +FRAME +SWAPDEV +SLOT +FLAGS$'
status "pages --json" 0 ptscope pages --json -o +size,phys,level,node,order,folio "$pid"
json "one object with the array pages" 'keys == ["pages"]'
json "size is the number of pages times the page size" \
	".pages | all((.pages | type) == \"number\" and .size == .pages * $page_size)"
json "resident runs, and no others, have a leaf and a frame" \
	'.pages | all((.state == "res") == (.leaf != null) and (.state == "res") == (.frame != null))'
json "runs with a frame, and no others, have a physical address" \
	".pages | all(if .frame == null then .phys == null else (.phys | test(\"^0x[0-9a-f]+\$\")) end)"
resident=$(jq '[.pages[] | select(.state == "res") | .size] | add' <<<"$out")
json_of "pages: as many resident bytes as maps reports" ".total[0].res == $resident" \
	"$(ptscope maps --json "$pid")"
status "pages --state" 0 ptscope pages --json --state lazy "$pid"
json "only runs in the state" '.pages | length > 0 and all(.state == "lazy")'
status "pages --flags" 0 ptscope pages --json --flags write,^exec "$pid"
json "only runs with the flag and without the inverted flag" '.pages | length > 0 and all(.flags | index("write") and (index("exec") | not))'
status "pages --any" 0 ptscope pages --json --any exec,write "$pid"
json "only runs with one of the flags" '.pages | length > 0 and all(.flags | index("write") or index("exec"))'
status "pages --json without --detail" 0 ptscope pages --json -o start,state,flags "$pid"
coarse=$(jq '.pages | length' <<<"$out")
status "pages --detail: all details" 0 ptscope pages --json -o start,state,flags \
	--detail frame,age,soft-dirty,node,folio "$pid"
json "more runs than without --detail" ".pages | length > $coarse"
json "flags include the requested ones" '[.pages[].flags // []] | any(index("young"))'
status "pages ADDR" 0 ptscope pages --json "$pid" "$stack_page"
json "one run of this page" ".pages | length == 1 and .[0].pages == 1 and .[0].start == \"0x$stack_page\""
status "pages ADDR: address inside a page" 0 ptscope pages --json "$pid" "${stack_page%0}8"
json "the run of this page" ".pages[0].start == \"0x$stack_page\""
status "pages START-END" 0 ptscope pages --json "$pid" "$start-$end"
json "runs of the whole range" "[.pages[].pages] | add == $(((0x$end - 0x$start) / page_size))"
status "pages --summary" 0 ptscope pages --json --summary "$pid"
json "runs of frames contain all resident bytes" \
	"[.pages[].run_bytes] | add == $resident"
json "folios contain all resident bytes" "[.pages[] | .anon + .file] | add >= $resident * 0.9"

# No rows. The first page is never mapped; a decimal address may be a mistaken PID.
status "pages ADDR: not mapped: exit status 1" 1 ptscope pages "$pid" 0x249
same "pages ADDR: not mapped: error text" "$err" "ptscope: 0x249: nothing is mapped there"
status "pages ADDR: decimal and not mapped: exit status 1" 1 ptscope pages "$pid" 249
same "pages ADDR: decimal and not mapped: error text mentions PIDs" "$err" \
	"ptscope: 0x249: nothing is mapped there; pages takes one PID"
status "pages START-END: not mapped" 1 ptscope pages --json "$pid" "0-$(printf %x "$page_size")"
same "pages START-END: not mapped: error text" "$err" "ptscope: 0x0-$(printf 0x%x "$page_size"): nothing is mapped there"
json "no rows" '.pages == []'
status "pages --state ADDR: not mapped: exit status 1" 1 ptscope pages --state res "$pid" 0
matches "pages --state ADDR: not mapped: error text" "$err" '^ptscope: 0x0: nothing is mapped there'
status "pages --summary ADDR: not mapped: exit status 1" 1 ptscope pages --summary "$pid" 0
matches "pages --summary ADDR: not mapped: error text" "$err" '^ptscope: 0x0: nothing is mapped there'
status "pages --state: no match: exit status 0" 0 ptscope pages --state poison "$pid"
same "pages --state: no match: note" "$err" "ptscope: $pid: note: no page matches"
status "pages --state ADDR: no match: exit status 0" 0 ptscope pages --state poison "$pid" "$stack_page"
same "pages --state ADDR: no match: note" "$err" "ptscope: $pid: note: no page matches"
status "pages --state ADDR: match: exit status 0" 0 ptscope pages --state res "$pid" "$stack_page"
same "pages --state ADDR: match: no note" "$err" ""
status "pages --state cached without --cache: exit status 0" 0 ptscope pages --state cached "$pid"
same "pages --state cached without --cache: note" "$err" \
	"ptscope: $pid: note: no page matches; cached pages are reported only with --cache"
status "pages --summary --state: no match: exit status 0" 0 ptscope pages --summary --state lazy "$pid"
same "pages --summary --state: no match: note" "$err" "ptscope: $pid: note: no page that matches is in RAM"
for verb in maps huge pages; do
	status "$verb --range: not mapped: exit status 0" 0 ptscope "$verb" \
		--range "0-$(printf %x "$page_size")" "$pid"
	same "$verb --range: not mapped: note" "$err" \
		"ptscope: $pid: note: nothing is mapped in 0x0-$(printf 0x%x "$page_size")"
done

# Walks.
levels=$(ptscope info --json | jq '.info[0].levels')
status "walk: exit status 0" 0 ptscope walk "$pid" "$stack_page"
matches "walk: default columns" "${out%%$'\n'*}" \
	'^ *ADDR +LEVEL +INDEX +TABLE +ENTRY +FLAGS +STATE +LEAF +PHYS +TOUCH$'
status "walk --json" 0 ptscope walk --json -o +bits,covers,touch-write,folio,name "$pid" "$stack_page"
json "from the PGD to the leaf" '.walk[0].level == "pgd" and .walk[-1].level == "pte"'
json "one row for each level, with folded levels" \
	".walk | length == 5 and (map(select(.flags != [\"folded\"])) | length == $levels)"
# shellcheck disable=SC2016 # for jq to expand
json "only the last row has a state and a leaf" \
	'.walk[-1] as $l | (.walk[:-1] | all(.state == null)) and $l.state == "res" and $l.leaf == "pte"'
# shellcheck disable=SC2016 # for jq to expand
json "the indices are the bits of the address" \
	'def hex: ltrimstr("0x") | explode | reduce .[] as $c (0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
	 [.walk[] | .index * .covers] | add == ('"\"$stack_page\""' | hex)'
json_same "walk: the same physical address as pages" \
	"$(ptscope pages --json -o phys "$pid" "$stack_page")" '.pages[0].phys' \
	"$out" '.walk[-1].phys'
json_same "walk: the same process, node and order as pages" \
	"$(ptscope pages --json -o pid,node,order "$pid" "$stack_page")" '.pages[0]' \
	"$(ptscope walk --json -o pid,node,order "$pid" "$stack_page")" '.walk[-1]'
json "no effect of a read or a write" '.walk[-1] | .touch == "nothing" and .touch_write == "nothing"'
status "walk: several addresses" 0 ptscope walk --json "$pid" "$stack_page" "$start" 1000
json "one result for each address" '[.walk[] | select(.state != null) | .state] | . == ["res", "lazy", "unmapped"]'
json "effect of a read without a VMA" '.walk[-1] | .touch == "SIGSEGV (nothing mapped)" and .level == null'
status "walk: address inside a page" 0 ptscope walk --json "$pid" "${stack_page%00}88"
json "the physical address includes the offset" '.walk[-1].phys | endswith("88")'

# The page cache.
status "maps --cache: exit status 0" 0 ptscope maps --cache "$pid"
matches "maps --cache: column CACHED" "${out%%$'\n'*}" ' LAZY +CACHED +DISK +NAME$'
matches "maps --cache: last line on the effect of touching all pages" "${out##*$'\n'}" \
	"^$pid: touching the other pages costs .* zero-fill, .* minor faults, .* file reads, .* swap-in\$"
status "maps --cache --json" 0 ptscope maps --cache --json -o size,res,lazy,cached,disk,swap,special "$pid"
json "size is the sum of the states" '.maps | all(.size == .res + .lazy + .cached + .disk + .swap + .special)'
json "cached is not 0" '.total[0].cached > 0'
json "no text after the object" '.total[0].size > 0'
# Use the code of libc: holes between the segments of a library are PROT_NONE.
code=$(awk '/ r-xp .*\/libc\.so/ { print $1 }' "/proc/$pid/maps")
status "pages --cache --state cached" 0 ptscope pages --cache --json --state cached "$pid" "$code"
json "cached pages have no frame" '.pages | length > 0 and all(.frame == null)'
# Use the first run: a library may have a PROT_NONE hole after it.
cached=$(jq -r '.pages[0].start' <<<"$out")
status "walk --cache: cached page" 0 ptscope walk --cache --json "$pid" "$cached"
json "state cached, effect minor fault" '.walk[-1] | .state == "cached" and .touch == "minor fault"'
status "walk without --cache: cached page" 0 ptscope walk --json "$pid" "$cached"
json "state disk or lazy" \
	'.walk[-1] | .state == "disk" and .touch == "file read or minor fault" or .state == "lazy"'
status "maps without --cache" 0 ptscope maps --json -o cached,disk "$pid"
json "cached is null" '.maps | all(.cached == null and .disk != null)'

# Names of the processor's bits.
status "walk: page of code" 0 ptscope walk --json "$pid" \
	"$(awk '/ r-xp .*\/sleep$/ { split($1, a, "-"); print a[1] }' "/proc/$pid/maps")"
case $(uname -m) in
x86_64) bits='["P", "US", "A"]' data=XD ;;
aarch64) bits='["VALID", "USER", "RDONLY", "AF", "nG", "PXN"]' data=UXN ;;
riscv64) bits='["V", "R", "X", "U"]' data=W ;;
esac
json "bits of this processor" ".walk[-1].flags | contains($bits)"
json "flags of the kernel after the bits" '.walk[-1].flags | contains(["user", "exec"])'
json_of "walk: page of data: bits of this processor" ".walk[-1].flags | index(\"$data\")" \
	"$(ptscope walk --json "$pid" "$stack_page")"
json_of "walk -o bits: no flags of the kernel" \
	".walk[-1].bits | index(\"$data\") and (index(\"user\") | not)" \
	"$(ptscope walk --json -o bits "$pid" "$stack_page")"
# An entry contains the frame number of the next table as hexadecimal digits.
if [[ $(uname -m) == x86_64 ]]; then
	# shellcheck disable=SC2016 # for jq to expand
	json_of "walk: an entry contains the frame number of the next table" '[.walk[] | select(.table)] |
		[.[:-1], .[1:]] | transpose | length > 2 and all((.[0].entry | ltrimstr("0x")) as $entry |
			.[1].table | ltrimstr("0x") as $table | $entry | contains($table))' \
		"$(ptscope walk --json "$pid" "$stack_page")"
fi

# Colours.
status "--color=always: pipe: exit status 0" 0 ptscope maps --color=always "$pid"
check "--color=always: pipe: colours" test "$out" != "${out//$'\e'/}"
status "pipe: exit status 0" 0 ptscope maps "$pid"
check "pipe: no colours" test "$out" = "${out//$'\e'/}"
status "--json --color=always: exit status 0" 0 ptscope maps --json --color=always "$pid"
check "--json --color=always: no colours" test "$out" = "${out//$'\e'/}"
status "terminal, NO_COLOR=1: exit status 0" 0 env NO_COLOR=1 script -qec "ptscope maps $pid" /dev/null
check "terminal, NO_COLOR=1: no colours" test "$out" = "${out//$'\e'/}"
status "terminal: exit status 0" 0 env -u NO_COLOR TERM=xterm script -qec "ptscope maps $pid" /dev/null
check "terminal: colours" test "$out" != "${out//$'\e'/}"

for term in TERM=dumb TERM= -uTERM; do
	status "terminal, $term: exit status 0" 0 env -u NO_COLOR "$term" \
		script -qec "ptscope maps $pid" /dev/null
	check "terminal, $term: no colours" test "$out" = "${out//$'\e'/}"
done
status "terminal, TERM=dumb, --color: exit status 0" 0 env TERM=dumb \
	script -qec "ptscope maps --color $pid" /dev/null
check "terminal, TERM=dumb, --color: colours" test "$out" != "${out//$'\e'/}"

# Usage errors.
status "no verb: exit status 1" 1 ptscope
status "unknown verb: exit status 1" 1 ptscope nonsense
matches "unknown verb: error text" "$err" "unknown verb: 'nonsense'"
status "maps: no PID: exit status 1" 1 ptscope maps
status "maps: PID that is not a number: exit status 1" 1 ptscope maps 12x
matches "maps: PID that is not a number: error text" "$err" "^ptscope: invalid PID: '12x'\$"
status "maps: negative PID: exit status 1" 1 ptscope maps -- -1
status "maps: PID 0: exit status 1" 1 ptscope maps 0
status "maps: PID that overflows: exit status 1" 1 ptscope maps 99999999999999999999
status "maps: PID above the limit of the kernel: exit status 1" 1 ptscope maps 2147483647
matches "maps: PID above the limit of the kernel: error text" "$err" 'the pid is too large'
status "maps -o: unknown column: exit status 1" 1 ptscope maps -o size,nonsense "$pid"
matches "maps -o: unknown column: error text" "$err" "unknown column: 'nonsense'"
status "maps -o: empty list: exit status 1" 1 ptscope maps -o '' "$pid"
for option in --nonsense --json=yes --range -o -x; do
	status "maps $option: invalid option or argument: exit status 1" 1 \
		ptscope maps "$pid" "$option"
	option=${option%%=*}
	matches "maps $option: invalid option or argument: error text" "$err" "^ptscope: .*${option##*-}"
done
status "maps --json --raw: exit status 1" 1 ptscope maps --json --raw "$pid"
status "maps --color: invalid argument: exit status 1" 1 ptscope maps --color=mauve "$pid"
status "maps --range: end before start: exit status 1" 1 ptscope maps --range 2000-1000 "$pid"
status "maps --range: no end: exit status 1" 1 ptscope maps --range 2000 "$pid"
status "maps --range: not page-aligned: exit status 1" 1 ptscope maps --range 10001-20000 "$pid"
matches "maps --range: not page-aligned: error text" "$err" \
	'^ptscope: 0x10001-0x20000: not a multiple of the page size, 0x[0-9a-f]+$'
status "maps --range: not page-aligned, several PIDs: exit status 1" 1 ptscope maps --range 10001-20000 "$pid" 1
same "maps --range: not page-aligned, several PIDs: one error" "$(wc -l <<<"$err")" 1
status "pages START-END: not page-aligned: exit status 1" 1 ptscope pages "$pid" 10001-20000
matches "pages START-END: not page-aligned: error text" "$err" 'not a multiple of the page size'
status "pages: no PID: exit status 1" 1 ptscope pages
status "pages: three operands: exit status 1" 1 ptscope pages 1 2 3
status "pages: invalid address: exit status 1" 1 ptscope pages "$pid" nonsense
matches "pages: invalid address: error text" "$err" "invalid address or range: 'nonsense'"
status "pages START-END: end before start: exit status 1" 1 ptscope pages "$pid" 2000-1000
status "pages --state: unknown state: exit status 1" 1 ptscope pages --state nowhere "$pid"
matches "pages --state: unknown state: error text" "$err" "unknown state: 'nowhere'"
status "pages --flags: unknown flag: exit status 1" 1 ptscope pages --flags write,shiny "$pid"
matches "pages --flags: unknown flag: error text" "$err" "unknown flag: 'shiny'"
status "pages --detail: empty list: exit status 1" 1 ptscope pages --detail '' "$pid"
status "maps --state: exit status 1" 1 ptscope maps --state res "$pid"
matches "maps --state: error text" "$err" '^ptscope: --state is not supported by maps'
status "info --cache: exit status 1" 1 ptscope info --cache
matches "info --cache: error text" "$err" '^ptscope: --cache is not supported by info'
status "walk --summary: exit status 1" 1 ptscope walk --summary "$pid" 0
matches "walk --summary: error text" "$err" '^ptscope: --summary is not supported by walk'
status "pages --name: exit status 1" 1 ptscope pages --name sleep
matches "pages --name: error text" "$err" '^ptscope: --name is not supported by pages'
status "verb without its last letter: exit status 1" 1 ptscope map "$pid"
matches "verb without its last letter: suggestion" "$err" "unknown verb: 'map'; did you mean maps\?"
status "verb with swapped letters: exit status 1" 1 ptscope pgaes "$pid"
matches "verb with swapped letters: suggestion" "$err" 'did you mean pages\?'
status "maps: process name instead of a PID: exit status 1" 1 ptscope maps redis
matches "maps: process name instead of a PID: error text mentions --name" "$err" \
	"^ptscope: invalid PID: 'redis'; select processes by name with --name\$"
status "help maps: exit status 0" 0 ptscope help maps
same "help maps: the same as maps --help" "$out" "$(ptscope maps --help)"
status "help: unknown verb: exit status 1" 1 ptscope help nonsense
status "help: exit status 0" 0 ptscope help
same "help: the same as --help" "$out" "$(ptscope --help)"
status "maps --top 0: exit status 1" 1 ptscope maps --top 0 "$pid"
status "maps --top: not a number: exit status 1" 1 ptscope maps --top 5x "$pid"
status "maps --sort: unknown column: exit status 1" 1 ptscope maps --sort nonsense "$pid"
matches "maps --sort: unknown column: error text" "$err" "unknown column: 'nonsense'"
status "maps --by: unknown key: exit status 1" 1 ptscope maps --by inode "$pid"
status "huge --by: exit status 1" 1 ptscope huge --by name "$pid"
status "pages --nonzero without an amount: exit status 1" 1 ptscope pages --nonzero "$pid"
status "maps --user: unknown user: exit status 1" 1 ptscope maps --user nonsense
matches "maps --user: unknown user: error text" "$err" "no such user: 'nonsense'"
status "maps --cgroup: unknown cgroup: exit status 1" 1 ptscope maps --cgroup /nonsense
matches "maps --cgroup: unknown cgroup: error text" "$err" "no such cgroup: '/nonsense'"
status "maps --name: no process matches: exit status 1" 1 ptscope maps --name nonsense
same "maps --name: no process matches: error text" "$err" "ptscope: no process matches"
status "walk: no PID: exit status 1" 1 ptscope walk
status "walk: no address: exit status 1" 1 ptscope walk "$pid"
status "walk: invalid address: exit status 1" 1 ptscope walk "$pid" xyz
matches "walk: invalid address: error text" "$err" "invalid address: 'xyz'"
status "walk: address that overflows: exit status 1" 1 ptscope walk "$pid" 10000000000000000
status "info --range: exit status 1" 1 ptscope info --range 1000-2000
status "info: operand: exit status 1" 1 ptscope info 1
status "maps: full disk: exit status 1" 1 bash -c 'ptscope maps '"$pid"' >/dev/full'
same "maps: full disk: one error" "$err" 'ptscope: cannot write: No space left on device'
for format in -r --json; do
	status "maps $format: full disk: exit status 1" 1 bash -c "ptscope maps $format $pid >/dev/full"
	same "maps $format: full disk: one error" "$err" 'ptscope: cannot write: No space left on device'
done

# Kernel threads and missing capabilities.
status "maps: kernel thread: exit status 1" 1 ptscope maps 2
same "maps: kernel thread: error text" "$err" "ptscope: 2: a kernel thread has no address space of its own"
# kthreadd and its children.
mapfile -t kthreads < <(echo 2; pgrep -P 2 | head -n 20)
status "maps: kernel threads and another process" 0 ptscope maps --json "${kthreads[@]}" "$pid"
same "maps: kernel threads and another process: one note with their number" "$err" \
	"ptscope: note: kernel threads have no address space; skipped: ${#kthreads[@]}"
json "rows of the other process" ".maps | length > 1 and all(.pid == $pid)"
status "huge: kernel threads and an unknown PID: exit status 1" 1 ptscope huge "${kthreads[@]}" "$pid" 4000000
same "huge: kernel threads and an unknown PID: one error and one note" "$(cut -c -22 <<<"$err")" \
	$'ptscope: 4000000: no p\nptscope: note: kernel '
status "maps: only kernel threads: exit status 1" 1 ptscope maps "${kthreads[@]}"
same "maps: only kernel threads: one error" "$err" \
	"ptscope: all selected processes are kernel threads, which have no address space"
status "maps: another user's process, without CAP_SYS_PTRACE: exit status 1" 1 nobody ptscope maps "$pid"
matches "maps: another user's process, without CAP_SYS_PTRACE: error text" "$err" 'reading another process needs CAP_SYS_PTRACE'
matches "maps: another user's process, without CAP_SYS_PTRACE: error text mentions sudo" "$err" '; try sudo$'
status "maps: root without CAP_SYS_PTRACE: exit status 1" 1 setpriv --bounding-set -sys_ptrace ptscope maps "$pid"
matches "maps: root without CAP_SYS_PTRACE: error text" "$err" 'reading another process needs CAP_SYS_PTRACE'
same "maps: root without CAP_SYS_PTRACE: error text does not mention sudo" "$(grep -c sudo <<<"$err")" 0
setpriv --reuid=65534 --regid=65534 --clear-groups sleep 1000 &
sibling=$!
until [[ $(</proc/$sibling/comm) == sleep ]]; do sleep 0.1; done
status "smaps of the same user's process: exit status 0" 0 nobody head -n 1 "/proc/$sibling/smaps"
status "maps: the same user's process, without CAP_SYS_PTRACE: exit status 1" 1 nobody ptscope maps "$sibling"
matches "maps: the same user's process, without CAP_SYS_PTRACE: error text" "$err" \
	'reading another process needs CAP_SYS_PTRACE'
status "unprivileged: maps self" 0 nobody ptscope maps --json self
json "res is not 0" '.total[0].res > 0'
status "unprivileged: pages self" 0 nobody ptscope pages --json self
json "no frames" '.pages | length > 0 and all(.frame == null)'
matches "unprivileged: pages self: note" "$err" 'hidden: seeing them needs CAP_SYS_ADMIN'
status "unprivileged: pages self: node, order and folio" 0 nobody ptscope pages --json -o state,node,order,folio self
json "node is known, order is null" \
	'[.pages[] | select(.state == "res")] | length > 0 and any(.node == 0) and all(.order == null)'
json "only the properties that pagemap reports" \
	'[.pages[].folio | select(.)[]] | unique - ["anon", "shared", "exclusive", "mlocked"] == []'
status "unprivileged: maps -o anon,exclusive,nodes self: exit status 0" 0 nobody ptscope maps -o anon,exclusive,nodes self
same "unprivileged: maps -o anon,exclusive,nodes self: no note" "$err" ""
status "unprivileged: maps --cache --json self" 0 nobody ptscope maps --cache --json -o cached,disk self
json "cached is null" '.maps | all(.cached == null) and any(.disk > 0)'
matches "unprivileged: maps --cache --json self: note" "$err" 'hidden: seeing them needs CAP_SYS_ADMIN'
status "unprivileged: maps --cache self: exit status 0" 0 nobody ptscope maps --cache self
matches "unprivileged: maps --cache self: last line without the page cache" "${out##*$'\n'}" \
	'^[0-9]+: touching the other pages costs .* swap-in, .* file reads or minor faults, .* zero-fill or minor faults: the page cache is hidden$'
status "unprivileged: maps --cache -o cached self: exit status 0" 0 nobody ptscope maps --cache -n -o cached,name self
check "unprivileged: maps --cache -o cached self: the total is empty" grep -qE '^ *total$' <<<"$out"
status "unprivileged: pages --summary --cache self" 0 nobody ptscope pages --json --summary --cache self
json "runs are null" \
	'.pages | length > 0 and all(.runs == null and .run_bytes == null)'
json "orders of folios are null" \
	'.pages | all(.order == null and .size == null and .anon_aligned == null)'
json "anonymous and other folios are counted" '[.pages[] | .anon + .file] | add > 0'
matches "unprivileged: pages --summary --cache self: note" "$err" 'hidden: seeing them needs CAP_SYS_ADMIN'
status "unprivileged: pages -o frame,phys,swapdev,slot self" 0 nobody ptscope pages --json -o frame,phys,swapdev,slot self
json "all cells are null" '.pages | all(.[] == null)'
status "pages: another user's process, without CAP_SYS_PTRACE: exit status 1" 1 nobody ptscope pages "$pid"
# Without address randomisation, the next process has the same addresses.
# shellcheck disable=SC2016 # for the other shell to expand
status "unprivileged: walk self" 0 nobody setarch -R bash -c \
	'exec ptscope walk --json self "$(ptscope maps -n -r -o start self | head -n 1)"'
json "the page is resident" '.walk[-1].state == "res"'
json "no frame of a table or a page" '.walk | all(.table == null and .phys == null and .entry == null)'
matches "unprivileged: walk self: note" "$err" 'hidden: seeing them needs CAP_SYS_ADMIN'
status "walk: another user's process, without CAP_SYS_PTRACE: exit status 1" 1 nobody ptscope walk "$pid" "$stack_page"
status "unprivileged: info --json" 0 nobody ptscope info --json
json "no access to processes and frames" '.info[0] | (.processes or .frames) | not'

# A command of another version than the module.
status "command of another version: exit status 0" 0 "${PTSCOPE_OTHER:-ptscope-other}" maps "$pid"
matches "command of another version: note" "$err" 'note: the module is version [0-9.]+, this client 99.0'

# The manual page and the completion cover all verbs, columns and options.
manual=$PTSCOPE_SRC/userspace/man/ptscope.8
page=$(man -l --nh --nj "$manual" 2>&1 | sed 's/\x1b\[[0-9]*m//g')
# The columns in the first table of the section of a verb. Tables of other verbs may have
# a column with the same name.
described() {
	awk -v verb="$1" '
		/^\.S[SH]/ { inside = $0 ~ "^.SS ptscope " verb "( |$)"; tables = 0 }
		/^\.TS/ { tables++; table = 1; next }
		/^\.TE/ { table = 0 }
		inside && tables == 1 && table && /^[a-z\\-]+\|/ {
			sub(/\|.*/, "")
			gsub(/\\-/, "-")
			print
		}' "$manual" | sort
}
# Options in the help of a verb that have no paragraph in the manual page.
undescribed() {
	ptscope "$1" --help | grep -o -e '^ *\(-[a-z], \)\?--[a-z-]*' | grep -o -e '--[a-z-]*' |
		while read -r option; do
			grep -qE -e "^\.B[IR]? .*${option//-/\\\\-}([ \"]|$)" "$manual" || echo "$option"
		done
}
for verb in info maps huge pages walk; do
	matches "ptscope(8): $verb" "$page" "ptscope $verb"
	columns=$(ptscope "$verb" --list-columns | awk '{ print $1 }' | sort)
	same "ptscope(8): $verb: all columns, and no others" "$(described "$verb")" "$columns"
	check "$verb --list-columns: not empty" test "$columns"
	same "ptscope(8): $verb: all options" "$(undescribed "$verb")" ""
done
filter=$(sed -n "s/.*maps .*--json.* jq '\(.*\)'/\1/p" <<<"$page")
same "ptscope(8): the example for jq does not print totals" "$(jq -c "$filter" <<<'{ "maps": [
	{ "start": "0x1000", "swap": 4096, "name": "/a" },
	{ "start": "0x2000", "swap": 0, "name": "/b" } ],
	"total": [ { "start": null, "swap": 4096, "name": "total" } ] }')" '"/a"'
completes() {
	bash -c '. "$1"; COMP_WORDS=(ptscope "${@:3}"); COMP_CWORD=$(($# - 2)); _ptscope
		printf "%s\n" "${COMPREPLY[@]}" | grep -qxF -- "$2"' \
		_ "$PTSCOPE_SRC/userspace/completion/ptscope.bash" "$@" 2>/dev/null
}
check "completion: verbs" completes maps ma
check "completion: options" completes --list-columns maps --list
check "completion: columns" completes size,swap maps -o size,sw
check "completion: states" completes lazy,swap pages --state lazy,sw
check "completion: flags" completes hugetlb pages --flags hug
check "completion: PIDs" completes "$pid" maps "$pid"
check "completion: inverted flags" completes write,^exec pages --flags write,^ex
check "completion: details" completes age,node pages --detail age,no
check "completion: columns after +" completes +size,swap maps -o +size,sw
check "completion: columns of --sort" completes swap maps --sort sw
check "completion: columns of --summary" completes run-bytes pages --summary --sort run
check "completion: keys of --by" completes type maps --by t
check "completion: users" completes root maps --user roo
check "completion: process names" completes sleep maps --name sle
check "completion: arguments of --color" completes always maps --color = al
check "completion: verbs of help" completes walk help wa
# Each option with an argument has a case in _ptscope_values.
for verb in info maps huge pages walk; do
	for option in $(ptscope "$verb" --help | sed -n 's/^ *\(-., \)\?\(--[a-z-]*\) [A-Z].*/\2/p'); do
		# shellcheck disable=SC2016 # for the other shell to expand
		check "completion: $verb $option has values or is known to have none" bash -c '. "$1"; COMP_WORDS=(ptscope "$2" "$3" "")
			COMP_CWORD=3 cur=; _ptscope_values "$3"' \
			_ "$PTSCOPE_SRC/userspace/completion/ptscope.bash" "$verb" "$option"
	done
done

finish
