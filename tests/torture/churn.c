// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that changes its address space all the time.
 *
 *	churn SECONDS THREADS SEED
 *
 * Each thread has its own part of the address space, and applies random operations to
 * it: tables are allocated, freed, split, merged and shared, and entries of all kinds
 * are set and cleared. The parts are not aligned, so that neighbours share tables. Prints
 * how often each operation was applied.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include "../random.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif

#define MIB (1024ul * 1024)
#define PART (24 * MIB)
/* Not a multiple of what any table translates. */
#define PART_STEP (PART + 5 * 65536)
#define HUGE_PAGE (2 * MIB)
/* The kernel shares a PMD table if this much is mapped shared. */
#define SHARED_HUGE (1024 * MIB)

struct worker {
	pthread_t thread;
	uint64_t random;
	char *part;
	int uffd;
	unsigned long *done;
};

static size_t page_size;
static pthread_barrier_t all_started;
static time_t deadline;
static int memory;	/* a memfd that all threads map */
static int huge_memory;	/* the same with hugetlb, or -1 */

/* A random range of the thread's part. */
static char *random_range(struct worker *w, size_t *size)
{
	const size_t pages = PART / page_size;
	const size_t first = random_below(&w->random, pages);
	size_t count = 1;

	/* One page, many, or all. */
	switch (random_below(&w->random, 3)) {
	case 1:
		count = 1 + random_below(&w->random, 1024);
		break;
	case 2:
		count = pages;
		break;
	}
	if (count > pages - first)
		count = pages - first;
	*size = count * page_size;
	return w->part + first * page_size;
}

static bool map(char *start, size_t size, int flags, int fd, off_t offset)
{
	return mmap(start, size, PROT_READ | PROT_WRITE, MAP_FIXED | flags, fd, offset) ==
	       MAP_FAILED ? false : true;
}

/*
 * Touches one page per step by read() and write() on a pipe: a page that cannot be touched
 * is an error, not a signal.
 */
static bool touch(struct worker *w, char *start, size_t size, bool write_to)
{
	const size_t step = page_size * (1 + random_below(&w->random, 9));
	int fd[2];
	char byte = 1;
	size_t at;

	if (pipe2(fd, O_CLOEXEC))
		return false;
	for (at = 0; at < size && at < 8 * MIB; at += step) {
		if (write_to) {
			if (write(fd[1], &byte, 1) != 1 || read(fd[0], start + at, 1) != 1)
				break;
		} else if (write(fd[1], start + at, 1) != 1 || read(fd[0], &byte, 1) != 1) {
			break;
		}
	}
	close(fd[0]);
	close(fd[1]);
	return at >= size;
}

