#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The wire is what the spec says it is: the kernel's own YNL client, which knows
# nothing of ptscope but the spec, gets the same answers as the command does.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/json.sh
. "$(dirname "$0")/json.sh"

spec=$PTSCOPE_SRC/module/spec/ptscope.yaml
client=${PTSCOPE_YNL:-}/tools/net/ynl/cli.py

if [[ ! -r $client ]] || ! /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	skip "the YNL client" "it or its Python is not here"
	finish
fi

# Python and the client take seconds to get going where the processor is emulated,
# so they do it once, and then answer a line with a line: with how it went, and
# with JSON.
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cat >"$work/resident.py" <<'END'
import contextlib, functools, io, json, os, struct, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import cli

path = sys.argv[2]
cli.YnlFamily = functools.cache(cli.YnlFamily)
# The exit that it would call closes standard input, too.
cli.exit = sys.exit
# As the client does, so that the spec is read once.
spec = cli.YnlFamily(path, "", None, recv_size=0)
sets = {s["name"]: s for s in spec["attribute-sets"]}
defs = {d["name"]: d for d in spec["definitions"]}
said = None

# One message, or a list of them.
def ynl(kind, operation, request):
    global said
    sys.argv = ["ynl", "--spec", path, "--no-schema", "--output-json",
                "--" + kind, operation, "--json", request]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            cli.main()
        except SystemExit:
            raise RuntimeError(out.getvalue())
    said = json.loads(out.getvalue())
    # The first message of a dump identifies its target, and that alone.
    if kind == "dump":
        assert not set(said[0]) - {"pid", "start-time", "hidden", "cache"}, said[0]
        said = said[1:]
    return said

# Frame and pages of each run in what was said last. Its last word is more than a
# number of JSON can be to jq.
def runs():
    words = [word for message in said for word in message["runs"]]
    return [[words[i + 1], words[i + 2] & 0xffffffff] for i in range(0, len(words), 3)]

# What the spec says of a line, applied to those in what was said: each VMA as it
# is told with attributes, but for its tables' order.
def lines():
    census = [None] + [a["name"] for a in sets["census"]["attributes"]]
    vmas = []
    for message in said:
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

# The same of those with attributes.
def attributes():
    def names(definition):
        return [e["name"] if isinstance(e, dict) else e for e in defs[definition]["entries"]]
    levels, flags = names("level"), names("vma-flag")
    def bits(told):
        return told if isinstance(told, int) else sum(1 << flags.index(f) for f in told)
    vmas = []
    for message in said:
        vma = message["vma"]
        tables = {levels.index(t["level"]) if isinstance(t["level"], str) else t["level"]:
                  {k: v for k, v in t.items() if k != "level" and v} for t in message.get("table", [])}
        vmas.append([{k: v for k, v in vma.items() if k != "flags"}, message["census"],
                     sorted(tables.items()), bits(vma["flags"])])
    return vmas

for line in sys.stdin:
    word, *arguments = line.rstrip("\n").split("\t")
    try:
        answer = 0, json.dumps(globals()[word](*arguments), separators=(",", ":"), sort_keys=True)
    except Exception as e:
        answer = 1, repr(e)
    print(*answer, flush=True)
END
coproc CLIENT { exec /usr/bin/python3 "$work/resident.py" "$client" "$spec"; }

# told WORD ARGUMENT...: what the resident client makes of it, in $told. Subshells do
# not reach it.
told() {
	local IFS=$'\t' went
	told=
	echo "$*" >&"${CLIENT[1]}"
	IFS=' ' read -r -u "${CLIENT[0]}" went told && [[ $went == 0 ]]
}

# ynl KIND OPERATION REQUEST: one message, or a list of them, as JSON in $said.
ynl() {
	local status=0
	told ynl "$@" || status=1
	said=$told
	[[ $status -eq 0 ]] || echo "# $said"
	return "$status"
}

sleep infinity &
pid=$!
until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.1; done

