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
#include "layout.h"

static void remap(char *start, size_t size)
{
	if (mmap(start, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
		 MAP_NORESERVE, -1, 0) != start)
		layout_fail("mmap: %s", strerror(errno));
	madvise(start, size, MADV_NOHUGEPAGE);
}

int main(void)
{
	const size_t size = MIB;
	char *present, *swapped, *old, *read, *untouched;
	int fd;

	layout_begin();
	present = layout_map(size);
	swapped = layout_map(size);
	layout_write(present, size, page_size);
	layout_write(swapped, size, page_size);
	old = layout_map_at_multiple(page_size, 0, size);
	read = layout_map_at_multiple(page_size, 0, size);
	untouched = layout_map_at_multiple(page_size, 0, size);
	madvise(read, size, MADV_NOHUGEPAGE);
	layout_write(read, size, page_size);
	if (!(layout_pagemap(present) & 1ull << 55))
		layout_skip("this kernel keeps no soft-dirty bits");
	fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "4", 1) != 1)
		layout_skip("clear_refs: %s", strerror(errno));
	layout_expect(present + size / 2, size / 2, "res=%zu soft_dirty=0", size / 2);
	layout_write(present, size / 2, page_size);
	layout_write(swapped, size / 2, page_size);
	layout_page_out(swapped, size, page_size);
	layout_expect(present, size, "res=%zu soft_dirty=%zu", size, size / 2);
	layout_expect(swapped, size, "swap=%zu soft_dirty=%zu", size, size / 2);
	layout_expect(old, size, "lazy=%zu soft_dirty=0", size);
	/* What is mapped in a place anew is not what was there. */
	remap(read, size);
	remap(untouched, size);
	layout_read(read, size, page_size);
	if (!(layout_pagemap(read) & layout_pagemap(untouched) & 1ull << 55))
		layout_fail("pagemap does not take a new VMA for soft-dirty");
	layout_expect(read, size, "res=%zu zero=%zu soft_dirty=%zu", size, size, size);
	layout_expect(untouched, size, "lazy=%zu soft_dirty=%zu", size, size);
	layout_wait();
}