static bool do_map(struct worker *w)
{
	size_t size;
	char *start = random_range(w, &size);

	return map(start, size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static bool do_map_shared(struct worker *w)
{
	size_t size;
	char *start = random_range(w, &size);

	return map(start, size, MAP_SHARED, memory, start - w->part);
}

static bool do_map_file(struct worker *w)
{
	size_t size;
	char *start = random_range(w, &size);
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && map(start, size, MAP_PRIVATE, fd, 0);

	close(fd);
	return good;
}

static bool do_unmap(struct worker *w)
{
	size_t size;
	char *start = random_range(w, &size);

	/* The mapping must stay reserved for the thread. */
	return !munmap(start, size) &&
	       mmap(start, size, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS |
		    MAP_NORESERVE, -1, 0) != MAP_FAILED;
}

static bool do_move(struct worker *w)
{
	size_t size, other;
	char *from = random_range(w, &size), *to = random_range(w, &other);

	if (size > other)
		size = other;
	if (from + size > to && to + size > from)
		return false;
	if (mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED)
		return false;
	return map(from, size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static bool do_protect(struct worker *w)
{
	static const int ways[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
				    PROT_READ | PROT_WRITE | PROT_EXEC };
	size_t size;
	char *start = random_range(w, &size);

	return !mprotect(start, size, ways[random_below(&w->random, 4)]);
}

static bool do_advise(struct worker *w)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_PAGEOUT, MADV_COLLAPSE, MADV_FREE, MADV_HUGEPAGE,
		MADV_NOHUGEPAGE, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_WILLNEED,
		MADV_GUARD_INSTALL, MADV_GUARD_REMOVE, MADV_DONTFORK, MADV_DOFORK,
		MADV_REMOVE,
	};
	size_t size;
	char *start = random_range(w, &size);

	return !madvise(start, size,
			advice[random_below(&w->random, sizeof(advice) / sizeof(advice[0]))]);
}

static bool do_write(struct worker *w)
{
	size_t size;
	char *start = random_range(w, &size);

	return touch(w, start, size, true);
}

static bool do_read(struct worker *w)
{
	size_t size;
	char *start = random_range(w, &size);

	return touch(w, start, size, false);
}

static bool do_lock(struct worker *w)
{
	size_t size;
	char *start = random_range(w, &size);

	if (size > MIB)
		size = MIB;
	return !(random_below(&w->random, 2) ? mlock(start, size) : munlock(start, size));
}

/* Migrates pages to one of two nodes. */
static bool do_migrate(struct worker *w)
{
	unsigned long nodes = 1ul << random_below(&w->random, 2);
	size_t size;
	char *start = random_range(w, &size);

	return !syscall(SYS_mbind, start, size, MPOL_BIND, &nodes, 8 * sizeof(nodes),
			MPOL_MF_MOVE);
}

/* A child copies the tables, unshares some of them, and exits. */
static bool do_fork(struct worker *w)
{
	int status;
	size_t size;
	char *start = random_range(w, &size);
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		touch(w, start, size < MIB ? size : MIB, true);
		if (random_below(&w->random, 2))
			execl("/proc/self/exe", "churn", "0", "0", "1", NULL);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid;
}

static bool do_uffd_wp(struct worker *w)
{
	size_t size;
	char *start = random_range(w, &size);
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)start, .len = size },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect protect = {
		.range = reg.range, .mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};
	bool good;

	if (w->uffd < 0 || ioctl(w->uffd, UFFDIO_REGISTER, &reg))
		return false;
	good = !ioctl(w->uffd, UFFDIO_WRITEPROTECT, &protect);
	/* Nobody reads the userfaultfd: a fault would block. */
	protect.mode = 0;
	ioctl(w->uffd, UFFDIO_WRITEPROTECT, &protect);
	ioctl(w->uffd, UFFDIO_UNREGISTER, &reg.range);
	return good;
}

