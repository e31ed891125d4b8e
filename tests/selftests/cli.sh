#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command as people and scripts use it: columns, JSON, colours, statuses.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"
# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"

# As somebody who may do nothing.
nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

sleep 1000 &
pid=$!
page_size=$(getconf PAGESIZE)
# Until it has become sleep, it is a shell that is about to.
until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.1; done

# Tables.
status "maps of a process" 0 ptscope maps "$pid"
matches "default columns stand in their order" "${out%%$'\n'*}" \
	'^ *START +END +PERM +SIZE +RES +PMD +SWAP +LAZY +DISK +NAME$'
matches "the last row is the total" "${out##*$'\n'}" ' total$'
status "named columns" 0 ptscope maps "$pid" -o name,res
matches "are printed in the order named" "${out%%$'\n'*}" '^NAME +RES$'
status "added columns" 0 ptscope maps "$pid" -o +tables,inode
matches "come last" "${out%%$'\n'*}" ' NAME +TABLES +INODE$'
status "no headings" 0 ptscope maps "$pid" -n -o start
matches "means none" "${out%%$'\n'*}" '^ *0x[0-9a-f]+$'
status "raw" 0 ptscope maps "$pid" -r -o start,size
matches "has one blank between exact cells" "${out##*$'\n'}" '^- [0-9]+$'
status "bytes" 0 ptscope maps "$pid" -b -n -o size
check "have no units" test -z "${out//[0-9 $'\n']/}"
status "columns can be listed" 0 ptscope maps --list-columns
for verb in info maps huge pages walk; do
	status "$verb --help" 0 ptscope "$verb" --help
	matches "$verb --help says what may follow" "$out" '^Usage: ptscope '
done

# JSON, and what it says against what the table says.
status "maps --json" 0 ptscope maps --json "$pid"
json "is an object with an array of that name, and one of totals" 'keys == ["maps", "total"]'
json "has lower-case names as keys, and no others" \
	'.maps + .total | all(keys_unsorted == ["start","end","perm","size","res","pmd","swap","lazy","disk","special","name"])'
json "has numbers as numbers and addresses as strings" \
	'.maps | length > 0 and all((.size | type) == "number" and (.start | test("^0x[0-9a-f]+$")))'
json "has one total, without start and end" \
	'(.total | length) == 1 and (.total[0] | .start == null and .end == null and .name == "total")'
json "has no total among the rows" '.maps | all(.start != null)'
# shellcheck disable=SC2016 # for jq to expand
json "has a total that is the sum of the rows" \
	'. as $all | ["size","res","pmd","swap","lazy","disk","special"] |
	 all(. as $k | ($all.maps | map(.[$k]) | add) == $all.total[0][$k])'
json "shows by default all that adds up to the size" \
	'.maps + .total | all(.size == .res + .lazy + .disk + .swap + .special)'
status "all columns at once" 0 ptscope maps --json "$pid" -o \
	"$(ptscope maps --list-columns | awk '{ printf "%s%s", sep, $1; sep = "," }')"
json "dashes become underscores in keys" '.maps[0] | has("soft_dirty") and has("uffd_wp")'
json "size is the sum of the states" \
	'.maps + .total | all(.size == .res + .lazy + .cached + .disk + .swap + .special)'
json "flags are arrays of the names of smaps" \
	'.maps | all(.flags | type == "array" and all(test("^[a-z]{2}$"))) and any(.flags | index("mw"))'
json "res is the sum of the leaves" '.maps | all(.res == .pte + .cont + .pmd + .pud)'
json "every row bears the pid" ".maps | all(.pid == $pid)"
status "huge --json" 0 ptscope huge --json "$pid"
json "has a number for coverage where something is resident" \
	'.huge | all(if .res > 0 then (.coverage | type) == "number" else .coverage == null end)'
status "info --json" 0 ptscope info --json
json "has one row with the page size" ".info[0].page_size == $page_size"
json "counts the levels that are not folded" \
	'.info[0] | .levels == (.real | length)'
json "splits an address into bits that add up" \
	'.info[0] | .va_bits == (.split | split(" ") | map(tonumber) | add)'
json "root may see everything" '.info[0] | .processes and .frames'

# A file whose name is no text: bytes that are never in UTF-8, one that is missing
# from the end of a sequence, an encoding that is too long, half of a surrogate pair,
# a code point beyond Unicode, what looks like an escape, and what JSON has to quote.
odd=$work/$'inv\xff\xfe cut\xe2\x82 long\xc0\xaf half\xed\xa0\x80 far\xf4\x90\x80\x80 \\xff \\ \xc3\xa9\xf0\x9f\x90\xa7 "\n\t\x01\x7f.'
cp "$(type -P sleep)" "$odd"
"$odd" 1000 &
odd_pid=$!
until [[ $(readlink "/proc/$odd_pid/exe") == "$odd" ]]; do sleep 0.1; done
start=$(ptscope maps -n -r -o start "$odd_pid" | head -n 1)
# What is printed of the name, with the escapes undone.
bytes() {
	perl -pe 's/\\x([0-9a-f]{2})/chr hex $1/ge'
}
for verb in maps huge walk; do
	operands=("$odd_pid")
	[[ $verb != walk ]] || operands+=("$start")
	status "$verb --json of such a file" 0 ptscope "$verb" --json -o name "${operands[@]}"
	check "is valid UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null <<<"$out"
	name=$(jq -j ".$verb | map(.name | values)[0]" <<<"$out" | bytes; echo /)
	same "and has the bytes of its name" "${name%/}" "$odd"
