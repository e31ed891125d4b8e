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

# What the spec says of a line, applied to those in $said: each VMA as it is told
# with attributes, but for its tables' order.
lines() {
	/usr/bin/python3 -c 'import json, struct, sys, yaml
sets = {s["name"]: s for s in yaml.safe_load(open(sys.argv[1]))["attribute-sets"]}
census = [None] + [a["name"] for a in sets["census"]["attributes"]]
vmas = []
for message in json.load(sys.stdin):
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
print(json.dumps(vmas, separators=(",", ":"), sort_keys=True))' "$spec" <<<"$said"
}

# The same of those with attributes.
attributes() {
	/usr/bin/python3 -c 'import json, sys, yaml
defs = {d["name"]: d for d in yaml.safe_load(open(sys.argv[1]))["definitions"]}
def names(definition):
    return [e["name"] if isinstance(e, dict) else e for e in defs[definition]["entries"]]
levels, flags = names("level"), names("vma-flag")
def bits(said):
    return said if isinstance(said, int) else sum(1 << flags.index(f) for f in said)
vmas = []
for message in json.load(sys.stdin):
    vma = message["vma"]
    tables = {levels.index(t["level"]) if isinstance(t["level"], str) else t["level"]:
              {k: v for k, v in t.items() if k != "level" and v} for t in message.get("table", [])}
    vmas.append([{k: v for k, v in vma.items() if k != "flags"}, message["census"],
                 sorted(tables.items()), bits(vma["flags"])])
print(json.dumps(vmas, separators=(",", ":"), sort_keys=True))' "$spec" <<<"$said"
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

# The VMAs of $1 in both forms: the same, unless it did something in between.
both_forms() {
	ynl dump vma-get "{\"pid\": $1}" && told=$(attributes) &&
		ynl dump vma-get "{\"pid\": $1, \"brief\": true}" && told_briefly=$(lines)
}

/usr/bin/python3 -c 'import time; time.sleep(1e6)' &
python=$!
trap 'kill $pid $python' EXIT
for other in "$pid" "$python" 1; do
	tries=5
	while both_forms "$other" && [[ $told_briefly != "$told" ]] && ((--tries)); do sleep 1; done
	same "vma-get in brief says the same of $(</proc/"$other"/comm)" "$told_briefly" "$told"
	check "of some VMAs" test "$(jq length <<<"$told")" -gt 5
done

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
