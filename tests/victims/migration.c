// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the kernel keeps moving about: from node to node where there are
 * two, else wherever compaction takes them. An entry that says so lasts only
 * as long as the copying, so what is claimed is that a page on its way is
 * never taken for one that is lazy or swapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "victim.h"

static int compact = -1;

/* All of this process's pages, from one node to the other and back. */
static bool change_nodes(void)
{
	static unsigned long from = 1, to = 2;
	unsigned long other = from;

	if (syscall(SYS_migrate_pages, 0, 8 * sizeof(from), &from, &to) < 0)
		return false;
	from = to;
	to = other;
	return true;
}

static void *mover(void *unused)
{
	(void)unused;
	for (;;)
		if (compact < 0 ? !change_nodes() : write(compact, "1", 1) != 1)
			victim_fail("cannot move pages: %s", strerror(errno));
	return NULL;
}

int main(void)
{
	const size_t size = 64 * MIB;
	size_t huge_size;
	pthread_t thread;
	char *start, *huge;

	victim_begin();
	if (access("/sys/devices/system/node/node1", F_OK)) {
		compact = open("/proc/sys/vm/compact_memory", O_WRONLY | O_CLOEXEC);
		if (compact < 0)
			victim_skip("compact_memory: %s", strerror(errno));
	}
	start = victim_map(size);
	victim_write(start, size, page_size);
	huge_size = 16 * pmd_size;
	huge = victim_map_at_multiple(pmd_size, 0, huge_size);
	/* Without huge pages it is base pages, which are moved as well. */
	madvise(huge, huge_size, MADV_HUGEPAGE);
	victim_write(huge, huge_size, page_size);
	if (pthread_create(&thread, NULL, mover, NULL))
		victim_fail("cannot start a thread");
	victim_claim(start, size, "moving res<=%zu special<=%zu migration<=%zu",
		     size, size, size);
	victim_claim(huge, huge_size,
		     "moving res<=%zu special<=%zu migration<=%zu pmd<=%zu thp<=%zu",
		     huge_size, huge_size, huge_size, huge_size, huge_size);
	victim_wait();
}
