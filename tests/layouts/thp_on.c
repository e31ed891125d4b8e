// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transparent huge pages.
 */
#include "layout.h"

int main(void)
{
	size_t size, given;
	char *start;

	layout_begin();
	size = 4 * pmd_size;
	start = layout_map_huge(size + pmd_size);
	layout_write(start, size, page_size);
	given = layout_smaps(start, "AnonHugePages");
	if (given != size)
		layout_skip("the kernel gave %zu bytes of huge pages for %zu", given, size);
	layout_expect(start, size + pmd_size,
		     "res=%zu pte=0 pmd=%zu thp=%zu young=%zu dirty=%zu write=%zu lazy=%zu",
		     size, size, size, size, size, size, pmd_size);
	layout_expect(start + pmd_size - page_size, 2 * page_size,
		     "res=%zu pte=0 pmd=%zu thp=%zu", 2 * page_size, 2 * page_size,
		     2 * page_size);
	layout_wait();
}
