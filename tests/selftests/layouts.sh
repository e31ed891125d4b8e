# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Victims, for tests in shell: start some, and know when they are ready. Sourced
# after ktap.sh. $work holds what each of them says; all are killed at the end.

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT

# Whatever has this for its input waits until it is killed.
mkfifo "$work/hold"
exec {hold}<>"$work/hold"

# Only there can shared memory be asked for huge pages.
thp=/sys/kernel/mm/transparent_hugepage/shmem_enabled
[[ -w $thp ]] && echo advise >"$thp"

# start_layout NAME [ARGUMENT...]
start_layout() {
	local name=$1
	shift
	"$PTSCOPE_TESTS/layouts/$name" "$@" <&"$hold" >"$work/$name" 2>&1 &
}

# await_layout NAME: 0 when it is ready; else 4 if it cannot do it here, 1 if it
# went wrong, and $why says why.
# shellcheck disable=SC2034
await_layout() {
	local last
	# A victim is done when its last line says how it ended.
	for _ in {1..600}; do
		last=$(tail -n 1 "$work/$1" 2>/dev/null)
		why=${last#* }
		case ${last%% *} in
		ready) return 0 ;;
		skip) return 4 ;;
		fail) return 1 ;;
		esac
		sleep 0.1
	done
	why="it does not get ready"
	return 1
}