check "info-get" ynl "do" info-get '{}'
json_same "info-get agrees with info" "$said" '[.["page-size"], .["va-bits"], .levels]' \
	"$(ptscope info --json)" '.info[0] | [.page_size, .va_bits, .levels]'

check "proc-get" ynl dump proc-get "{\"pid\": $pid}"
json_of "proc-get names the process" "[.[] | [.pid, .comm]] == [[$pid, \"sleep\"]]" "$said"
json_same "proc-get agrees with the total of maps" "$said" '.[0].census | [.size, .res, .lazy, .disk]' \
	"$(ptscope maps --json -o size,res,lazy,disk "$pid")" '.maps[-1] | [.size, .res, .lazy, .disk]'
check "proc-get with the page cache" ynl dump proc-get "{\"pid\": $pid, \"cache\": true}"
json_same "proc-get agrees with maps --cache" "$said" '.[0].census | [.cached, .disk // 0]' \
	"$(ptscope maps --cache --json -o cached,disk "$pid")" '.maps[-1] | [.cached, .disk]'

check "proc-get of all" ynl dump proc-get '{}'
json_of "a request for all has that one too" "[.[] | select(.pid == $pid) | .comm] == [\"sleep\"]" "$said"
json_of "a request for all has each process once" '[.[].pid] | length == (unique | length)' "$said"

check "vma-get" ynl dump vma-get "{\"pid\": $pid}"
# shellcheck disable=SC2016 # for jq to expand
json_same "vma-get has the VMAs that maps has" "$said" \
	'[.[] | [.vma.start, .vma.end, .census.size, .census.res // 0, .vma.name // ""]]' \
	"$(ptscope maps --json -b -o start,end,size,res,name "$pid")" '
		def hex: ltrimstr("0x") | explode | reduce .[] as $c
			(0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
		[.maps[:-1][] | [(.start | hex), (.end | hex), .size, .res, .name // ""]]'

# The VMAs of $1 in both forms: the same, unless it did something in between.
both_forms() {
	long='' brief=
	ynl dump vma-get "{\"pid\": $1}" && told attributes && long=$told &&
		ynl dump vma-get "{\"pid\": $1, \"brief\": true}" && told lines && brief=$told
}

/usr/bin/python3 -c 'import time; time.sleep(1e6)' &
python=$!
for other in "$pid" "$python" 1; do
	tries=5
	while both_forms "$other" && [[ $brief != "$long" ]] && ((--tries)); do sleep 1; done
	same "vma-get in brief says the same of $(</proc/"$other"/comm)" "$brief" "$long"
	json_of "and of some VMAs" 'length > 5' "$long"
done

check "run-get" ynl dump run-get "{\"pid\": $pid, \"detail\": 1}"
told runs
json_same "run-get has the runs that pages has" "$told" . \
	"$(ptscope pages --json -o frame,pages "$pid")" '[.pages[] | [.frame // 0, .pages]]'
check "run-get of one state" ynl dump run-get "{\"pid\": $pid, \"states\": [\"lazy\"]}"
json_same "run-get has as many as pages --state" "$said" '[.[].runs] | add | length / 3' \
	"$(ptscope pages --json --state lazy -o start "$pid")" '.pages | length'

stack=$(awk '/\[stack\]/ { split($1, a, "-"); print a[2] }' "/proc/$pid/maps")
address=$((0x$stack - 8))
check "walk-get" ynl dump walk-get "{\"pid\": $pid, \"address\": [$address]}"
json_same "walk-get has the steps that walk has" \
	"$said" '[.[0].path[0].step[] | [.level, .index, .table]]' \
	"$(ptscope walk --json -o level,index,table,flags "$pid" "$(printf '%x' "$address")")" \
	'[.walk[] | select(.flags != "folded") | [.level, .index, .table]]'

check "a refusal of proc-get" eval '! ynl dump proc-get "{\"pid\": 2}"'
matches "it comes with the kernel's words" "$said" 'a kernel thread has no address space of its own'
check "a question after that" ynl dump proc-get "{\"pid\": $pid}"

finish