done
json "leaves alone what is text" '.walk[-1].name | endswith("\\x5cxff \\ é🐧 \"\n\t\u0001\u007f.")'
same "so has a table" "$(ptscope maps -n -o name "$odd_pid" | head -n 1 | bytes; echo /)" "$odd"$'\n/'
same "so has raw output" "$(ptscope maps -n -r -o name "$odd_pid" | head -n 1 | bytes; echo /)" "$odd"$'\n/'

# Several processes.
status "several PIDs" 0 ptscope maps --json "$pid" 1
json "give rows of each, with a total each" \
	"[.total[].pid] == [$pid, 1] and ([.maps[].pid] | unique | sort) == ([$pid, 1] | sort)"
status "one of several fails" 1 ptscope maps --json "$pid" 4000000
json "and the others are printed" '.maps | length > 1'
same "with the kernel's own words for the one" "$err" \
	"ptscope: 4000000: no process has this pid"
status "self" 0 ptscope maps self
matches "is the command itself" "$out" '/ptscope'

# Ranked and cut.
status "sorted by a size" 0 ptscope maps --json --sort res "$pid"
json "is from the largest down" '.maps | map(.res) | length > 5 and . == (sort | reverse)'
status "sorted by a name" 0 ptscope maps --json --sort name "$pid"
# shellcheck disable=SC2016 # for jq to expand
json "goes upwards, what has none last" '.maps | map(.name) | (map(values) | . == sort) and
	(. as $all | map(. == null) | . == sort)'
status "sorted by a column that is not shown" 0 ptscope maps --json -o start --sort tables "$pid"
json "shows what is" '.maps | length > 5 and all(keys == ["start"])'
sorted=$(ptscope maps -n -r -o start --sort res "$pid" | grep -v '^-')
status "the other way round" 0 ptscope maps -n -r -o start --sort res --reverse "$pid"
same "has the same rows" "$(grep -v '^-' <<<"$out" | sort)" "$(sort <<<"$sorted")"
status "the first three" 0 ptscope maps -n -r -o start --sort res --top 3 "$pid"
same "are the three largest, and the total" "$out" "$(head -n 3 <<<"$sorted")"$'\n-'
status "the first two without an order" 0 ptscope maps -n -r -o start --top 2 "$pid"
same "are those with the lowest addresses, and the total" "$out" \
	"$(ptscope maps -n -r -o start "$pid" | head -n 2)"$'\n-'
json_same "a total is that of all rows" "$(ptscope maps --json -o size --top 1 "$pid")" .total \
	"$(ptscope maps --json -o size "$pid")" .total
status "rows that are not zero" 0 ptscope maps --json -o size,disk,name --nonzero "$pid"
json "have something of what is shown" '.maps | length > 0 and all(.disk > 0)'
json_of "there are others" '.maps | any(.disk == 0)' "$(ptscope maps --json -o disk "$pid")"
status "the longest runs" 0 ptscope pages --json --sort pages --top 5 "$pid"
# shellcheck disable=SC2016 # for jq to expand
json_of "are longer than the rest" '.[0] as $top | .[1] | map(.pages) | sort | reverse[:5] == $top' \
	"[$(jq '.pages | map(.pages)' <<<"$out"), $(ptscope pages --json -o +size "$pid" | jq .pages)]"
status "rows of several processes in one order" 0 ptscope maps -r -n --sort res -o res,name "$pid" 1
same "have all totals after them" "$(grep -n total <<<"$out" | cut -d : -f 1 | tr '\n' ' ')" \
	"$(($(wc -l <<<"$out") - 1)) $(wc -l <<<"$out") "

# Groups.
for key in name type perm; do
	status "grouped by $key" 0 ptscope maps --json --by "$key" "$pid"
	json "has a row for each" ".maps | length > 2 and (map(.$key) | length == (unique | length))"
	# shellcheck disable=SC2016 # for jq to expand
	json "which add up to the total" '. as $all | ["vmas","size","res","lazy","disk"] |
		all(. as $k | ($all.maps | map(.[$k]) | add) == $all.total[0][$k])'
	json_same "and have all VMAs" "$out" '.total[0].vmas' "$(ptscope maps --json "$pid")" '.maps | length'
done
json_of "there are types of VMAs" '.maps | map(.type) | index("file") and index("stack") and index("anon")' \
	"$(ptscope maps --json --by type "$pid")"
status "groups in a table" 0 ptscope maps --by type "$pid"
matches "begin with what they have in common" "${out%%$'\n'*}" '^TYPE +VMAS +SIZE +RES '
matches "and end with the total" "${out##*$'\n'}" '^total +[0-9]+ '
# Processes by what they are.
status "processes by their name" 0 ptscope maps --json -o pid --name sleep
json "are those that pgrep finds" \
	"[.total[].pid] == [$(pgrep -x sleep | sort -n | paste -sd ,)] and (.maps | all(.pid))"
status "processes by their name, with one by its number" 0 ptscope maps --json -o pid --name sleep 1
json "are all of them" \
	"[.total[].pid] == [1, $(pgrep -x sleep | sort -n | paste -sd ,)]"
