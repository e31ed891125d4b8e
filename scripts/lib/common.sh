# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shared by all commands in scripts/: messages, the path of the cache, locks.

PTSCOPE_REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034
PTSCOPE_LIB=$PTSCOPE_REPO/scripts/lib

# Exported as an absolute path, so that it is the same directory in every command that
# this one runs.
: "${PTSCOPE_CACHE:=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/ptscope}"
[[ $PTSCOPE_CACHE == /* ]] || PTSCOPE_CACHE=$PWD/$PTSCOPE_CACHE
export PTSCOPE_CACHE

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# Exit status of die. A command that returns the status of its guest sets another one.
DIE_STATUS=1

die() {
	say "$*"
	exit "$DIE_STATUS"
}

# Runs a command as root: directly, or by sudo.
as_root() {
	if [[ $EUID -eq 0 ]]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		say "cannot run '$*': not root, and sudo is not installed"
		return 1
	fi
}

# Quotes one word for a POSIX shell. In the C locale, because a word that is not valid
# text would be changed in another one.
quote() {
	local LC_ALL=C
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

# Takes an exclusive lock on FILE until this process ends. Children inherit the
# descriptor, so a command that uses it must wait for all of them.
lock() {
	local fd
	mkdir -p "$(dirname "$1")"
	exec {fd}>"$1"
	flock "$fd"
}
