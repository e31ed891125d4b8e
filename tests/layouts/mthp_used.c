// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small transparent huge pages of which one page was used. Where a block is
 * one translation, all of it was: whichever entry the processor noted it in.
 * The kernel's own sums of the same are asked as well.
 */
#include <sys/mman.h>
#include "mthp.h"
#include "layout.h"

#ifndef MADV_FREE
#define MADV_FREE 8
#endif

enum { WRITTEN, READ, UNUSED, BLOCKS };

int main(void)
{
	size_t block, used, young, dirty;
	char *start;
	int i, fd;

	layout_begin();
	block = mthp_size();
	start = mthp_map(block, BLOCKS);
	for (i = 0; i < BLOCKS; i++)
		mthp_write(start + i * block, block);
	/*
	 * The one takes both bits of the entries away, and sees to it that the
	 * processor sets them again; the other does so for what the kernel has
	 * noted elsewhere, and adds to its sums.
	 */
	layout_advise(start, BLOCKS * block, MADV_FREE, "MADV_FREE");
	fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1", 1) != 1)
		layout_skip("clear_refs: %s", strerror(errno));
	start[WRITTEN * block + block / 2] = 1;
	layout_read(start + READ * block + block / 2, page_size, page_size);

	used = MTHP_CONT ? block : page_size;
	young = layout_smaps(start, "Referenced");
	dirty = layout_smaps(start, "Private_Dirty");
	if (young != 2 * used || dirty != used)
		layout_fail("smaps says %zu referenced, %zu dirty", young, dirty);
	layout_expect(start, BLOCKS * block, "res=%zu cont=%zu young=%zu dirty=%zu write=%zu vmas=1",
		     BLOCKS * block, MTHP_CONT ? BLOCKS * block : 0, 2 * used, used,
		     BLOCKS * block);
	layout_expect(start + WRITTEN * block, block, "res=%zu young=%zu dirty=%zu",
		     block, used, used);
	layout_expect(start + READ * block, block, "res=%zu young=%zu dirty=0", block, used);
	layout_expect(start + UNUSED * block, block, "res=%zu young=0 dirty=0", block);
	/* A page of the block that is not the one that was used. */
	layout_expect(start + WRITTEN * block, page_size, "res=%zu young=%zu dirty=%zu",
		     page_size, MTHP_CONT ? page_size : 0, MTHP_CONT ? page_size : 0);
	layout_wait();
}