status "one process by its name" 0 ptscope huge --json --name "$(</proc/1/comm)" --user root
json "has its number in every row" '.huge | length > 0 and all(.pid)'
setpriv --reuid=65533 --regid=65534 --clear-groups sleep 1000 &
stranger=$!
until [[ $(</proc/$stranger/comm) == sleep ]]; do sleep 0.1; done
status "processes of a user" 0 ptscope maps --json --user 65533
json "are that one's" "[.total[].pid] == [$stranger] and (.maps | length > 0)"
status "processes of a user, of a name" 1 ptscope maps --user 65533 --name bash
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null
if mkdir -p /sys/fs/cgroup/ptscope-cli/below 2>/dev/null &&
	[[ -e /sys/fs/cgroup/ptscope-cli/cgroup.procs ]]; then
	echo "$stranger" >/sys/fs/cgroup/ptscope-cli/below/cgroup.procs
	for path in /ptscope-cli ptscope-cli/below/ /sys/fs/cgroup/ptscope-cli; do
		status "processes of a cgroup, as $path" 0 ptscope maps --json --cgroup "$path"
		json "are those in it and below it" "[.total[].pid] == [$stranger]"
	done
	kill "$stranger"
	wait "$stranger" 2>/dev/null
	status "an empty cgroup" 1 ptscope maps --cgroup /ptscope-cli
	same "is reported" "$err" "ptscope: no process matches"
	rmdir /sys/fs/cgroup/ptscope-cli/below /sys/fs/cgroup/ptscope-cli
else
	skip "processes of a cgroup" "there is no cgroup v2 here"
	kill "$stranger"
fi

# A column that is there for what is seldom.
status "a process without special entries" 0 ptscope maps "$pid"
same "has no column for them" "$(grep -c SPECIAL <<<"${out%%$'\n'*}")" 0
status "unless it is named" 0 ptscope maps -o +special "$pid"
matches "then it has" "${out%%$'\n'*}" SPECIAL
json_of "JSON has it in any case" '.maps | all(.special == 0)' "$(ptscope maps --json "$pid")"
start_layout uffd_wp
special_pid=$!
if await_layout uffd_wp && ptscope maps --json "$special_pid" | jq -e '.total[0].special > 0' >/dev/null; then
	status "a process with special entries" 0 ptscope maps "$special_pid"
	matches "has a column for them" "${out%%$'\n'*}" ' DISK +SPECIAL +NAME$'
else
	skip "a process with special entries" "there is none here: ${why:-}"
fi
kill "$special_pid" 2>/dev/null

# A terminal. Half of the name of libc must go.
on_terminal() {
	LC_ALL=C.UTF-8 script -qec "stty cols $1; ptscope maps --color=never $2" /dev/null | tr -d '\r'
}
status "a narrow terminal" 0 on_terminal 80 "$pid"
check "has no line that is too long" test "$(LC_ALL=C.UTF-8 wc -L <<<"$out")" -le 80
matches "has names cut out in the middle" "$out" '/usr…|/u[^ ]*…[^ ]*\.so'
matches "and all of the other columns" "${out%%$'\n'*}" 'START.*END PERM SIZE.*DISK NAME'
status "a wide one" 0 on_terminal 250 "$pid"
same "has all of them" "$(grep -c … <<<"$out")" 0

# Many rows: the first one comes at once, and memory does not grow with them.
coproc MANY { exec "$PTSCOPE_TESTS/bench/target" spread $((1 << 29)) $((1 << 29)) 8192; }
# shellcheck disable=SC2153 # coproc sets it
many_pid=$MANY_PID
while read -r -u "${MANY[0]}" line && [[ $line != ready ]]; do :; done
for format in -r --json; do
	check "pages $format: memory does not grow with rows" bash -c \
		'ulimit -v 32768; ptscope pages '$format' '"$many_pid"' >/dev/null'
	# Milliseconds until the first row has come, and until the last.
	begun=${EPOCHREALTIME/[.,]/}
	exec {rows}< <(exec ptscope pages "$format" "$many_pid")
	read -r -u "$rows" _
	read -r -u "$rows" first
	first_ms=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
	number=$(wc -l <&"$rows")
	exec {rows}<&-
	last_ms=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
	matches "pages $format: the first row is one" "$first" 0x
	check "pages $format: of many" test "$number" -gt 100000
	echo "# the first row after $first_ms ms, the last after $last_ms ms"
	check "pages $format: the first comes long before the last" test $((first_ms * 3)) -lt "$last_ms"
done
check "pages --sort --top: memory does not grow with rows" bash -c \
	'ulimit -v 32768; ptscope pages --sort frame --top 10 '"$many_pid"' >/dev/null'
# shellcheck disable=SC2016 # for the other shell to expand
check "a table: memory does not grow with rows" bash -c \
	'ulimit -v 32768; ptscope pages -o start "$1" >"$2"' _ "$many_pid" "$work/table"
# Columns are as wide as the first rows take; nothing is lost after these.
same "a table has all rows, under one heading" \
	"$(tr -d ' ' <"$work/table" | cksum)" "$(ptscope pages -r -o start "$many_pid" | cksum)"
