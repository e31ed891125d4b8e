// SPDX-License-Identifier: GPL-2.0-only
/*
 * A huge page swapped out: base-page entries, each with a slot of its own.
 */
#include "layout.h"

int main(void)
{
	size_t size;
	char *start;

	layout_begin();
	size = 2 * pmd_size;
	start = layout_map_huge(size);
	layout_write(start, size, page_size);
	if (layout_smaps(start, "AnonHugePages") != size)
		layout_skip("the kernel gave no huge pages");
	layout_page_out(start, size, page_size);
	layout_expect(start, size, "swap=%zu", size);
	layout_wait();
}
