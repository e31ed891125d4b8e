#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The wire is what the spec says it is: the kernel's own YNL client, which knows
# nothing of ptscope but the spec, gets the same answers as the command does.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

spec=$PTSCOPE_SRC/module/spec/ptscope.yaml
client=${PTSCOPE_YNL:-}/tools/net/ynl/cli.py

if [[ ! -r $client ]] || ! /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	skip "the YNL client" "it or its Python is not here"
	finish
fi

# ynl KIND OPERATION REQUEST: one message, or a list of them, as JSON in $said.
ynl() {
	said=$(/usr/bin/python3 "$client" --spec "$spec" --no-schema --output-json \
		"--$1" "$2" --json "$3" 2>&1) || {
		echo "# $said"
		return 1
	}
}

json() {
	jq -c "$1" <<<"$said"
}

# Frame and pages of each run. Its last word is more than a number of JSON can
# be to jq.
runs() {
	/usr/bin/python3 -c 'import json, sys
words = [word for message in json.load(sys.stdin) for word in message["runs"]]
runs = [[words[i + 1], words[i + 2] & 0xffffffff] for i in range(0, len(words), 3)]
print(json.dumps(runs, separators=(",", ":")))' <<<"$said"
}

sleep infinity &
pid=$!
trap 'kill $pid' EXIT
until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.1; done

check "info-get" ynl "do" info-get '{}'
same "agrees with info" "$(json '[.["page-size"], .["va-bits"], .levels]')" \
	"$(ptscope info --json | jq -c '.info[0] | [.page_size, .va_bits, .levels]')"

check "proc-get" ynl "do" proc-get "{\"pid\": $pid}"
same "names the process" "$(json '[.pid, .comm]')" "[$pid,\"sleep\"]"
same "agrees with the total of maps" "$(json '.census | [.size, .res, .lazy, .disk]')" \
	"$(ptscope maps --json -o size,res,lazy,disk "$pid" | jq -c '.maps[-1] | [.size, .res, .lazy, .disk]')"
check "proc-get with the page cache" ynl "do" proc-get "{\"pid\": $pid, \"cache\": true}"
same "agrees with maps --cache" "$(json '.census | [.cached, .disk // 0]')" \
	"$(ptscope maps --cache --json -o cached,disk "$pid" | jq -c '.maps[-1] | [.cached, .disk]')"

check "proc-get as a dump of one" ynl dump proc-get "{\"pid\": $pid}"
same "is that one" "$(json '[.[] | [.pid, .comm]]')" "[[$pid,\"sleep\"]]"
check "proc-get as a dump of all" ynl dump proc-get '{}'
same "has that one too" "$(json "[.[] | select(.pid == $pid) | .comm]")" '["sleep"]'
same "has each process once" "$(json '[.[].pid] | length == (unique | length)')" true

check "vma-get" ynl dump vma-get "{\"pid\": $pid}"
same "has the VMAs that maps has" \
	"$(json '[.[] | [.vma.start, .vma.end, .census.size, .census.res // 0, .vma.name // ""]]')" \
	"$(ptscope maps --json -b -o start,end,size,res,name "$pid" | jq -c '
		def hex: ltrimstr("0x") | explode | reduce .[] as $c
			(0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
		[.maps[:-1][] | [(.start | hex), (.end | hex), .size, .res, .name // ""]]')"

check "run-get" ynl dump run-get "{\"pid\": $pid, \"detail\": 1}"
same "has the runs that pages has" \
	"$(runs)" \
	"$(ptscope pages --json -o frame,pages "$pid" | jq -c '[.pages[] | [.frame // 0, .pages]]')"
check "run-get of one state" ynl dump run-get "{\"pid\": $pid, \"states\": [\"lazy\"]}"
same "has as many as pages --state" "$(json '[.[].runs] | add | length / 3')" \
	"$(ptscope pages --json --state lazy -o start "$pid" | jq '.pages | length')"

stack=$(awk '/\[stack\]/ { split($1, a, "-"); print a[2] }' "/proc/$pid/maps")
address=$((0x$stack - 8))
check "walk-get" ynl "do" walk-get "{\"pid\": $pid, \"address\": [$address]}"
same "has the steps that walk has" "$(json '[.trail[0].step[] | [.level, .index, .table]]')" \
	"$(ptscope walk --json -o level,index,table,flags "$pid" "$(printf '%x' "$address")" |
		jq -c '[.walk[] | select(.flags != "folded") | [.level, .index, .table]]')"

check "a refusal" eval '! ynl "do" proc-get "{\"pid\": 2}"'
matches "comes with the kernel's words" "$said" 'a kernel thread has no address space of its own'

finish
