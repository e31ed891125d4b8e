// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the kernel keeps moving about: from node to node where there are
 * two, else wherever compaction takes them. An entry that says so lasts only
 * as long as the copying, so what is claimed is that a page on its way is
 * never taken for one that is lazy or swapped.
 *
 * Where there are two nodes, whoever moves the pages has the last processor
 * only when nobody else wants it. Somebody looks, again and again, whether a
 * page is on its way, and when one is, keeps the processor: the move is held
 * up where it is, and the entries can be seen by others.
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

/* Pages that are moved one range after the other, each for a while. */
struct range {
	char *start;
	size_t size;
	size_t stride;
};

static struct range ranges[2];
static const struct range *volatile moving = ranges;

#define WHILE_MS 2000
#define MAX_PAGES 16384	/* of a range; 32 huge ones where there are 512 in each */

#define HOLD_MS 300	/* of this much and what follows, real time may have 95 % */
#define LET_GO_MS 30
#define LOOK_MS 1

static void take_last_processor(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	errno = pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	if (!errno)
		errno = pthread_setschedparam(pthread_self(), policy, &param);
	if (errno)
		layout_fail("cannot have the last processor: %s", strerror(errno));
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

/*
 * Whether pagemap has a page of the range that is moved as swapped, which
 * without swap it is not.
 */
static bool one_is_on_its_way(int pagemap)
{
	static uint64_t entries[MAX_PAGES];
	const struct range *range = moving;
	size_t i, count = range->size / page_size;
	ssize_t size = count * sizeof(entries[0]);

	if (pread(pagemap, entries, size,
		  (uintptr_t)range->start / page_size * sizeof(entries[0])) != size)
		layout_fail("cannot read pagemap: %s", strerror(errno));
	for (i = 0; i < count; i++)
		if (entries[i] & 1ull << 62)
			return true;
	return false;
}

_Noreturn static void *holder(void *unused)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	(void)unused;
	if (pagemap < 0)
		layout_fail("cannot open pagemap: %s", strerror(errno));
	take_last_processor(SCHED_FIFO, 1);
	for (;;) {
		uint64_t until = now_ms() + HOLD_MS;

		if (!one_is_on_its_way(pagemap)) {
			usleep(LOOK_MS * 1000);
			continue;
		}
		while (now_ms() < until)
			;
		usleep(LET_GO_MS * 1000);
	}
}

/* All pages of a range, to one node. */
static bool change_node(const struct range *range, int node)
{
	static void *page[MAX_PAGES];
	static int nodes[MAX_PAGES], status[MAX_PAGES];
	size_t i, count = range->size / range->stride;

	for (i = 0; i < count && i < MAX_PAGES; i++) {
		page[i] = range->start + i * range->stride;
		nodes[i] = node;
	}
	return syscall(SYS_move_pages, 0, i, page, nodes, status, MPOL_MF_MOVE) >= 0;
}

static void change_nodes(void)
{
	static int node;
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		uint64_t until = now_ms() + WHILE_MS;

		moving = &ranges[i];
		do {
			node = !node;
			if (!change_node(&ranges[i], node))
				layout_fail("cannot move pages: %s", strerror(errno));
		} while (now_ms() < until);
	}
}

static void *mover(void *unused)
{
	(void)unused;
	if (compact < 0)
		take_last_processor(SCHED_IDLE, 0);
	for (;;)
		if (compact < 0)
			change_nodes();
		else if (write(compact, "1", 1) != 1)
			layout_fail("cannot compact memory: %s", strerror(errno));
	return NULL;
}

int main(void)
{
	const size_t size = 8 * MIB;
	size_t huge_size;
	pthread_t thread;
	char *start, *huge;

	layout_begin();
	if (access("/sys/devices/system/node/node1", F_OK)) {
		compact = open("/proc/sys/vm/compact_memory", O_WRONLY | O_CLOEXEC);
		if (compact < 0)
			layout_skip("compact_memory: %s", strerror(errno));
	}
	start = layout_map(size);
	layout_write(start, size, page_size);
	huge_size = MAX_PAGES * page_size / pmd_size * pmd_size;
	huge = layout_map_at_multiple(pmd_size, 0, huge_size);
	/* Without huge pages it is base pages, which are moved as well. */
	madvise(huge, huge_size, MADV_HUGEPAGE);
	layout_write(huge, huge_size, page_size);
	ranges[0] = (struct range){ start, size, page_size };
	ranges[1] = (struct range){ huge, huge_size, pmd_size };
	if (pthread_create(&thread, NULL, mover, NULL) ||
	    (compact < 0 && pthread_create(&thread, NULL, holder, NULL)))
		layout_fail("cannot start a thread");
	layout_expect(start, size, "moving res<=%zu special<=%zu migration<=%zu",
		     size, size, size);
	layout_expect(huge, huge_size,
		     "moving res<=%zu special<=%zu migration<=%zu pmd<=%zu thp<=%zu",
		     huge_size, huge_size, huge_size, huge_size, huge_size);
	layout_wait();
}
