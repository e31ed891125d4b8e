// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap entries of anonymous memory.
 */
#include "layout.h"

/* All pages, every second page, and swap entries beside each other kind of entry. */
static void swapped(void)
{
	const size_t size = 2 * MIB;
	char *all = layout_map(size), *half = layout_map(size), *mixed = layout_map(size);

	layout_write(all, size, page_size);
	layout_write(half, size, page_size);
	/* Of four pages: one to be swapped out, one written, one zero page, one untouched. */
	layout_write(mixed, size, 4 * page_size);
	layout_write(mixed + page_size, size - page_size, 4 * page_size);
	layout_read(mixed + 2 * page_size, size - 2 * page_size, 4 * page_size);
	layout_page_out(all, size, page_size);
	layout_page_out(half, size, 2 * page_size);
	layout_page_out(mixed, size, 4 * page_size);
	layout_expect(all, size, "swap");
	layout_expect(half, size, "swap=1/2 res=1/2 dirty=1/2 write=1/2");
	layout_expect(mixed, size, "swap=1/4 res=1/2 zero=1/4 write=1/4 lazy=1/4");
}

/* Reclaim splits the mapping: one swap entry per base page. */
static void thp_swapped(void)
{
	const size_t size = 2 * pmd_size;
	char *start = layout_map_huge(size);

	layout_write(start, size, page_size);
	if (layout_smaps(start, "AnonHugePages") != size)
		layout_skip("the kernel allocated no THP");
	layout_page_out(start, size, page_size);
	layout_expect(start, size, "swap");
}

const struct layout swap_layouts[] = {
	{ "swapped", "swap entries, alone and beside each other kind of entry", swapped },
	{ "thp_swapped", "a THP swapped out", thp_swapped },
	{ }
};