# The process is gone while it is read: what was read is printed.
exec {rows}< <(ptscope pages --json "$many_pid" 2>"$work/error"; echo $? >"$work/status")
read -r -u "$rows" first
kill -9 "$many_pid"
out=$first$'\n'$(cat <&"$rows")
exec {rows}<&-
same "a process that ends in the middle is a failure" "$(<"$work/status")" 1
matches "which is reported" "$(<"$work/error")" "^ptscope: $many_pid: "
json_of "and what was read until then is complete JSON" \
	'.pages | length > 100 and all(.start and .end)' "$out"

# A part of the addresses.
read -r start end <<<"$(awk '/\[stack\]/ { split($1, a, "-"); print a[1], a[2] }' "/proc/$pid/maps")"
status "a range" 0 ptscope maps --json --range "$start-$end" "$pid"
json "gives the VMA in it alone" '.maps | length == 1 and .[0].name == "[stack]"'
status "a range in the middle of a VMA" 0 ptscope maps --json \
	--range "$(printf '%x-%x' $((0x$end - 2 * page_size)) $((0x$end - page_size)))" "$pid"
json "gives what lies in it" ".total[0].size == $page_size"

# Pages.
stack_page=$(printf '%x' $((0x$end - page_size)))
status "pages of a process" 0 ptscope pages "$pid"
matches "default columns stand in their order" "${out%%$'\n'*}" \
	'^ *START +END +PAGES +STATE +LEAF +FRAME +SWAPDEV +SLOT +FLAGS$'
status "pages --json" 0 ptscope pages --json -o +size,phys,level,node,order,folio "$pid"
json "is an object with one array of that name" 'keys == ["pages"]'
json "its runs follow each other and are as long as they say" \
	".pages | all((.pages | type) == \"number\" and .size == .pages * $page_size)"
json "what is resident has a leaf and a frame, and nothing else has" \
	'.pages | all((.state == "res") == (.leaf != null) and (.state == "res") == (.frame != null))'
json "an address is its frame's" \
	".pages | all(if .frame == null then .phys == null else (.phys | test(\"^0x[0-9a-f]+\$\")) end)"
resident=$(jq '[.pages[] | select(.state == "res") | .size] | add' <<<"$out")
json_of "as much is resident as maps says" ".total[0].res == $resident" \
	"$(ptscope maps --json "$pid")"
status "pages in one state" 0 ptscope pages --json --state lazy "$pid"
json "are in no other" '.pages | length > 0 and all(.state == "lazy")'
status "pages with a flag" 0 ptscope pages --json --flags write,^exec "$pid"
json "have it" '.pages | length > 0 and all(.flags | index("write") and (index("exec") | not))'
status "pages with one of two flags" 0 ptscope pages --json --any exec,write "$pid"
json "have one" '.pages | length > 0 and all(.flags | index("write") or index("exec"))'
status "no detail" 0 ptscope pages --json -o start,state,flags "$pid"
coarse=$(jq '.pages | length' <<<"$out")
status "every detail" 0 ptscope pages --json -o start,state,flags \
	--detail frame,age,soft-dirty,node,folio "$pid"
json "makes more runs than none" ".pages | length > $coarse"
json "and says what was asked for" '[.pages[].flags // []] | any(index("young"))'
status "a page by its address" 0 ptscope pages --json "$pid" "$stack_page"
json "is that page" ".pages | length == 1 and .[0].pages == 1 and .[0].start == \"0x$stack_page\""
status "a page by an address within it" 0 ptscope pages --json "$pid" "${stack_page%0}8"
json "is that page too" ".pages[0].start == \"0x$stack_page\""
status "a range by its addresses" 0 ptscope pages --json "$pid" "$start-$end"
json "is the whole of it" "[.pages[].pages] | add == $(((0x$end - 0x$start) / page_size))"
status "a summary" 0 ptscope pages --json --summary "$pid"
json "has all that is resident in runs of frames" \
	"[.pages[].run_bytes] | add == $resident"
json "and in folios" "[.pages[] | .anon + .file] | add >= $resident * 0.9"

# Nothing to print. The first page is nobody's; a decimal number may be a PID.
status "pages at an address where nothing is mapped" 1 ptscope pages "$pid" 0x249
same "says so" "$err" "ptscope: 0x249: nothing is mapped there"
status "pages at what looks like a PID" 1 ptscope pages "$pid" 249
same "says what it was taken for" "$err" \
	"ptscope: 0x249: nothing is mapped there; pages takes one PID"
status "pages at a range where nothing is mapped" 1 ptscope pages --json "$pid" "0-$(printf %x "$page_size")"
same "says so" "$err" "ptscope: 0x0-$(printf 0x%x "$page_size"): nothing is mapped there"
json "and prints no row" '.pages == []'
status "a filter where nothing is mapped" 1 ptscope pages --state res "$pid" 0
matches "says so" "$err" '^ptscope: 0x0: nothing is mapped there'
status "a summary where nothing is mapped" 1 ptscope pages --summary "$pid" 0
matches "says so" "$err" '^ptscope: 0x0: nothing is mapped there'
status "a filter that matches nothing" 0 ptscope pages --state poison "$pid"
same "is noted" "$err" "ptscope: $pid: note: no page matches"
status "a filter that matches nothing there" 0 ptscope pages --state poison "$pid" "$stack_page"
same "is noted" "$err" "ptscope: $pid: note: no page matches"
status "a filter that matches something" 0 ptscope pages --state res "$pid" "$stack_page"
same "is not" "$err" ""
status "pages in the page cache without a look" 0 ptscope pages --state cached "$pid"
same "are noted to be unknown" "$err" \
	"ptscope: $pid: note: no page matches; cached pages are known with --cache only"
