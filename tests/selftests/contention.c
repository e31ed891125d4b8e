// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scan must end even if the address space of the target changes all the time: it gives
 * way to writers of mmap_lock only for a bounded time.
 *
 * Threads of the target map and unmap pages, or change protections, in a loop. The test
 * times each kind of scan beside them, and beside as many threads that only compute.
 *
 * Then a writer waits for mmap_lock indefinitely, because a reader of the lock waits for a
 * page from a file system that does not reply. With per-VMA locks a scan must not wait; on
 * other kernels a waiting scan must be killable.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/fuse.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "client.h"
#include "ktap.h"
#include "proc.h"
#include "target.h"

/* 16,384 PTE tables with one page each, if a table translates 2 MiB. */
#define SPARSE (32ull << 30)
#define STRIDE (2ull << 20)

#define WRITERS 3

#define TRIES 5
#define FACTOR 2
/* The emulator shares its CPUs with other programs. */
#define SLACK_US 100000
#define TIMEOUT_US 5000000
#define KILL_US 1000000

enum writer {
	WRITER_NONE,
	WRITER_COMPUTE,
	WRITER_MAP,
	WRITER_PROTECT,
};

/**
 * struct shared - memory shared with the target
 * @writer: what its threads do
 * @changes: approximately how often they did it
 */
struct shared {
	enum writer writer;
	uint64_t changes;
};

static volatile struct shared *shared;
static size_t page_size;
static struct ptscope *ps;
static pid_t target;
static char *sparse, *unreadable;

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

static void change_mappings(char *page)
{
	void *p = mmap(NULL, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)page;
	if (p == MAP_FAILED || munmap(p, page_size))
		_exit(1);
}

static void change_protection(char *page)
{
	if (mprotect(page, page_size, PROT_READ) ||
	    mprotect(page, page_size, PROT_READ | PROT_WRITE))
		_exit(1);
}

static void *write_loop(void *arg)
{
	int i;

	for (;;) {
		switch (shared->writer) {
		case WRITER_MAP:
			change_mappings(arg);
			break;
		case WRITER_PROTECT:
			change_protection(arg);
			break;
		case WRITER_COMPUTE:
			for (i = 0; i < 10000; i++)
				__asm__ volatile("");
			break;
		default:
			usleep(1000);
			continue;
		}
		shared->changes++;
	}
	return NULL;
}

static void *must_map(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	madvise(p, size, MADV_NOHUGEPAGE);
	return p;
}

static void set_up_target(void *unused)
{
	pthread_t thread;
	uint64_t at;
	int i;

	(void)unused;
	for (at = 0; at < SPARSE; at += STRIDE)
		sparse[at] = 1;
	for (i = 0; i < WRITERS; i++)
		if (pthread_create(&thread, NULL, write_loop,
				   must_map(3 * page_size) + page_size))
			_exit(1);
}

/* A scan must find all pages. */
static void must_find(int err, uint64_t res)
{
	if (err < 0)
		ktap_bail("%s", ptscope_message(ps));
	if (res < SPARSE / STRIDE * page_size)
		ktap_bail("a scan found only %" PRIu64 " bytes", res);
}

static void scan_proc(void)
{
	const struct ptscope_proc *proc;
	int err = ptscope_get_proc(ps, target, &proc);

	must_find(err, err ? 0 : proc->census.res);
}

static void scan_vmas(void)
{
	const uint64_t at = (uintptr_t)sparse;
	const struct ptscope_vma *vma;
	uint64_t res = 0;
	int err = ptscope_dump_vmas(ps, target, at, at + SPARSE);

	while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
		res += vma->census.res;
		err = 0;
	}
	must_find(err, res);
}

static void scan_runs(void)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.states = 1u << PTSCOPE_STATE_RES,
	};
	const uint64_t at = (uintptr_t)sparse;
	const struct ptscope_run *run;
	uint64_t res = 0;
	int err = ptscope_dump_runs(ps, target, at, at + SPARSE, &filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		res += run->pages * page_size;
		err = 0;
	}
	must_find(err, res);
}

/**
 * struct scan - a kind of scan
 * @name: command
 * @run: runs it
 */
struct scan {
	const char *name;
	void (*run)(void);
};

static const struct scan scans[] = {
	{ "PROC_GET", scan_proc },
	{ "VMA_GET", scan_vmas },
	{ "RUN_GET", scan_runs },
};

static uint64_t time_scan(const struct scan *scan)
{
	const uint64_t begun = now_us();

	scan->run();
	return now_us() - begun;
}

