// SPDX-License-Identifier: GPL-2.0-only
/*
 * Half of a huge page given back: the other half is mapped by PTEs, with
 * the contiguous hint or without.
 */
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	char *start;
	size_t half;

	layout_begin();
	half = pmd_size / 2;
	start = layout_map_huge(2 * pmd_size);
	layout_write(start, 2 * pmd_size, page_size);
	if (layout_smaps(start, "AnonHugePages") != 2 * pmd_size)
		layout_skip("the kernel gave no huge pages");
	layout_advise(start, half, MADV_DONTNEED, "MADV_DONTNEED");
	/* Lest khugepaged put it together again. */
	layout_advise(start, 2 * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_expect(start, pmd_size, "res=%zu pmd=0 lazy=%zu", half, half);
	layout_expect(start + pmd_size, pmd_size, "res=%zu pmd=%zu thp=%zu",
		     pmd_size, pmd_size, pmd_size);
	layout_wait();
}
