// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migration entries. Pages migrate all the time: between nodes where there are two, else
 * by compaction. An entry exists only while a page is copied, so the layout expects sums:
 * a page under migration is neither lazy nor swapped.
 *
 * With two nodes the thread that moves pages runs with SCHED_IDLE on the last CPU. A
 * SCHED_FIFO thread polls pagemap there, and spins when it sees a migration entry: that
 * preempts the move and keeps the entries visible to other processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "layout.h"

static int compact = -1;

/* Memory that is moved; @stride is its leaf size. */
static struct {
	char *start;
	size_t size;
	size_t stride;
} moved;

/* Base pages that fit; 32 huge ones of 512 base pages. */
#define MAX_PAGES 16384

/* sched_rt_runtime_us allows real-time threads 95 % of the time. */
#define SPIN_MS 300
#define YIELD_MS 30
#define POLL_MS 1

static void run_on_last_cpu(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	errno = pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	if (!errno)
		errno = pthread_setschedparam(pthread_self(), policy, &param);
	if (errno)
		layout_fail("cannot run on the last CPU: %s", strerror(errno));
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

/* pagemap reports a migration entry as swapped, and nothing here is in swap. */
static bool has_migration_entry(int pagemap)
{
	static uint64_t entries[MAX_PAGES];
	size_t i, count = moved.size / page_size;
	ssize_t size = count * sizeof(entries[0]);

	if (pread(pagemap, entries, size,
		  (uintptr_t)moved.start / page_size * sizeof(entries[0])) != size)
		layout_fail("pagemap: %s", strerror(errno));
	for (i = 0; i < count; i++)
		if (entries[i] & LAYOUT_SWAPPED)
			return true;
	return false;
}

_Noreturn static void *spinner(void *unused)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	(void)unused;
	if (pagemap < 0)
		layout_fail("pagemap: %s", strerror(errno));
	run_on_last_cpu(SCHED_FIFO, 1);
	for (;;) {
		uint64_t until = now_ms() + SPIN_MS;

		if (!has_migration_entry(pagemap)) {
			usleep(POLL_MS * 1000);
			continue;
		}
		while (now_ms() < until)
			;
		usleep(YIELD_MS * 1000);
	}
}

static void move_to(int node)
{
	static void *page[MAX_PAGES];
	static int nodes[MAX_PAGES], status[MAX_PAGES];
	size_t i, count = moved.size / moved.stride;

	for (i = 0; i < count && i < MAX_PAGES; i++) {
		page[i] = moved.start + i * moved.stride;
		nodes[i] = node;
	}
	if (syscall(SYS_move_pages, 0, i, page, nodes, status, MPOL_MF_MOVE) < 0)
		layout_fail("move_pages: %s", strerror(errno));
}

static void *mover(void *unused)
{
	int node = 0;

	(void)unused;
	if (compact < 0)
		run_on_last_cpu(SCHED_IDLE, 0);
	for (;;)
		if (compact < 0)
			move_to(node = !node);
		else if (write(compact, "1", 1) != 1)
			layout_fail("compact_memory: %s", strerror(errno));
	return NULL;
}

static void move(char *start, size_t size, size_t stride)
{
	pthread_t thread;

	moved.start = start;
	moved.size = size;
	moved.stride = stride;
	if (access("/sys/devices/system/node/node1", F_OK)) {
		compact = open("/proc/sys/vm/compact_memory", O_WRONLY | O_CLOEXEC);
		if (compact < 0)
			layout_skip("compact_memory: %s", strerror(errno));
	}
	if (pthread_create(&thread, NULL, mover, NULL) ||
	    (compact < 0 && pthread_create(&thread, NULL, spinner, NULL)))
		layout_fail("cannot start a thread");
}

static void migration(void)
{
	const size_t size = 8 * MIB;
	char *start = layout_map(size);

	layout_write(start, size, page_size);
	move(start, size, page_size);
	layout_expect(start, size, "moving res<=all special<=all migration<=all");
}

static void migration_huge(void)
{
	const size_t size = MAX_PAGES * page_size / pmd_size * pmd_size;
	char *start = layout_map_at_multiple(pmd_size, 0, size);

	/* On kernels without THP it fails, and base pages are moved. */
	madvise(start, size, MADV_HUGEPAGE);
	layout_write(start, size, page_size);
	move(start, size, pmd_size);
	layout_expect(start, size,
		      "moving res<=all special<=all migration<=all pmd<=all thp<=all");
}

const struct layout migration_layouts[] = {
	{ "migration", "migration entries", migration },
	{ "migration_huge", "migration entries of THPs", migration_huge },
	{ }
};