/* Waits until the threads of the target do it. */
static void set_work(enum writer writer)
{
	const uint64_t before = shared->changes;
	int i;

	shared->writer = writer;
	for (i = 0; writer && shared->changes < before + 10; i++) {
		if (i == 10000)
			ktap_bail("the threads of the target do not run");
		usleep(1000);
	}
	if (!writer)
		usleep(5000);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t nth(uint64_t *times, int n)
{
	qsort(times, TRIES, sizeof(*times), compare);
	return times[n];
}

static void compare_times(const struct scan *scan, uint64_t alone, uint64_t beside,
			  const char *what)
{
	const char *given = getenv("PTSCOPE_PATIENCE");
	const unsigned int patience = given && atoi(given) > 0 ? atoi(given) : 1;
	const uint64_t limit = FACTOR * alone + (uint64_t)SLACK_US * patience;

	ktap_note("%s: %" PRIu64 " us alone, %" PRIu64 " us beside %s; limit %" PRIu64
		  " us", scan->name, alone, beside, what, limit);
	ktap_check(beside <= limit, "%s is not delayed by %s", scan->name, what);
}

static void check_writers(const struct scan *scan, enum writer writer, const char *what)
{
	uint64_t alone[TRIES], beside[TRIES];
	int i;

	for (i = 0; i < TRIES; i++) {
		set_work(WRITER_COMPUTE);
		alone[i] = time_scan(scan);
		set_work(writer);
		beside[i] = time_scan(scan);
	}
	set_work(WRITER_NONE);
	/*
	 * The fastest scan counts: a blocked scan is slow each time, but a busy machine
	 * delays only some.
	 */
	compare_times(scan, nth(alone, TRIES / 2), nth(beside, 0), what);
}

/* A FUSE file system of one file, which never replies to a read. */

static char mount_point[64];
static int fuse = -1;
static volatile bool read_pending;

/* Replies to the requests that precede a read. */
static void *serve(void *unused)
{
	static char request[1 << 17];
	const struct fuse_in_header *in = (const struct fuse_in_header *)request;
	struct {
		struct fuse_out_header header;
		union {
			struct fuse_init_out init;
			struct fuse_attr_out attr;
			struct fuse_open_out open;
		};
	} out;

	while (read(fuse, request, sizeof(request)) > 0) {
		memset(&out, 0, sizeof(out));
		out.header.unique = in->unique;
		out.header.len = sizeof(out.header);
		switch (in->opcode) {
		case FUSE_INIT:
			out.init.major = FUSE_KERNEL_VERSION;
			out.init.minor = 31;
			out.init.max_write = page_size;
			out.header.len += sizeof(out.init);
			break;
		case FUSE_GETATTR:
			out.attr.attr.ino = FUSE_ROOT_ID;
			out.attr.attr.mode = S_IFREG | 0444;
			out.attr.attr.nlink = 1;
			out.attr.attr.size = page_size;
			out.header.len += sizeof(out.attr);
			break;
		case FUSE_OPEN:
			out.header.len += sizeof(out.open);
			break;
		case FUSE_READ:
			read_pending = true;
			continue;
		case FUSE_INTERRUPT:
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
			continue;
		default:
			out.header.error = -EOPNOTSUPP;
		}
		if (write(fuse, &out, out.header.len) < 0 && errno != ENOENT)
			break;
	}
	return unused;
}

/* Opens the file for reading; returns -1 without FUSE. */
static int open_unreadable_file(void)
{
	pthread_t thread;
	char options[128];
	int fd;

	snprintf(mount_point, sizeof(mount_point), "/tmp/contention.XXXXXX");
	fd = mkstemp(mount_point);
	if (fd < 0)
		return -1;
	close(fd);
	fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=100444,user_id=0,group_id=0", fuse);
	if (fuse < 0 || mount("contention", mount_point, "fuse", MS_NOSUID | MS_NODEV, options) ||
	    pthread_create(&thread, NULL, serve, NULL))
		return -1;
	fd = open(mount_point, O_RDONLY | O_CLOEXEC);
	/* fstat() makes the kernel read the size. */
	return fd >= 0 && !fstat(fd, &(struct stat){ 0 }) ? fd : -1;
}

/* All readers fail. */
static void close_file_system(void)
{
	umount2(mount_point, MNT_FORCE | MNT_DETACH);
	unlink(mount_point);
}

static char state_of(pid_t pid, pid_t tid)
{
	struct proc_stat stat = {};

	proc_read_stat(pid, tid, &stat);
	return stat.state;
}

/* Reads @page of the target by /proc/PID/mem, which holds its mmap_lock for reading. */
static pid_t start_holder(const char *page)
{
	pid_t pid = fork();

	if (pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!pid) {
		char byte;
		int mem = proc_open(target, "mem");

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(pread(mem, &byte, 1, (uintptr_t)page) != 1);
	}
	return pid;
}

/* All threads of the target except the first. */
static bool all_wait(void)
{
	char path[64];
	struct dirent *entry;
	bool all = true;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)target);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != target)
			all &= state_of(target, atoi(entry->d_name)) == 'D';
	if (dir)
		closedir(dir);
	return all;
}

