// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugetlb pages that are blocks of PMD entries.
 */
#include "hugetlb.h"
#include "victim.h"

int main(void)
{
	size_t block;

	victim_begin();
	block = hugetlb_size(2 * pmd_size, pud_size / 2);
	if (!block)
		victim_skip("no size of hugetlb pages is made of PMD entries");
	hugetlb_blocks(block);
	victim_wait();
}
