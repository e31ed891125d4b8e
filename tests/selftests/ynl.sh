#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The wire format is that of the spec: the kernel's YNL client, which knows only the
# spec, gets the same results as ptscope.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"

spec=$PTSCOPE_SRC/module/spec/ptscope.yaml
client=${PTSCOPE_YNL:-}/tools/net/ynl/cli.py

if [[ ! -r $client ]] || ! /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	skip "YNL client" "this guest has no YNL client or no PyYAML"
	finish
fi

# Python and the client take seconds to start on an emulated CPU, so they are started
# once. The program replies to each line with a line: its status and JSON.
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cat >"$work/server.py" <<'END'
import contextlib, functools, io, json, os, struct, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import cli

path = sys.argv[2]
cli.YnlFamily = functools.cache(cli.YnlFamily)
# exit() would close standard input.
cli.exit = sys.exit
# Cached as in the client, so that the spec is read once.
spec = cli.YnlFamily(path, "", None, recv_size=0)
sets = {s["name"]: s for s in spec["attribute-sets"]}
defs = {d["name"]: d for d in spec["definitions"]}
reply = None

# Returns one message, or a list of them.
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
    # The first message of a dump describes the target.
    if kind == "dump":
        assert not set(reply[0]) - {"pid", "start-time", "hidden", "cache"}, reply[0]
        reply = reply[1:]
    return reply

# Frame and pages of each run in the last reply. The last word exceeds the numbers of
# JSON.
def runs():
    words = [word for message in reply for word in message["runs"]]
    return [[words[i + 1], words[i + 2] & 0xffffffff] for i in range(0, len(words), 3)]

