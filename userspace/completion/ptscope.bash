# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bash completion for ptscope(8). What can follow is asked of the command
# itself, so that this file need not be changed with it.

_ptscope_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# The last element of a list of columns; those before it stay.
_ptscope_columns() {
	local verb=$1 list=${cur#+} head='' names
	names=$(ptscope "$verb" --list-columns 2>/dev/null | awk '{ print $1 }')
	[[ $cur == +* ]] && head=+
	[[ $list == *,* ]] && head+=${list%,*},
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "$names" -- "${list##*,}")
	compopt -o nospace
}

# The last element of a list of states, flags or details, which the command
# names when it is asked for one that is none.
_ptscope_words_of() {
	local verb=$1 option=$2 head='' words
	words=$(ptscope "$verb" "$option" '?' 2>&1 | sed -n 's/^  //p')
	[[ $cur == *,* ]] && head=${cur%,*},
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "${words//,/ }" -- "${cur##*,}")
	compopt -o nospace
}

_ptscope() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]}
	COMPREPLY=()

	if [[ $COMP_CWORD -eq 1 ]]; then
		_ptscope_words "$(ptscope --help 2>/dev/null |
			awk '/^Verbs:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }') --help --version"
		return
	fi
	case $prev in
	-o | --output) _ptscope_columns "$verb"; return ;;
	--range) return ;;
	--state | --flags | --any | --detail) _ptscope_words_of "$verb" "$prev"; return ;;
	esac
	case $cur in
	--color=*) cur=${cur#--color=} _ptscope_words 'always never auto' ;;
	-*) _ptscope_words "$(ptscope "$verb" --help 2>/dev/null |
		grep -o -e '--[a-z-]*' | sort -u)" ;;
	*) [[ $verb == info ]] ||
		_ptscope_words "self $(cd /proc && printf '%s\n' [0-9]*)" ;;
	esac
}

complete -F _ptscope ptscope
