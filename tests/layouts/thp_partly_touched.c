// SPDX-License-Identifier: GPL-2.0-only
/*
 * One byte touched makes a whole huge page resident.
 */
#include "layout.h"

int main(void)
{
	char *start;

	layout_begin();
	start = layout_map_huge(2 * pmd_size);
	start[pmd_size / 2] = 1;
	if (layout_smaps(start, "AnonHugePages") != pmd_size)
		layout_skip("the kernel gave no huge page");
	layout_expect(start, 2 * pmd_size, "res=%zu pte=0 pmd=%zu thp=%zu dirty=%zu lazy=%zu",
		     pmd_size, pmd_size, pmd_size, pmd_size, pmd_size);
	layout_wait();
}
