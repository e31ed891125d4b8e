#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The documents name things that exist: files, anchors, commands and options; the C
# examples compile; the table of permissions is the one that is tested.
#
#	tests/unit/docs.sh [FILE...]	all documents by default

set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/selftests/ktap.sh
. tests/selftests/ktap.sh

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
client=build/userspace/cli/ptscope

if [[ $# -gt 0 ]]; then
	documents=("$@")
else
	mapfile -t documents < <(find . -name '*.md' ! -path './build/*' ! -path './.git/*' -printf '%P\n' | sort)
fi

# parts FILE: prints "KIND<tab>TEXT" for each link target, inline code, line of a code
# block, and name in the first column of a table that lists a directory.
parts() {
	awk '
		function spans(line,    n, piece, i) {
			n = split(line, piece, "`")
			for (i = 2; i <= n; i += 2)
				print "code\t" piece[i]
		}
		/^```/ { language = inside ? "" : substr($0, 4); inside = !inside; next }
		inside { print "block:" language "\t" $0; next }
		/^\|/ && !table { table = 1; directory = $2 ~ /^[a-z]+\/$/ ? $2 : "" }
		!/^\|/ { table = 0 }
		table && directory {
			split($0, cell, "|")
			n = split(cell[2], piece, "`")
			for (i = 2; i <= n; i += 2)
				print "path\t" directory piece[i]
		}
		{
			spans($0)
			rest = $0
			while (match(rest, /\]\([^)]*\)/)) {
				print "link\t" substr(rest, RSTART + 2, RLENGTH - 3)
				rest = substr(rest, RSTART + RLENGTH)
			}
		}' "$1"
}

# anchors FILE: prints the anchor of each heading, as the forges make them.
anchors() {
	awk '/^```/ { inside = !inside } !inside && /^#+ / { sub(/^#+ */, ""); print tolower($0) }' "$1" |
		sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# links FILE: prints the links that lead nowhere.
links() {
	local kind target file anchor
	while IFS=$'\t' read -r kind target; do
		[[ $kind == link && $target != *:* ]] || continue
		file=${target%%#*} anchor=
		[[ $target != *#* ]] || anchor=${target#*#}
		if [[ $file ]]; then file=$(dirname "$1")/$file; else file=$1; fi
		if [[ ! -e $file ]]; then
			echo "$target: no such file"
		elif [[ $anchor ]] && ! anchors "$file" | grep -qxF -e "$anchor"; then
			echo "$target: no such heading"
		fi
	done <"$tmp/parts"
}

# paths FILE: prints the names of files of the repository that do not exist. A name with
# an upper-case word in it is a placeholder, unless it exists.
paths() {
	{
		sed -n 's/^path\t//p' "$tmp/parts"
		grep -oE '(^|[^A-Za-z0-9_./-])(module|userspace|tests|scripts|docs)/[A-Za-z0-9_./-]*' "$1" |
			sed -E 's/^[^a-z]//; s/\.$//'
	} | sort -u | while IFS= read -r path; do
		[[ -e $path || ${path##*/} =~ ^[A-Z]+\.[a-z]+$ ]] || echo "$path: no such file"
	done
}

# Options among the words of a command, up to the command that it runs itself.
options() {
	local word
	for word; do
		case $word in
		--) return ;;
		--help) ;;
		--*) echo "${word%%=*}" ;;
		-h) ;;
		-[a-zA-Z]) echo "$word" ;;
		esac
	done
}

# lacks HELP-FILE WORD...: prints the options that the help does not list.
lacks() {
	local option file=$1
	shift
	options "$@" | while IFS= read -r option; do
		grep -qE -e "(^|[^A-Za-z-])$option([^A-Za-z-]|\$)" "$file" || echo "$option is not an option"
	done
}

# command_faults LINE: prints what is wrong with a command, without running it.
command_faults() {
	local line=$1 name
	local -a words
	# Substitutions stand for an argument, and a comment may follow.
	line=$(sed -E "s/\\$\([^)]*\)/1/g; s/ +#.*//; s/^sudo //; s/…//g; s/\[[^]]*\]+//g" <<<"$line")
	# Quotes as in a shell, and nothing else of one.
	mapfile -t words < <(xargs -n 1 printf '%s\n' <<<"$line" 2>/dev/null)
	name=${words[0]:-}
	case $name in
	'') ;;
	make)
		# Recipes with $(MAKE) run in spite of -n.
		make -n MAKE=true "${words[@]:1}" >"$tmp/help" 2>&1 ||
			grep -m 1 -E '\*\*\*|No rule' "$tmp/help" || echo "make fails"
		;;
	ptscope)
		if [[ ${words[1]:-} == -* ]]; then
			"$client" --help >"$tmp/help" 2>&1
		else
			"$client" "${words[1]:-}" --help >"$tmp/help" 2>&1
		fi || { echo "'${words[1]:-}' is not a verb"; return; }
		lacks "$tmp/help" "${words[@]:1}"
		;;
	scripts/* | tests/* | .ci/*)
		[[ -x $name && ! -d $name ]] || { echo "$name: no such command"; return; }
		[[ $(options "${words[@]:1}") ]] || return
		"$name" -h >"$tmp/help" 2>&1 || { echo "$name has no help"; return; }
		lacks "$tmp/help" "${words[@]:1}"
		;;
	apt-get | git | modprobe) ;;
	*) echo "unknown command" ;;
	esac
}

commands() {
	local kind text fault
	while IFS=$'\t' read -r kind text; do
		case $kind in
		block:sh) ;;
		block:console) [[ $text == '$ '* ]] || continue; text=${text#??} ;;
		code) [[ $text =~ ^(make|scripts/[a-z-]+|ptscope|\.ci/run)( |$) ]] || continue ;;
		*) continue ;;
		esac
		# By itself it is also the name of the module and of the family.
		[[ $text != ptscope ]] || continue
		command_faults "$text" | while IFS= read -r fault; do
			echo "$text: $fault"
		done
	done <"$tmp/parts"
}

# compiles FILE: a block of C is a whole program.
compiles() {
	# shellcheck disable=SC2046
	cc -std=gnu11 -Wall -Wextra -Werror -Imodule/uapi -Iuserspace/lib -o "$tmp/example" "$1" \
		build/userspace/lib/libptscope.a $(pkg-config --libs libnl-genl-3.0) >"$tmp/cc.err" 2>&1 ||
		{ sed 's/^/# /' "$tmp/cc.err"; return 1; }
}

examples=0
for document in "${documents[@]}"; do
	parts "$document" >"$tmp/parts"
	same "$document: links" "$(links "$document")" ""
	same "$document: files" "$(paths "$document")" ""
	same "$document: commands" "$(commands)" ""
	rm -f "$tmp"/example*.c
	awk -v base="$tmp/example" '/^```c$/ { n++; file = base n ".c"; next } /^```/ { file = "" } file { print >file }' \
		"$document"
	for example in "$tmp"/example*.c; do
		[[ -e $example ]] || continue
		check "$document: example $((++examples)) compiles" compiles "$example"
	done
done

if [[ $# -eq 0 ]]; then
	check "there is an example" test "$examples" -gt 0
	# Nothing would be like nothing.
	table=$(build/tests/selftests/permissions table)
	header=$(head -n 1 <<<"$table")
	check "the test of permissions prints its table" test -n "$header"
	same "SECURITY.md has that table" \
		"$(awk -v header="$header" '$0 == header { inside = 1 } inside && !/^\|/ { exit } inside' SECURITY.md)" \
		"$table"
fi
finish