static bool has_vma_locks(void)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	bool found = false;
	char line[512];

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, " __ksymtab_lock_vma_under_rcu");
	if (file)
		fclose(file);
	return found;
}

static pid_t start_scan(const struct scan *scan)
{
	pid_t pid = fork();

	if (pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* The socket of an interrupted dump stays busy. */
		ps = client(NULL);
		scan->run();
		_exit(0);
	}
	return pid;
}

/* Microseconds until @pid ends; more than @limit if it does not. */
static uint64_t time_end(pid_t pid, uint64_t limit)
{
	const uint64_t begun = now_us();

	while (!waitpid(pid, NULL, WNOHANG) && now_us() - begun <= limit)
		usleep(500);
	return now_us() - begun;
}

static void check_killed(const struct scan *scan)
{
	pid_t pid = start_scan(scan);
	uint64_t took;

	if (time_end(pid, 300000) <= 300000) {
		ktap_check(false, "%s waits for mmap_lock", scan->name);
		return;
	}
	kill(pid, SIGKILL);
	took = time_end(pid, KILL_US);
	ktap_note("%s ended %" PRIu64 " us after SIGKILL", scan->name, took);
	ktap_check(took <= KILL_US, "%s that waits for mmap_lock is killable",
		   scan->name);
}

/* A scan that does not end in time is killed. */
static void check_not_held_up(const struct scan *scan)
{
	pid_t pid = start_scan(scan);
	const uint64_t took = time_end(pid, TIMEOUT_US);

	if (took > TIMEOUT_US) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	ktap_note("%s: %" PRIu64 " us beside a writer that waits for mmap_lock", scan->name,
		  took);
	ktap_check(took <= TIMEOUT_US, "%s does not wait for mmap_lock", scan->name);
}

static void check_waiting_writer(int fd)
{
	bool waits = false;
	pid_t holder;
	size_t i;
	int j;

	holder = start_holder(unreadable);
	for (j = 0; j < 5000 && !read_pending; j++)
		usleep(1000);
	shared->writer = WRITER_MAP;
	for (j = 0; j < 5000 && !waits; j++) {
		usleep(1000);
		waits = all_wait();
	}
	if (!read_pending || !waits) {
		ktap_skip("no writer waits for mmap_lock", "scan beside a waiting writer");
	} else if (!has_vma_locks()) {
		for (i = 0; i < sizeof(scans) / sizeof(scans[0]); i++)
			check_killed(&scans[i]);
	} else {
		for (i = 0; i < sizeof(scans) / sizeof(scans[0]); i++)
			check_not_held_up(&scans[i]);
	}
	close_file_system();
	close(fd);
	waitpid(holder, NULL, 0);
}

int main(void)
{
	size_t i;
	int file;

	ktap_begin();
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		ktap_skip("there is only one CPU", "scan beside writers");
		return ktap_end();
	}
	page_size = sysconf(_SC_PAGESIZE);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	ps = client(NULL);
	file = open_unreadable_file();
	if (file >= 0)
		unreadable = mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (unreadable == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	sparse = must_map(SPARSE);
	target = target_start(set_up_target, NULL);
	/* A scan must not compete with the threads of the target for a CPU. */
	setpriority(PRIO_PROCESS, 0, -20);
	for (i = 0; i < sizeof(scans) / sizeof(scans[0]); i++) {
		check_writers(&scans[i], WRITER_MAP, "mmap() and munmap()");
		check_writers(&scans[i], WRITER_PROTECT, "mprotect()");
	}
	if (unreadable)
		check_waiting_writer(file);
	else
		ktap_skip("this kernel has no FUSE", "scan beside a waiting writer");
	target_stop(target);
	ptscope_free(ps);
	return ktap_end();
}
