# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Programs from Debian's packages, as processes for the oracle.
# scripts/lib/test-guest.sh lists the packages. Source this after layouts.sh, whose
# $work and $hold it uses.
#
# A workload is a line in the table below and a function start_NAME. It is ready when it
# has printed "ready", or when the function ready_NAME, if any, succeeds. The function
# lacks_NAME, if any, prints why it cannot run here.
# shellcheck disable=SC2154

# shellcheck source=scripts/lib/redis-guest.sh
. "$PTSCOPE_SRC/scripts/lib/redis-guest.sh"

# Name and features, see has(). The slowest workloads come first.
workloads=(
	"chromium vmas pkey vast"
	"postgres hugetlb shm"
	"java_thp thp"
	"java_hugetlb hugetlb"
	"node"
	"git"
	"memcached"
	"nginx"
	"python shm"
	"sqlite"
	"perl"
	"bash"
	"sort"
	"redis"
)

# Seconds until all must be ready. Two emulated guests at once take twice as long as
# one.
workload_patience=$((1200 * ${PTSCOPE_PATIENCE:-1}))
# hugetlb memory of all workloads in MiB, and at least so many pages: each heap or
# segment needs whole ones.
workload_hugetlb=192
workload_hugetlb_pages=12

# The cgroup of a workload holds all its processes.
group_of() {
	echo "/sys/fs/cgroup/workload-$1"
}

# begin NAME COMMAND...: starts a command in the cgroup of the workload.
begin() {
	mkdir -p "$(group_of "$1")"
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$(group_of "$1")" "${@:2}" \
		<&"$hold" >"$work/$1.log" 2>&1 &
	# The shell prints no message when it is killed.
	disown
}

# begin_script NAME ARGUMENT...: the same for a script on standard input.
begin_script() {
	cat >"$work/$1.sh"
	begin "$1" bash "$work/$1.sh" "${@:2}"
}

# talk SOCKET: sends standard input, and prints the reply.
talk() {
	# shellcheck disable=SC2016 # for perl
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(shift) or exit 1;
		print $s <STDIN>;
		$s->flush;
		print while <$s>;' "$1"
}

lacks_chromium() {
	[[ $(uname -m) == x86_64 ]] || echo "an emulated $(uname -m) is too slow for a browser"
	[[ ${PTSCOPE_PATIENCE:-1} -eq 1 ]] || echo "an instrumented kernel is too slow for a browser"
}

# Many processes, and V8 reserves terabytes for each. The options keep it off the
# network.
start_chromium() {
	rm -rf "$work/chromium"
	cat >"$work/page.html" <<-'END'
	<script>
	const code = 'a = []; for (i = 0; i < 10000; i++) a.push({i}); postMessage(1)';
	const url = URL.createObjectURL(new Blob([code]));
	const memory = new WebAssembly.Memory({initial: 100});
	const workers = [];
	let done = 0;
	for (let i = 0; i < 16; i++) {
		workers[i] = new Worker(url);
		workers[i].onmessage = () => ++done < 16 || console.log('ready');
	}
	</script>
	END
	begin chromium chromium --headless --no-sandbox --disable-gpu --disable-quic \
		--no-first-run --disable-background-networking --disable-component-update \
		--disable-sync --disable-hang-monitor --disable-gpu-watchdog \
		--remote-debugging-port=0 --enable-logging=stderr \
		--user-data-dir="$work/chromium" "file://$work/page.html"
}