status "a summary of nothing" 0 ptscope pages --summary --state lazy "$pid"
same "is noted" "$err" "ptscope: $pid: note: no page that matches is in RAM"
for verb in maps huge pages; do
	status "$verb of a range where nothing is mapped" 0 ptscope "$verb" \
		--range "0-$(printf %x "$page_size")" "$pid"
	same "is noted" "$err" \
		"ptscope: $pid: note: nothing is mapped in 0x0-$(printf 0x%x "$page_size")"
done

# Walks.
levels=$(ptscope info --json | jq '.info[0].levels')
status "walk to an address" 0 ptscope walk "$pid" "$stack_page"
matches "default columns stand in their order" "${out%%$'\n'*}" \
	'^ *ADDR +LEVEL +INDEX +TABLE +ENTRY +FLAGS +STATE +LEAF +PHYS +TOUCH$'
status "walk --json" 0 ptscope walk --json -o +bits,covers,touch-write,folio,name "$pid" "$stack_page"
json "begins at the top and ends at the leaf" '.walk[0].level == "pgd" and .walk[-1].level == "pte"'
json "has a row for every level, folded or not" \
	".walk | length == 5 and (map(select(.flags != [\"folded\"])) | length == $levels)"
# shellcheck disable=SC2016 # for jq to expand
json "only the last row says how it ends" \
	'.walk[-1] as $l | (.walk[:-1] | all(.state == null)) and $l.state == "res" and $l.leaf == "pte"'
# shellcheck disable=SC2016 # for jq to expand
json "the indices are the bits of the address" \
	'def hex: ltrimstr("0x") | explode | reduce .[] as $c (0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
	 [.walk[] | .index * .covers] | add == ('"\"$stack_page\""' | hex)'
json_same "the frame is the one that pages tells" \
	"$(ptscope pages --json -o phys "$pid" "$stack_page")" '.pages[0].phys' \
	"$out" '.walk[-1].phys'
json_same "and so are process, node and order" \
	"$(ptscope pages --json -o pid,node,order "$pid" "$stack_page")" '.pages[0]' \
	"$(ptscope walk --json -o pid,node,order "$pid" "$stack_page")" '.walk[-1]'
json "a read and a write there cost nothing" '.walk[-1] | .touch == "nothing" and .touch_write == "nothing"'
status "walk to several addresses" 0 ptscope walk --json "$pid" "$stack_page" "$start" 1000
json "tells of each" '[.walk[] | select(.state != null) | .state] | . == ["res", "lazy", "unmapped"]'
json "an address without a mapping" '.walk[-1] | .touch == "SIGSEGV (nothing mapped)" and .level == null'
status "walk in the middle of a page" 0 ptscope walk --json "$pid" "${stack_page%00}88"
json "keeps the offset in the physical address" '.walk[-1].phys | endswith("88")'

# The page cache.
status "maps with a look into the page cache" 0 ptscope maps --cache "$pid"
matches "has a column for it" "${out%%$'\n'*}" ' LAZY +CACHED +DISK +NAME$'
matches "and a last line on what a touch would cost" "${out##*$'\n'}" \
	"^$pid: touching the rest would get .* by zero-fill, .* by minor faults, .* from files, .* from swap\$"
status "maps with and without it" 0 ptscope maps --cache --json -o size,res,lazy,cached,disk,swap,special "$pid"
json "adds up" '.maps | all(.size == .res + .lazy + .cached + .disk + .swap + .special)'
json "finds something" '.total[0].cached > 0'
json "JSON has no line after it" '.total[0].size > 0'
# Code is surely open to the process, unlike what lies between a library's parts.
code=$(awk '/ r-xp .*\/libc\.so/ { print $1 }' "/proc/$pid/maps")
status "pages with a look into the page cache" 0 ptscope pages --cache --json --state cached "$pid" "$code"
json "has such pages, without frames" '.pages | length > 0 and all(.frame == null)'
# The first: a library may have a gap that nobody may touch in its middle.
cached=$(jq -r '.pages[0].start' <<<"$out")
status "walk to one of them" 0 ptscope walk --cache --json "$pid" "$cached"
json "says what a touch costs" '.walk[-1] | .state == "cached" and .touch == "minor fault"'
status "walk to one of them without a look" 0 ptscope walk --json "$pid" "$cached"
json "does not know" \
	'.walk[-1] | .state == "disk" and .touch == "file read or minor fault" or .state == "lazy"'
status "maps without a look into the page cache" 0 ptscope maps --json -o cached,disk "$pid"
json "does not know what is in it" '.maps | all(.cached == null and .disk != null)'

# What the processor's manual calls the bits.
status "walk to a page of code" 0 ptscope walk --json "$pid" \
	"$(awk '/ r-xp .*\/sleep$/ { split($1, a, "-"); print a[1] }' "/proc/$pid/maps")"
case $(uname -m) in
x86_64) bits='["P", "US", "A"]' data=XD ;;
aarch64) bits='["VALID", "USER", "RDONLY", "AF", "nG", "PXN"]' data=UXN ;;
riscv64) bits='["V", "R", "X", "U"]' data=W ;;
esac
json "has the names of this processor" ".walk[-1].flags | contains($bits)"
json "and of the kernel after them" '.walk[-1].flags | contains(["user", "exec"])'
json_of "they are those of this processor for data too" ".walk[-1].flags | index(\"$data\")" \
	"$(ptscope walk --json "$pid" "$stack_page")"
