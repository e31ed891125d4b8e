// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the kernel keeps moving about. An entry that says so lasts only
 * as long as the copying, so what is claimed is that a page on its way is
 * never taken for one that is lazy or swapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "victim.h"

static int compact;

static void *mover(void *unused)
{
	(void)unused;
	for (;;)
		if (write(compact, "1", 1) != 1)
			victim_fail("compact_memory: %s", strerror(errno));
	return NULL;
}

int main(void)
{
	const size_t size = 64 * MIB;
	pthread_t thread;
	char *start;

	victim_begin();
	compact = open("/proc/sys/vm/compact_memory", O_WRONLY | O_CLOEXEC);
	if (compact < 0)
		victim_skip("compact_memory: %s", strerror(errno));
	start = victim_map(size);
	victim_write(start, size, page_size);
	if (pthread_create(&thread, NULL, mover, NULL))
		victim_fail("cannot start a thread");
	victim_claim(start, size, "moving res<=%zu special<=%zu migration<=%zu",
		     size, size, size);
	victim_wait();
}