/* hugetlb pages that a child shares, with the PMD table. */
static bool do_hugetlb(struct worker *w)
{
	char *start;
	int status;
	pid_t pid;

	if (huge_memory < 0)
		return false;
	start = mmap(NULL, SHARED_HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
		     huge_memory, 0);
	if (start == MAP_FAILED)
		return false;
	touch(w, start + HUGE_PAGE * random_below(&w->random, 4), 1, true);
	pid = fork();
	if (!pid) {
		touch(w, start, 4 * HUGE_PAGE, false);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	madvise(start, 4 * HUGE_PAGE, MADV_DONTNEED);
	return !munmap(start, SHARED_HUGE) && pid > 0;
}

/* A THP that is split page by page or at once, and freed. */
static bool do_split(struct worker *w)
{
	char *aligned = (char *)(((uintptr_t)w->part + HUGE_PAGE - 1) & -HUGE_PAGE);
	char *start = aligned + HUGE_PAGE * random_below(&w->random, PART / HUGE_PAGE - 1);
	char *page = start + page_size * random_below(&w->random, HUGE_PAGE / page_size);
	bool good;

	if (!map(start, HUGE_PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
		return false;
	madvise(start, HUGE_PAGE, MADV_HUGEPAGE);
	good = touch(w, start, 1, true);
	switch (random_below(&w->random, 4)) {
	case 0:
		/* Deferred splitting frees the rest under memory pressure. */
		good &= !madvise(page, page_size, MADV_DONTNEED);
		break;
	case 1:
		good &= !madvise(start, start + HUGE_PAGE - page, MADV_FREE);
		break;
	case 2:
		good &= !mprotect(page, page_size, PROT_READ);
		madvise(start, HUGE_PAGE, MADV_PAGEOUT);
		break;
	}
	return !madvise(start, HUGE_PAGE, MADV_DONTNEED) && good;
}

static bool do_clear_refs(struct worker *w)
{
	static const char *const what[] = { "1", "4" };
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, what[random_below(&w->random, 2)], 1) == 1;

	close(fd);
	return good;
}

static const struct {
	const char *name;
	bool (*op)(struct worker *w);
	unsigned int weight;
} operations[] = {
	{ "map", do_map, 8 }, { "map-shared", do_map_shared, 4 }, { "map-file", do_map_file, 2 },
	{ "unmap", do_unmap, 6 }, { "move", do_move, 6 }, { "protect", do_protect, 6 },
	{ "advise", do_advise, 16 }, { "write", do_write, 12 }, { "read", do_read, 6 },
	{ "lock", do_lock, 2 }, { "migrate", do_migrate, 2 }, { "fork", do_fork, 1 },
	{ "uffd-wp", do_uffd_wp, 4 }, { "hugetlb", do_hugetlb, 1 },
	{ "clear-refs", do_clear_refs, 2 }, { "split", do_split, 8 },
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static size_t choose(uint64_t *random)
{
	unsigned int total = 0, at;
	size_t i;

	for (i = 0; i < OPERATIONS; i++)
		total += operations[i].weight;
	at = random_below(random, total);
	for (i = 0; at >= operations[i].weight; i++)
		at -= operations[i].weight;
	return i;
}

static void *run_thread(void *arg)
{
	struct worker *w = arg;

	/* A later thread's stack must not be mapped where mremap() moves something. */
	pthread_barrier_wait(&all_started);
	while (time(NULL) < deadline) {
		const size_t op = choose(&w->random);

		w->done[op] += operations[op].op(w);
	}
	return NULL;
}

static int open_uffd(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct worker *workers;
	unsigned long seed;
	char *all;
	int threads, i;
	size_t op;

	if (argc != 4)
		return 2;
	threads = atoi(argv[2]);
	seed = strtoul(argv[3], NULL, 10);
	deadline = time(NULL) + atoi(argv[1]);
	page_size = sysconf(_SC_PAGESIZE);
	if (!threads)
		return 0;
	memory = memfd_create("churn", MFD_CLOEXEC);
	huge_memory = memfd_create("churn", MFD_CLOEXEC | MFD_HUGETLB);
	if (huge_memory >= 0 && ftruncate(huge_memory, SHARED_HUGE))
		huge_memory = -1;
	workers = calloc(threads, sizeof(*workers));
	all = mmap(NULL, threads * PART_STEP, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!workers || memory < 0 || ftruncate(memory, PART) || all == MAP_FAILED) {
		perror("churn");
		return 1;
	}
	pthread_barrier_init(&all_started, NULL, threads);
	for (i = 0; i < threads; i++) {
		workers[i].random = seed * 1000003 + i + 1;
		workers[i].part = all + i * PART_STEP;
		workers[i].uffd = open_uffd();
		workers[i].done = calloc(OPERATIONS, sizeof(unsigned long));
		if (!workers[i].done ||
		    pthread_create(&workers[i].thread, NULL, run_thread, &workers[i])) {
			perror("churn");
			return 1;
		}
	}
	for (i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	printf("# churn:");
	for (op = 0; op < OPERATIONS; op++) {
		unsigned long total = 0;

		for (i = 0; i < threads; i++)
			total += workers[i].done[op];
		printf(" %s %lu", operations[op].name, total);
	}
	putchar('\n');
	return 0;
}