json_of "bits has those of the processor alone" \
	".walk[-1].bits | index(\"$data\") and (index(\"user\") | not)" \
	"$(ptscope walk --json -o bits "$pid" "$stack_page")"
# An entry names the next table: in hexadecimal its digits stand in the entry.
if [[ $(uname -m) == x86_64 ]]; then
	# shellcheck disable=SC2016 # for jq to expand
	json_of "an entry has the number of the next table in it" '[.walk[] | select(.table)] |
		[.[:-1], .[1:]] | transpose | length > 2 and all((.[0].entry | ltrimstr("0x")) as $entry |
			.[1].table | ltrimstr("0x") as $table | $entry | contains($table))' \
		"$(ptscope walk --json "$pid" "$stack_page")"
fi

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

for term in TERM=dumb TERM= -uTERM; do
	status "no colour on a terminal without colours ($term)" 0 env -u NO_COLOR "$term" \
		script -qec "ptscope maps $pid" /dev/null
	check "has none" test "$out" = "${out//$'\e'/}"
done
status "colour when asked for on such a terminal" 0 env TERM=dumb \
	script -qec "ptscope maps --color $pid" /dev/null
check "has escapes" test "$out" != "${out//$'\e'/}"

# Wrong usage.
status "no verb" 1 ptscope
status "an unknown verb" 1 ptscope nonsense
matches "is named" "$err" "unknown verb: 'nonsense'"
status "no PID" 1 ptscope maps
status "a PID that is no number" 1 ptscope maps 12x
matches "is named" "$err" "^ptscope: invalid PID: '12x'\$"
status "a negative PID" 1 ptscope maps -- -1
status "PID 0" 1 ptscope maps 0
status "a PID past all bounds" 1 ptscope maps 99999999999999999999
status "a PID larger than any" 1 ptscope maps 2147483647
matches "is refused by the kernel in words" "$err" 'the pid is too large'
status "an unknown column" 1 ptscope maps -o size,nonsense "$pid"
matches "is named" "$err" "unknown column: 'nonsense'"
status "no column" 1 ptscope maps -o '' "$pid"
for option in --nonsense --json=yes --range -o -x; do
	status "an option that is unknown, has no value or must not have one: $option" 1 \
		ptscope maps "$pid" "$option"
	option=${option%%=*}
	matches "is refused by ptscope" "$err" "^ptscope: .*${option##*-}"
done
status "JSON and raw" 1 ptscope maps --json --raw "$pid"
status "a colour that is none" 1 ptscope maps --color=mauve "$pid"
status "a range backwards" 1 ptscope maps --range 2000-1000 "$pid"
status "a range that is none" 1 ptscope maps --range 2000 "$pid"
status "a range that splits a page" 1 ptscope maps --range 10001-20000 "$pid"
matches "is refused in words" "$err" \
	'^ptscope: 0x10001-0x20000: not a multiple of the page size, 0x[0-9a-f]+$'
status "a range that splits a page, of several processes" 1 ptscope maps --range 10001-20000 "$pid" 1
same "is refused once" "$(wc -l <<<"$err")" 1
status "pages of a range that splits a page" 1 ptscope pages "$pid" 10001-20000
matches "is refused in words" "$err" 'not a multiple of the page size'
status "pages of nobody" 1 ptscope pages
status "pages of two" 1 ptscope pages 1 2 3
status "pages and no address" 1 ptscope pages "$pid" nonsense
matches "is named" "$err" "invalid address or range: 'nonsense'"
status "pages of a range backwards" 1 ptscope pages "$pid" 2000-1000
status "a state that is none" 1 ptscope pages --state nowhere "$pid"
matches "is named, with those that are" "$err" "unknown state: 'nowhere'"
status "a flag that is none" 1 ptscope pages --flags write,shiny "$pid"
matches "is named" "$err" "unknown flag: 'shiny'"
status "an empty detail" 1 ptscope pages --detail '' "$pid"
status "a filter for maps" 1 ptscope maps --state res "$pid"
matches "is not supported" "$err" '^ptscope: --state is not supported by maps'
status "the page cache for info" 1 ptscope info --cache
matches "is not supported" "$err" '^ptscope: --cache is not supported by info'
status "a summary for walk" 1 ptscope walk --summary "$pid" 0
matches "is not supported" "$err" '^ptscope: --summary is not supported by walk'
status "a selection for pages" 1 ptscope pages --name sleep
matches "is not supported" "$err" '^ptscope: --name is not supported by pages'
status "a verb with a letter too few" 1 ptscope map "$pid"
matches "is answered with the verb" "$err" "unknown verb: 'map'; did you mean maps\?"
status "a verb with letters swapped" 1 ptscope pgaes "$pid"
matches "is answered with the verb" "$err" 'did you mean pages\?'
status "a name for a PID" 1 ptscope maps redis
matches "is answered with the option" "$err" \
	"^ptscope: invalid PID: 'redis'; select processes by name with --name\$"
