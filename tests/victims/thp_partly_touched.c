// SPDX-License-Identifier: GPL-2.0-only
/*
 * One byte touched makes a whole huge page resident.
 */
#include "victim.h"

int main(void)
{
	char *start;

	victim_begin();
	start = victim_map_huge(2 * pmd_size);
	start[pmd_size / 2] = 1;
	if (victim_smaps(start, "AnonHugePages") != pmd_size)
		victim_skip("the kernel gave no huge page");
	victim_claim(start, 2 * pmd_size, "res=%zu pte=0 pmd=%zu thp=%zu dirty=%zu lazy=%zu",
		     pmd_size, pmd_size, pmd_size, pmd_size, pmd_size);
	victim_wait();
}