# A server and four clients. It refuses to run as root.
start_postgres() {
	local bin
	bin=$(compgen -G '/usr/lib/postgresql/*/bin' | tail -n 1)
	mkdir "$work/postgres"
	chown nobody "$work/postgres"
	begin_script postgres "$bin" "$work/postgres" <<-'END'
	PATH=$1:$PATH
	cd "$2" || exit
	export HOME=$2 PGHOST=$2 PGUSER=nobody PGDATABASE=postgres LC_ALL=C.UTF-8
	as_nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	"${as_nobody[@]}" initdb -D data --auth=trust --no-sync --no-instructions || exit
	"${as_nobody[@]}" postgres -D data -k "$2" -c listen_addresses= -c huge_pages=on \
		-c shared_buffers=24MB &
	make='create table t as select i, md5(i::text) from generate_series(1, 20000) i'
	tries=100
	until psql -q -c "$make" || ((tries-- == 0)); do sleep 1; done
	psql -q -c 'create index on t (i)' || exit
	for i in 1 2 3 4; do
		psql -c 'select sum(i), max(md5) from t' -c "select 'ready'" \
			-c 'select pg_sleep(10000)' &
	done
	wait
	END
}

# java NAME OPTION...: runs BeanShell, an interpreter written in Java.
java() {
	local program home
	program=$(compgen -G '/usr/lib/jvm/*/bin/java' | head -n 1)
	home=$(realpath "${program%/bin/java}")
	# The package creates it during installation; here it is only unpacked.
	[[ -e $home/lib/jvm.cfg ]] || echo "-server KNOWN" >"$(realpath -m "$home/lib/jvm.cfg")"
	cat >"$work/$1.bsh" <<-'END'
	list = new ArrayList();
	for (i = 0; i < 5000; i++)
		list.add("number " + i);
	print("ready");
	Thread.sleep(10000000L);
	END
	begin "$1" "$home/bin/java" "${@:2}" -Xms96m -Xmx96m -XX:+AlwaysPreTouch \
		-XX:TieredStopAtLevel=1 -cp /usr/share/java/bsh.jar bsh.Interpreter "$work/$1.bsh"
}

lacks_java() {
	if grep -q '^mmu.*sv57' /proc/cpuinfo; then
		echo "Java does not start on riscv64 with five levels"
	fi
}

lacks_java_thp() {
	lacks_java
}

lacks_java_hugetlb() {
	lacks_java
}

start_java_thp() {
	java java_thp -XX:+UseTransparentHugePages
}

# Heap and code cache use hugetlb pages for all their memory or for none.
start_java_hugetlb() {
	java java_hugetlb -XX:+UseLargePages -XX:+UseSerialGC -XX:ReservedCodeCacheSize=16m
}

start_node() {
	begin node node -e '
		const { Worker } = require("worker_threads");
		const list = [];
		for (let i = 0; i < 100000; i++) list.push({ i });
		new Worker("setInterval(() => {}, 1e6)", { eval: true });
		setInterval(() => list, 1e6);
		console.log("ready");'
}

# It maps the pack file.
start_git() {
	begin_script git "$work/git" <<-'END'
	export GIT_DIR=$1 GIT_CONFIG_NOSYSTEM=1 HOME=$1
	git init -q --bare
	export GIT_WORK_TREE=/usr/share/perl
	cd "$GIT_WORK_TREE"/*.*.*/unicore && git add lib &&
		git -c user.name=test -c user.email=test@localhost commit -qm "Everything" &&
		git repack -adq || exit
	{
		git rev-list --objects --all | cut -d ' ' -f 1
		sleep 10000
	} | git cat-file --batch &
	sleep 1
	echo ready
	wait
	END
}

start_memcached() {
	begin memcached memcached -u root -s "$work/memcached.socket" -m 64 -t 2
}

ready_memcached() {
	local reply
	reply=$(
		for i in {1..2000}; do
			printf 'set key%d 0 0 1000\r\n%01000d\r\n' "$i" "$i"
		done | cat - <(printf 'quit\r\n') | talk "$work/memcached.socket"
	) && [[ $reply == STORED* ]]
}

start_nginx() {
	mkdir -p "$work/nginx"
	cat >"$work/nginx/conf" <<-END
	user root;
	daemon off;
	worker_processes 2;
	pid $work/nginx/pid;
	events { }
	http {
		access_log off;
		client_body_temp_path $work/nginx/body;
		limit_req_zone \$request_uri zone=pages:10m rate=1r/s;
		server {
			listen unix:$work/nginx/socket;
			limit_req zone=pages;
			location / { return 200 "hello\n"; }
		}
	}
	END
	begin nginx nginx -p "$work/nginx" -e stderr -c "$work/nginx/conf"
}

