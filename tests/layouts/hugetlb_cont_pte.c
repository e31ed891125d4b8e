// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugetlb pages that are blocks of PTEs.
 */
#include "hugetlb.h"
#include "layout.h"

int main(void)
{
	size_t block;

	layout_begin();
	block = hugetlb_size(2 * page_size, pmd_size / 2);
	if (!block)
		layout_skip("no size of hugetlb pages is made of PTEs");
	hugetlb_blocks(block);
	layout_wait();
}
