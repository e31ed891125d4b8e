// SPDX-License-Identifier: GPL-2.0-only
/*
 * Soft-dirty bits, cleared and then set again for some pages, in memory and
 * in swap. And VMAs that were made since: the kernel takes all of their pages for
 * soft-dirty, those that are only read and those that are not there as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "victim.h"

static void remap(char *start, size_t size)
{
	if (mmap(start, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
		 MAP_NORESERVE, -1, 0) != start)
		victim_fail("mmap: %s", strerror(errno));
	madvise(start, size, MADV_NOHUGEPAGE);
}

int main(void)
{
	const size_t size = MIB;
	char *present, *swapped, *old, *read, *untouched;
	int fd;

	victim_begin();
	present = victim_map(size);
	swapped = victim_map(size);
	victim_write(present, size, page_size);
	victim_write(swapped, size, page_size);
	old = victim_map_at_multiple(page_size, 0, size);
	read = victim_map_at_multiple(page_size, 0, size);
	untouched = victim_map_at_multiple(page_size, 0, size);
	madvise(read, size, MADV_NOHUGEPAGE);
	victim_write(read, size, page_size);
	if (!(victim_pagemap(present) & 1ull << 55))
		victim_skip("this kernel keeps no soft-dirty bits");
	fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "4", 1) != 1)
		victim_skip("clear_refs: %s", strerror(errno));
	victim_claim(present + size / 2, size / 2, "res=%zu soft_dirty=0", size / 2);
	victim_write(present, size / 2, page_size);
	victim_write(swapped, size / 2, page_size);
	victim_page_out(swapped, size, page_size);
	victim_claim(present, size, "res=%zu soft_dirty=%zu", size, size / 2);
	victim_claim(swapped, size, "swap=%zu soft_dirty=%zu", size, size / 2);
	victim_claim(old, size, "lazy=%zu soft_dirty=0", size);
	/* What is mapped in a place anew is not what was there. */
	remap(read, size);
	remap(untouched, size);
	victim_read(read, size, page_size);
	if (!(victim_pagemap(read) & victim_pagemap(untouched) & 1ull << 55))
		victim_fail("pagemap does not take a new VMA for soft-dirty");
	victim_claim(read, size, "res=%zu zero=%zu soft_dirty=%zu", size, size, size);
	victim_claim(untouched, size, "lazy=%zu soft_dirty=%zu", size, size);
	victim_wait();
}