status "help on a verb" 0 ptscope help maps
same "is that of --help" "$out" "$(ptscope maps --help)"
status "help on what is no verb" 1 ptscope help nonsense
status "help" 0 ptscope help
same "is that of --help" "$out" "$(ptscope --help)"
status "no rows at all" 1 ptscope maps --top 0 "$pid"
status "rows that are no number" 1 ptscope maps --top 5x "$pid"
status "sorted by what is no column" 1 ptscope maps --sort nonsense "$pid"
matches "is named" "$err" "unknown column: 'nonsense'"
status "groups by what is none" 1 ptscope maps --by inode "$pid"
status "groups of huge" 1 ptscope huge --by name "$pid"
status "zeroes where nothing is counted" 1 ptscope pages --nonzero "$pid"
status "a user who is none" 1 ptscope maps --user nonsense
matches "is named" "$err" "no such user: 'nonsense'"
status "a cgroup that is none" 1 ptscope maps --cgroup /nonsense
matches "is named" "$err" "no such cgroup: '/nonsense'"
status "a name that no process has" 1 ptscope maps --name nonsense
same "is reported" "$err" "ptscope: no process matches"
status "walk of nobody" 1 ptscope walk
status "walk to nowhere" 1 ptscope walk "$pid"
status "walk to no address" 1 ptscope walk "$pid" xyz
matches "is named" "$err" "invalid address: 'xyz'"
status "walk past all addresses" 1 ptscope walk "$pid" 10000000000000000
status "a range for info" 1 ptscope info --range 1000-2000
status "an operand for info" 1 ptscope info 1
status "a full disk" 1 bash -c 'ptscope maps '"$pid"' >/dev/full'
same "is reported once" "$err" 'ptscope: cannot write: No space left on device'
for format in -r --json; do
	status "a full disk and $format" 1 bash -c "ptscope maps $format $pid >/dev/full"
	same "is reported once" "$err" 'ptscope: cannot write: No space left on device'
done

# Those who may not look.
status "a kernel thread" 1 ptscope maps 2
same "in words" "$err" "ptscope: 2: a kernel thread has no address space of its own"
# Of kthreadd and what it has started, which it is the parent of.
mapfile -t kthreads < <(echo 2; pgrep -P 2 | head -n 20)
status "kernel threads among other processes" 0 ptscope maps --json "${kthreads[@]}" "$pid"
same "are counted in one note" "$err" \
	"ptscope: note: kernel threads have no address space of their own; left out: ${#kthreads[@]}"
json "and the others are printed" ".maps | length > 1 and all(.pid == $pid)"
status "kernel threads and a process that is gone" 1 ptscope huge "${kthreads[@]}" "$pid" 4000000
same "are a note and an error" "$(cut -c -22 <<<"$err")" \
	$'ptscope: 4000000: no p\nptscope: note: kernel '
status "kernel threads alone" 1 ptscope maps "${kthreads[@]}"
same "are one error" "$err" \
	"ptscope: these are all kernel threads, which have no address space of their own"
status "an ordinary user at another's process" 1 nobody ptscope maps "$pid"
matches "is denied in words" "$err" 'reading another process needs CAP_SYS_PTRACE'
matches "with what to do" "$err" '; try sudo$'
status "root without the right" 1 setpriv --bounding-set -sys_ptrace ptscope maps "$pid"
matches "is denied in the same words" "$err" 'reading another process needs CAP_SYS_PTRACE'
same "without what it has done already" "$(grep -c sudo <<<"$err")" 0
setpriv --reuid=65534 --regid=65534 --clear-groups sleep 1000 &
sibling=$!
until [[ $(</proc/$sibling/comm) == sleep ]]; do sleep 0.1; done
status "an ordinary user at its other process, by smaps" 0 nobody head -n 1 "/proc/$sibling/smaps"
status "an ordinary user at its other process" 1 nobody ptscope maps "$sibling"
matches "is denied in words, for this is stricter" "$err" \
	'reading another process needs CAP_SYS_PTRACE'
status "an ordinary user at itself" 0 nobody ptscope maps --json self
json "sees its own" '.total[0].res > 0'
status "an ordinary user at its own pages" 0 nobody ptscope pages --json self
json "sees them without frames" '.pages | length > 0 and all(.frame == null)'
matches "the reason is printed" "$err" 'hidden: seeing them needs CAP_SYS_ADMIN'
status "an ordinary user at its own folios" 0 nobody ptscope pages --json -o state,node,order,folio self
json "sees nodes, but no order" \
	'[.pages[] | select(.state == "res")] | length > 0 and any(.node == 0) and all(.order == null)'
json "sees what pagemap reports as well, and no more" \
	'[.pages[].folio | select(.)[]] | unique - ["anon", "shared", "exclusive", "mlocked"] == []'
status "an ordinary user at nodes and folios of its VMAs" 0 nobody ptscope maps -o anon,exclusive,nodes self
same "has no note, as nothing is hidden" "$err" ""
status "an ordinary user and the page cache" 0 nobody ptscope maps --cache --json -o cached,disk self
json "does not see it" '.maps | all(.cached == null) and any(.disk > 0)'
matches "the reason is printed" "$err" 'hidden: seeing them needs CAP_SYS_ADMIN'
status "an ordinary user and the page cache, in a table" 0 nobody ptscope maps --cache self
matches "has a last line that says that it does not know" "${out##*$'\n'}" \
	'^[0-9]+: touching the rest would get .* from swap, .* from files or by minor faults, .* by zero-fill or from shared memory: the page cache is hidden$'
