# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bash completion for ptscope(8). Verbs, options and columns come from the output of the
# command. "make spec" generates the names of states, flags and details below.

# BEGIN GENERATED
_ptscope_states='res lazy cached disk swap migration hwpoison device-private device-exclusive uffd-wp guard poison bad'
_ptscope_flags='write user exec young dirty soft-dirty uffd-wp global special devmap protnone zero thp hugetlb exclusive cont'
_ptscope_details='frame age soft-dirty node folio'
# END GENERATED

_ptscope_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# Add no space after the completed word. Tests call this outside of a completion, where
# compopt fails.
_ptscope_no_space() {
	compopt -o nospace 2>/dev/null || true
}

_ptscope_verbs() {
	ptscope --help 2>/dev/null |
		awk '/^Verbs:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }'
}

# _ptscope_list NAMES [PREFIXES]: complete the last element of a comma-separated list. If
# PREFIXES contains +, the list may begin with +; if it contains ^, an element may begin
# with ^.
_ptscope_list() {
	local list=$cur head='' element
	if [[ ${2:-} == *+* && $list == +* ]]; then
		head=+ list=${list#+}
	fi
	[[ $list == *,* ]] && head+=${list%,*},
	element=${list##*,}
	if [[ ${2:-} == *^* && $element == ^* ]]; then
		head+=^ element=${element#^}
	fi
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "$1" -- "$element")
	_ptscope_no_space
}

_ptscope_columns() {
	local -a summary=()
	[[ " ${COMP_WORDS[*]} " == *' --summary '* ]] && summary=(--summary)
	ptscope "${COMP_WORDS[1]}" "${summary[@]}" --list-columns 2>/dev/null | awk '{ print $1 }'
}

# Complete the argument of an option; false if the option has no argument.
_ptscope_values() {
	case $1 in
	-o | --output) _ptscope_list "$(_ptscope_columns)" + ;;
	--sort) _ptscope_words "$(_ptscope_columns)" ;;
	--state) _ptscope_list "$_ptscope_states" ;;
	--flags | --any) _ptscope_list "$_ptscope_flags" ^ ;;
	--detail) _ptscope_list "$_ptscope_details" ;;
	--by) _ptscope_words 'name type perm' ;;
	--name) _ptscope_words "$(cat /proc/[0-9]*/comm 2>/dev/null | sort -u)" ;;
	--user) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	--cgroup)
		mapfile -t COMPREPLY < <(cd /sys/fs/cgroup 2>/dev/null && compgen -d -S / -- "${cur#/}")
		_ptscope_no_space
		;;
	--top) _ptscope_words '5 10 20 50' ;;
	--range) ;;
	*) return 1 ;;
	esac
}

_ptscope() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]}
	COMPREPLY=()

	if [[ $COMP_CWORD -eq 1 ]]; then
		_ptscope_words "$(_ptscope_verbs) help --help --version"
		return
	fi
	if [[ $verb == help ]]; then
		_ptscope_words "$(_ptscope_verbs)"
		return
	fi
	# Readline splits --option=value into three words.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $prev == --color ]]; then
		_ptscope_words 'always never auto'
		return
	fi
	_ptscope_values "$prev" && return
	case $cur in
	--color=*) cur=${cur#--color=} _ptscope_words 'always never auto' ;;
	-*) _ptscope_words "$(ptscope "$verb" --help 2>/dev/null |
		grep -o -e '^ *\(-[a-z], \)\?--[a-z-]*' | grep -o -e '--[a-z-]*' | sort -u)" ;;
	*) [[ $verb == info ]] ||
		_ptscope_words "self $(cd /proc && printf '%s\n' [0-9]*)" ;;
	esac
}

complete -F _ptscope ptscope