ready_nginx() {
	printf 'GET / HTTP/1.0\r\n\r\n' | talk "$work/nginx/socket" | grep -q 'hello'
}

start_python() {
	begin python python3 -c '
import time
from multiprocessing import shared_memory
shared = shared_memory.SharedMemory(create=True, size=8 << 20)
shared.buf[:4 << 20] = bytes(4 << 20)
numbers = {i: str(i) for i in range(30000)}
print("ready", flush=True)
time.sleep(10000)'
}

# It maps the database, and shares the WAL index with other processes.
start_sqlite() {
	begin_script sqlite "$work/sqlite.db" <<-'END'
	{
		cat <<-SQL
		pragma mmap_size = 67108864;
		pragma journal_mode = wal;
		create table t (a, b);
		with recursive i(n) as (select 1 union all select n + 1 from i limit 20000)
			insert into t select n, hex(randomblob(50)) from i;
		pragma wal_checkpoint;
		select count(*), sum(length(b)) from t;
		.shell echo ready
		SQL
		sleep 10000
	} | sqlite3 "$1"
	END
}

# shellcheck disable=SC2016
start_perl() {
	begin perl perl -e '$| = 1; @a = map { "x" x $_ } 1..3000; print "ready\n"; sleep 10000'
}

start_bash() {
	begin_script bash <<-'END'
	declare -A a
	for i in {1..5000}; do a[$i]=$i; done
	echo ready
	sleep 10000
	:
	END
}

start_sort() {
	begin_script sort <<-'END'
	{
		seq 200000
		echo ready >&2
		sleep 10000
	} | sort --buffer-size=100M
	END
}

start_redis() {
	redis_group=$(group_of redis)
	redis_start 100000 30M
}

ready_redis() {
	redis ping >/dev/null 2>&1
}

# All processes of workloads that were ready.
workload_pids=()

# processes_of NAME: prints the PIDs of a workload.
processes_of() {
	cat "$(group_of "$1")/cgroup.procs" 2>/dev/null
}

# has FEATURE PID
has() {
	local smaps=/proc/$2/smaps
	case $1 in
	thp) grep -q '^AnonHugePages: *[1-9]' "$smaps" ;;
	hugetlb) grep -Eq '^(Private|Shared)_Hugetlb: *[1-9]' "$smaps" ;;
	shm) grep -Eq ' /(SYSV|dev/shm/)' "$smaps" ;;
	vmas) [[ $(wc -l <"/proc/$2/maps") -gt 1000 ]] ;;
	vast) grep -Eq '^VmSize:\s+[0-9]{10,}' "/proc/$2/status" ;;
	pkey) ptscope pages "$2" | grep -Eq '\<pkey=[1-9]' ;;
	esac
}

# Descriptions of the features.
declare -A workload_features=(
	[thp]="huge pages"
	[hugetlb]="hugetlb pages"
	[shm]="named shared memory"
	[vmas]="more than 1000 VMAs"
	[vast]="a terabyte of address space"
	[pkey]="pages with a protection key"
)

lacks_feature() {
	case $1 in
	pkey)
		grep -qw ospke /proc/cpuinfo || echo "this processor has no protection keys"
		;;
	thp)
		[[ -d /sys/kernel/mm/transparent_hugepage ]] ||
			echo "this kernel has no transparent huge pages"
		;;
	esac
}

check_feature() {
	local name=$1 feature=$2 pid why
	why=$(lacks_feature "$feature")
	if [[ $why ]]; then
		skip "$name has ${workload_features[$feature]}" "$why"
		return
	fi
	for pid in $(processes_of "$name"); do
		has "$feature" "$pid" 2>/dev/null && break
		pid=
	done
	check "$name has ${workload_features[$feature]}" test "$pid"
}

