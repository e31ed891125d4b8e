# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs a Redis server in the guest with many keys, huge pages, and a part of its memory
# swapped out. Needs --swap and --with redis-server.

redis_socket=/run/redis-ptscope.sock
redis_group=/sys/fs/cgroup/redis-ptscope

redis() {
	redis-cli -s "$redis_socket" "$@"
}

# redis_start KEYS SWAP: sets $redis_pid.
redis_start() {
	echo always >/sys/kernel/mm/transparent_hugepage/enabled
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p "$redis_group"
	# Redis disables huge pages for itself by default.
	bash -c "echo \$\$ >$redis_group/cgroup.procs && exec \"\$@\"" _ \
		redis-server --port 0 --unixsocket "$redis_socket" --save '' --disable-thp no \
		--enable-debug-command local >/run/redis-ptscope.log 2>&1 &
	redis_pid=$!
	local i
	for ((i = 0; ; i++)); do
		redis ping >/dev/null 2>&1 && break
		[[ $i -lt 100 ]] || { cat /run/redis-ptscope.log >&2; return 1; }
		sleep 0.1
	done
	redis debug populate "$1" key 400 >/dev/null
	# Memory is not short here, so the kernel is asked to reclaim some. It may reclaim
	# less than that.
	echo "$2" >"$redis_group/memory.reclaim" 2>/dev/null || true
}

redis_stop() {
	kill "$redis_pid"
	wait "$redis_pid" 2>/dev/null || true
}