# Decodes the packed VMAs of the last reply by the spec, in the form of attributes().
def packed_vmas():
    census = [None] + [a["name"] for a in sets["census"]["attributes"]]
    vmas = []
    for message in reply:
        data = bytes.fromhex(message["lines"].replace(" ", "").replace(":", ""))
        while data:
            start, end, flags, mask = struct.unpack_from("=4Q", data)
            vma, counts, tables = {"start": start, "end": end}, {}, {}
            at = 32
            for bit in range(64):
                if not mask >> bit & 1:
                    continue
                value, = struct.unpack_from("=Q", data, at)
                at += 8
                if bit == 0:
                    device, inode = struct.unpack_from("=2Q", data, at)
                    at += 16
                    vma |= {"offset": value, "dev-major": device >> 32,
                            "dev-minor": device & 0xffffffff, "inode": inode}
                elif bit < 32:
                    counts[census[bit]] = value
                else:
                    tables.setdefault((bit - 32) // 4, {})[["pages", "used", "empty"][bit % 4]] = value
            length = flags >> 32
            if length:
                vma["name"] = data[at:at + length - 1].decode()
                assert data[at + length - 1] == 0
            data = data[at + (length + 7) // 8 * 8:]
            vmas.append([vma, counts, sorted(tables.items()), flags & 0xffffffff])
    return vmas

# The same for VMAs with attributes.
def attributes():
    def names(definition):
        return [e["name"] if isinstance(e, dict) else e for e in defs[definition]["entries"]]
    levels, flags = names("level"), names("vma-flag")
    def bits(names):
        return names if isinstance(names, int) else sum(1 << flags.index(f) for f in names)
    vmas = []
    for message in reply:
        vma = message["vma"]
        tables = {levels.index(t["level"]) if isinstance(t["level"], str) else t["level"]:
                  {k: v for k, v in t.items() if k != "level" and v} for t in message.get("table", [])}
        vmas.append([{k: v for k, v in vma.items() if k != "flags"}, message["census"],
                     sorted(tables.items()), bits(vma["flags"])])
    return vmas

for line in sys.stdin:
    word, *arguments = line.rstrip("\n").split("\t")
    try:
        response = 0, json.dumps(globals()[word](*arguments), separators=(",", ":"), sort_keys=True)
    except Exception as e:
        response = 1, repr(e)
    print(*response, flush=True)
END
coproc CLIENT { exec /usr/bin/python3 "$work/server.py" "$client" "$spec"; }

# call FUNCTION ARGUMENT...: calls a function of the Python program; sets $result. It
# does not work in subshells.
call() {
	local IFS=$'\t' went
	result=
	echo "$*" >&"${CLIENT[1]}"
	IFS=' ' read -r -u "${CLIENT[0]}" went result && [[ $went == 0 ]]
}

# ynl KIND OPERATION REQUEST: sends a request; sets $reply to one message or a list, as
# JSON.
ynl() {
	local status=0
	call ynl "$@" || status=1
	reply=$result
	[[ $status -eq 0 ]] || echo "# $reply"
	return "$status"
}

sleep infinity &
pid=$!
until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.1; done

check "info-get" ynl "do" info-get '{}'
json_same "info-get agrees with info" "$reply" '[.["page-size"], .["va-bits"], .levels]' \
	"$(ptscope info --json)" '.info[0] | [.page_size, .va_bits, .levels]'

check "proc-get" ynl dump proc-get "{\"pid\": $pid}"
json_of "proc-get: PID and name" "[.[] | [.pid, .comm]] == [[$pid, \"sleep\"]]" "$reply"
json_same "proc-get agrees with the total of maps" "$reply" '.[0].census | [.size, .res, .lazy, .disk]' \
	"$(ptscope maps --json -o size,res,lazy,disk "$pid")" '.total[0] | [.size, .res, .lazy, .disk]'
check "proc-get with the page cache" ynl dump proc-get "{\"pid\": $pid, \"cache\": true}"
json_same "proc-get agrees with maps --cache" "$reply" '.[0].census | [.cached, .disk // 0]' \
	"$(ptscope maps --cache --json -o cached,disk "$pid")" '.total[0] | [.cached, .disk]'

check "proc-get of all" ynl dump proc-get '{}'
json_of "proc-get of all: includes the process" "[.[] | select(.pid == $pid) | .comm] == [\"sleep\"]" "$reply"
json_of "proc-get of all: each process once" '[.[].pid] | length == (unique | length)' "$reply"

check "vma-get" ynl dump vma-get "{\"pid\": $pid}"
# shellcheck disable=SC2016 # for jq to expand
json_same "vma-get agrees with maps" "$reply" \
	'[.[] | [.vma.start, .vma.end, .census.size, .census.res // 0, .vma.name // ""]]' \
	"$(ptscope maps --json -b -o start,end,size,res,name "$pid")" '
		def hex: ltrimstr("0x") | explode | reduce .[] as $c
			(0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
		[.maps[] | [(.start | hex), (.end | hex), .size, .res, .name // ""]]'

# get_both PID: the VMAs of a process in both forms, as $attributes and $packed.
get_both() {
	attributes='' packed=
	ynl dump vma-get "{\"pid\": $1}" && call attributes && attributes=$result &&
		ynl dump vma-get "{\"pid\": $1, \"brief\": true}" && call packed_vmas && packed=$result
}

/usr/bin/python3 -c 'import time; time.sleep(1e6)' &
python=$!
for other in "$pid" "$python" 1; do
	tries=5
	while get_both "$other" && [[ $packed != "$attributes" ]] && ((--tries)); do sleep 1; done
	same "vma-get: packed is the same for $(</proc/"$other"/comm)" "$packed" "$attributes"
	json_of "vma-get: more than 5 VMAs" 'length > 5' "$attributes"
done

check "run-get" ynl dump run-get "{\"pid\": $pid, \"detail\": 1}"
call runs
json_same "run-get agrees with pages" "$result" . \
	"$(ptscope pages --json -o frame,pages "$pid")" '[.pages[] | [.frame // 0, .pages]]'
check "run-get of one state" ynl dump run-get "{\"pid\": $pid, \"states\": [\"lazy\"]}"
json_same "run-get of one state: as many runs as pages --state" "$reply" '[.[].runs] | add | length / 3' \
	"$(ptscope pages --json --state lazy -o start "$pid")" '.pages | length'

stack=$(awk '/\[stack\]/ { split($1, a, "-"); print a[2] }' "/proc/$pid/maps")
address=$((0x$stack - 8))
check "walk-get" ynl dump walk-get "{\"pid\": $pid, \"address\": [$address]}"
# shellcheck disable=SC2016 # for jq to expand
json_same "walk-get agrees with walk" \
	"$reply" '[.[0].path[0].entry[] | [.level, .index, .table]]' \
	"$(ptscope walk --json -o level,index,table,flags "$pid" "$(printf '%x' "$address")")" \
	'def hex: ltrimstr("0x") | explode | reduce .[] as $c
		(0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
	 [.walk[] | select(.flags != ["folded"]) | [.level, .index, (.table | hex)]]'

check "proc-get of a kernel thread fails" eval '! ynl dump proc-get "{\"pid\": 2}"'
matches "proc-get of a kernel thread: message" "$reply" 'a kernel thread has no address space of its own'
check "proc-get after an error" ynl dump proc-get "{\"pid\": $pid}"

finish
