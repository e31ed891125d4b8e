#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The spec describes the wire: the kernel's YNL client, which has nothing but the spec,
# gets the same replies as the command.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"

spec=$PTSCOPE_SRC/module/spec/ptscope.yaml
client=${PTSCOPE_YNL:-}/tools/net/ynl/cli.py

if [[ ! -r $client ]] || ! /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	skip "the YNL client" "not installed"
	finish
fi

# Python and the client take seconds to start where the processor is emulated. So
# they start once, read a request per line, and print the result per line: a status
# and JSON.
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cat >"$work/resident.py" <<'END'
import contextlib, functools, io, json, os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import cli

path = sys.argv[2]
cli.YnlFamily = functools.cache(cli.YnlFamily)
# The exit that it would call closes standard input, too.
cli.exit = sys.exit
reply = None

# One message, or a list of them. The first message of a dump has to be the info and
# the identity of the target, and nothing else.
def ynl(kind, operation, request):
    global reply
    sys.argv = ["ynl", "--spec", path, "--no-schema", "--output-json",
                "--" + kind, operation, "--json", request]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            cli.main()
        except SystemExit:
            raise RuntimeError(out.getvalue())
    reply = json.loads(out.getvalue())
    if kind == "dump":
        assert "info" in reply[0], reply[0]
        assert not set(reply[0]) - {"info", "pid", "start-time", "comm", "hidden", "cache"}, reply[0]
        reply = reply[1:]
    return reply

# Frame and pages of each run of the last reply. jq cannot represent the other words.
def runs():
    words = [word for message in reply for word in message["runs"]]
    return [[words[i + 1], words[i + 2] & 0xffffffff] for i in range(0, len(words), 4)]

for line in sys.stdin:
    word, *arguments = line.rstrip("\n").split("\t")
    try:
        result = 0, json.dumps(globals()[word](*arguments), separators=(",", ":"), sort_keys=True)
    except Exception as e:
        result = 1, repr(e)
    print(*result, flush=True)
END
coproc CLIENT { exec /usr/bin/python3 "$work/resident.py" "$client" "$spec"; }

# resident FUNCTION ARGUMENT...: calls a function of the resident client, and sets
# $result. Subshells do not reach it.
resident() {
	local IFS=$'	' status
	result=
	echo "$*" >&"${CLIENT[1]}"
	IFS=' ' read -r -u "${CLIENT[0]}" status result && [[ $status == 0 ]]
}

# ynl KIND OPERATION REQUEST: one message, or a list of them, as JSON in $reply.
ynl() {
	local status=0
	resident ynl "$@" || status=1
	reply=$result
	[[ $status -eq 0 ]] || echo "# $reply"
	return "$status"
}

sleep infinity &
pid=$!
until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.1; done

check "info-get" ynl "do" info-get '{}'
json_same "info-get agrees with info" "$reply" '.info | [.["page-size"], .["va-bits"], .levels]' \
	"$(ptscope info --json)" '.info[0] | [.page_size, .va_bits, .levels]'

check "proc-get" ynl dump proc-get "{\"pid\": $pid}"
json_of "proc-get names the process" "[.[] | [.pid[0], .comm]] == [[$pid, \"sleep\"]]" "$reply"
json_same "proc-get agrees with the total of maps" "$reply" '.[0].census | [.size, .res, .lazy, .disk]' \
	"$(ptscope maps --json -o size,res,lazy,disk "$pid")" '.total[0] | [.size, .res, .lazy, .disk]'
check "proc-get with the page cache" ynl dump proc-get "{\"pid\": $pid, \"cache\": true}"
json_same "proc-get agrees with maps --cache" "$reply" '.[0].census | [.cached, .disk // 0]' \
	"$(ptscope maps --cache --json -o cached,disk "$pid")" '.total[0] | [.cached, .disk]'

check "proc-get of all" ynl dump proc-get '{}'
json_of "all processes: includes this one" "[.[] | select(.pid[0] == $pid) | .comm] == [\"sleep\"]" "$reply"
json_of "all processes: each once" '[.[].pid[0]] | length == (unique | length)' "$reply"

check "vma-get" ynl dump vma-get "{\"pid\": $pid}"
# shellcheck disable=SC2016 # for jq to expand
json_same "vma-get has the VMAs that maps has" "$reply" \
	'[.[].vma[] | [.start, .end, .census.size, .census.res // 0, .name // ""]]' \
	"$(ptscope maps --json -b -o start,end,size,res,name "$pid")" '
		def hex: ltrimstr("0x") | explode | reduce .[] as $c
			(0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
		[.maps[] | [(.start | hex), (.end | hex), .size, .res, .name // ""]]'

check "run-get" ynl dump run-get "{\"pid\": $pid, \"detail\": 1}"
resident runs
json_same "run-get has the runs that pages has" "$result" . \
	"$(ptscope pages --json -o frame,pages "$pid")" '[.pages[] | [.frame // 0, .pages]]'
check "run-get of one state" ynl dump run-get "{\"pid\": $pid, \"states\": [\"lazy\"]}"
json_same "run-get has as many runs as pages --state" "$reply" '[.[].runs] | add | length / 4' \
	"$(ptscope pages --json --state lazy -o start "$pid")" '.pages | length'

stack=$(awk '/\[stack\]/ { split($1, a, "-"); print a[2] }' "/proc/$pid/maps")
address=$((0x$stack - 8))
check "walk-get" ynl dump walk-get "{\"pid\": $pid, \"address\": [$address]}"
# shellcheck disable=SC2016 # for jq to expand
json_same "walk-get has the entries that walk has" \
	"$reply" '[.[0].path[0].entry[] | [.level, .index, .table]]' \
	"$(ptscope walk --json -o level,index,table,flags "$pid" "$(printf '%x' "$address")")" \
	'def hex: ltrimstr("0x") | explode | reduce .[] as $c
		(0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
	 [.walk[] | select(.flags != ["folded"]) | [.level, .index, (.table | hex)]]'

check "walk-get of many addresses" ynl dump walk-get \
	"{\"pid\": $pid, \"address\": [$(seq -s, 0 4096 8192000)]}"
json_of "each has a path, in order" \
	'[.[].path[].address] == [range(0; 8192001; 4096)]' "$reply"

check "proc-get of a list" ynl dump proc-get "{\"pid\": [$pid, 2, 4194304, $$]}"
json_of "each process is reported, in order" \
	"[.[] | [.pid[0], .error // 0]] == [[$pid, 0], [2, 22], [4194304, 3], [$$, 0]]" "$reply"
check "proc-get with details" ynl dump proc-get "{\"pid\": $pid, \"detail\": [\"node\", \"folio\"]}"
json_of "node and folio counters add up" \
	'.[0] | (.census.anon // 0) + .census.file <= .census.res and ([.node[].size] | add) <= .census.res' "$reply"

check "a refusal of proc-get" eval '! ynl dump proc-get "{\"pid\": 2}"'
matches "the kernel's text" "$reply" 'a kernel thread has no address space of its own'
check "a request after that" ynl dump proc-get "{\"pid\": $pid}"

finish
