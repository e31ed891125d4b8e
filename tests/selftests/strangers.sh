# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Programs from Debian's packages that do something, for the oracle to look
# at. Sourced by tests/run-guest.

# shellcheck source=scripts/lib/redis-guest.sh
. "$PTSCOPE_SRC/scripts/lib/redis-guest.sh"

strangers=()

start_strangers() {
	redis_start 100000 30M || return 1
	# An interpreter with a heap and mapped files of its own.
	perl -e '@a = map { "x" x $_ } 1..3000; sleep 1000' &
	strangers+=($!)
	# A pipeline of small ones, each mostly made of shared libraries.
	sleep 1000 &
	strangers+=($!)
	bash -c 'declare -A a; for i in {1..20000}; do a[$i]=$i; done; sleep 1000; :' &
	strangers+=($!)
	sort --buffer-size=100M <(sleep 1000) &
	strangers+=($!)
	# Their start is not what is looked at.
	sleep 3
}

stop_strangers() {
	kill "${strangers[@]}" 2>/dev/null
	redis_stop
}
