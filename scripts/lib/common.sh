# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What every command in scripts/ shares: messages, the cache's place, locks.

PTSCOPE_REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034
PTSCOPE_LIB=$PTSCOPE_REPO/scripts/lib

# Exported as well, so that a caller's relative setting means the same
# directory in every command that this one runs.
: "${PTSCOPE_CACHE:=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/ptscope}"
[[ $PTSCOPE_CACHE == /* ]] || PTSCOPE_CACHE=$PWD/$PTSCOPE_CACHE
export PTSCOPE_CACHE

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# The status a failure ends with; a command that hands back a status of its
# guest sets this to one that cannot be mistaken for it.
DIE_STATUS=1

die() {
	say "$*"
	exit "$DIE_STATUS"
}

# Runs a command as root: directly, or by sudo where there is one.
as_root() {
	if [[ $EUID -eq 0 ]]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		say "root is needed to run '$*', and there is no sudo"
		return 1
	fi
}

# Quotes one word for a POSIX shell. Byte by byte: with a multibyte locale a
# word that is not valid text would not survive.
quote() {
	local LC_ALL=C
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

# Takes an exclusive lock on FILE until this process ends. The descriptor is
# inherited by children; use it only in commands that wait for all of theirs.
lock() {
	local fd
	mkdir -p "$(dirname "$1")"
	exec {fd}>"$1"
	flock "$fd"
}