status "an ordinary user's total" 0 nobody ptscope maps --cache -n -o cached,name self
check "has no number for it" grep -qE '^ *total$' <<<"$out"
status "an ordinary user's summary of its pages" 0 nobody ptscope pages --json --summary --cache self
json "knows of no run of frames" \
	'.pages | length > 0 and all(.runs == null and .run_bytes == null)'
json "nor of the order of a folio" \
	'.pages | all(.order == null and .size == null and .anon_aligned == null)'
json "but of anonymous folios and others" '[.pages[] | .anon + .file] | add > 0'
matches "the reason is printed" "$err" 'hidden: seeing them needs CAP_SYS_ADMIN'
status "an ordinary user's swap slots and frames" 0 nobody ptscope pages --json -o frame,phys,swapdev,slot self
json "hidden cells are null" '.pages | all(.[] == null)'
status "an ordinary user at another's pages" 1 nobody ptscope pages "$pid"
# Where addresses are not random, those of one process are those of the next.
# shellcheck disable=SC2016 # for the other shell to expand
status "an ordinary user walks at home" 0 nobody setarch -R bash -c \
	'exec ptscope walk --json self "$(ptscope maps -n -r -o start self | head -n 1)"'
json "to a page that is there" '.walk[-1].state == "res"'
json "without a frame of a table or a page" '.walk | all(.table == null and .phys == null and .entry == null)'
matches "the reason is printed" "$err" 'hidden: seeing them needs CAP_SYS_ADMIN'
status "an ordinary user walks elsewhere" 1 nobody ptscope walk "$pid" "$stack_page"
status "an ordinary user's info" 0 nobody ptscope info --json
json "says what it may not see" '.info[0] | (.processes or .frames) | not'

# Another version of the client.
status "a client of another version" 0 "${PTSCOPE_OTHER:-ptscope-other}" maps "$pid"
matches "notes it" "$err" 'note: the module is version [0-9.]+, this client 99.0'

# The manual, the help and the completion know every verb and column.
manual=$PTSCOPE_SRC/userspace/man/ptscope.8
page=$(man -l --nh --nj "$manual" 2>&1 | sed 's/\x1b\[[0-9]*m//g')
# The columns in the first table of the section on a verb, and no others: that of
# another verb may have a row of the same name.
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
# Options in a verb's help that the manual has no paragraph for.
undescribed() {
	ptscope "$1" --help | grep -o -e '^ *\(-[a-z], \)\?--[a-z-]*' | grep -o -e '--[a-z-]*' |
		while read -r option; do
			grep -qE -e "^\.B[IR]? .*${option//-/\\\\-}([ \"]|$)" "$manual" || echo "$option"
		done
}
for verb in info maps huge pages walk; do
	matches "ptscope(8) describes $verb" "$page" "ptscope $verb"
	columns=$(ptscope "$verb" --list-columns | awk '{ print $1 }' | sort)
	same "and each column of it, and no other" "$(described "$verb")" "$columns"
	check "which has columns" test "$columns"
	same "and each of its options" "$(undescribed "$verb")" ""
done
filter=$(sed -n "s/.*maps .*--json.* jq '\(.*\)'/\1/p" <<<"$page")
same "its example for jq prints no total as a VMA" "$(jq -c "$filter" <<<'{ "maps": [
	{ "start": "0x1000", "swap": 4096, "name": "/a" },
	{ "start": "0x2000", "swap": 0, "name": "/b" } ],
	"total": [ { "start": null, "swap": 4096, "name": "total" } ] }')" '"/a"'
completes() {
	bash -c '. "$1"; COMP_WORDS=(ptscope "${@:3}"); COMP_CWORD=$(($# - 2)); _ptscope
		printf "%s\n" "${COMPREPLY[@]}" | grep -qxF -- "$2"' \
		_ "$PTSCOPE_SRC/userspace/completion/ptscope.bash" "$@" 2>/dev/null
}
check "completion of verbs" completes maps ma
check "completion of options" completes --list-columns maps --list
check "completion of columns" completes size,swap maps -o size,sw
check "completion of states" completes lazy,swap pages --state lazy,sw
check "completion of flags" completes hugetlb pages --flags hug
check "completion of PIDs" completes "$pid" maps "$pid"
check "completion of flags that are not wanted" completes write,^exec pages --flags write,^ex
check "completion of details" completes age,node pages --detail age,no
check "completion of columns to add" completes +size,swap maps -o +size,sw
check "completion of columns to sort by" completes swap maps --sort sw
check "completion of columns of a summary" completes run-bytes pages --summary --sort run
check "completion of groups" completes type maps --by t
check "completion of users" completes root maps --user roo
check "completion of names of processes" completes sleep maps --name sle
check "completion of colours" completes always maps --color = al
check "completion of help" completes walk help wa
# Each option of each verb that has an argument has values, or is known to have none.
for verb in info maps huge pages walk; do
	for option in $(ptscope "$verb" --help | sed -n 's/^ *\(-., \)\?\(--[a-z-]*\) [A-Z].*/\2/p'); do
		# shellcheck disable=SC2016 # for the other shell to expand
		check "completion knows $verb $option" bash -c '. "$1"; COMP_WORDS=(ptscope "$2" "$3" "")
			COMP_CWORD=3 cur=; _ptscope_values "$3"' \
			_ "$PTSCOPE_SRC/userspace/completion/ptscope.bash" "$verb" "$option"
	done
done

finish