is_ready() {
	if declare -F "ready_$1" >/dev/null; then
		"ready_$1" 2>/dev/null
	else
		grep -q ready "$work/$1.log"
	fi
}

# lacks NAME: prints why a workload cannot run here, if so.
lacks() {
	! declare -F "lacks_$1" >/dev/null || "lacks_$1"
}

# end_workload NAME: kills all its processes.
end_workload() {
	local group
	group=$(group_of "$1")
	[[ -d $group ]] || return 0
	echo 1 >"$group/cgroup.kill"
	until rmdir "$group" 2>/dev/null; do sleep 0.1; done
}

# start_until_ready NAME: starts it up to three times, before the others compete for the
# CPU.
start_until_ready() {
	local try deadline
	for try in 1 2 3; do
		"start_$1"
		deadline=$((SECONDS + 300))
		until is_ready "$1" || [[ $SECONDS -ge $deadline ]]; do sleep 1; done
		is_ready "$1" && return
		echo "# $1 is not ready after 300 s, attempt $try"
		[[ $try -eq 3 ]] || end_workload "$1"
	done
}

start_workloads() {
	local line name size count pages=/proc/sys/vm/nr_hugepages
	# For sockets and files of other users.
	chmod 711 "$work"
	size=$(awk '/^Hugepagesize:/ { print $2 }' /proc/meminfo)
	count=$((workload_hugetlb * 1024 / size))
	((count >= workload_hugetlb_pages)) || count=$workload_hugetlb_pages
	echo $(($(<"$pages") + count)) >"$pages"
	for line in "${workloads[@]}"; do
		name=${line%% *}
		[[ ! $(lacks "$name") ]] || continue
		# The browser drops children that do not respond for 15 seconds, and does
		# not recover.
		if [[ $name == chromium ]]; then start_until_ready "$name"; else "start_$name"; fi
	done
}

# One check for each workload, for each of its features, and for the number of
# workloads.
check_workloads() {
	local line name why pid feature deadline=$((SECONDS + workload_patience))
	local -a vmas
	local -A kinds=()
	for line in "${workloads[@]}"; do
		name=${line%% *}
		why=$(lacks "$name")
		if [[ $why ]]; then
			skip "$name runs" "$why"
			for feature in ${line#"$name"}; do
				skip "$name has ${workload_features[$feature]}" "$why"
			done
			continue
		fi
		until is_ready "$name" || [[ $SECONDS -ge $deadline ]]; do sleep 1; done
		if ! is_ready "$name"; then
			check "$name runs" false
			tail -n 20 "$work/$name.log" 2>/dev/null | sed 's/^/# /'
			continue
		fi
		check "$name runs" test "$(processes_of "$name")"
		for pid in $(processes_of "$name"); do
			mapfile -t vmas 2>/dev/null <"/proc/$pid/maps" || continue
			kinds[${name%_*}]=1
			workload_pids+=("$pid")
			echo "# workload: $name pid $pid vmas ${#vmas[@]}"
		done
		for feature in ${line#"$name"}; do
			check_feature "$name" "$feature"
		done
	done
	echo "# ${#kinds[@]} programs: ${!kinds[*]}"
	check "at least 10 programs run" test "${#kinds[@]}" -ge 10
}

# check_workloads_compared OUTPUT: the oracle compared each process that still exists,
# and each workload still runs.
check_workloads_compared() {
	local pid line name missing=
	for pid in "${workload_pids[@]}"; do
		grep -q "^ok .* $pid " <<<"$1" || [[ ! -e /proc/$pid ]] || missing+="$pid "
	done
	for line in "${workloads[@]}"; do
		name=${line%% *}
		[[ $(lacks "$name") || $(processes_of "$name") ]] || missing+="$name "
	done
	same "oracle: all ${#workload_pids[@]} processes of workloads compared" "$missing" ""
}

stop_workloads() {
	local line
	! ready_redis || redis_stop
	for line in "${workloads[@]}"; do
		end_workload "${line%% *}"
	done
}
