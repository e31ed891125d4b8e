// SPDX-License-Identifier: GPL-2.0-only
/*
 * The huge zero page: anonymous memory with THP on that was only read.
 */
#include "layout.h"

int main(void)
{
	const size_t count = 3;
	char *start;
	size_t i;

	layout_begin();
	start = layout_map_huge((count + 1) * pmd_size);
	layout_read(start, count * pmd_size, pmd_size);
	for (i = 0; i < count; i++)
		if (!(layout_pagemap(start + i * pmd_size + page_size) & LAYOUT_PRESENT))
			layout_skip("reading did not map the huge zero page");
	layout_expect(start, (count + 1) * pmd_size,
		     "res=%zu pte=0 pmd=%zu zero_huge=%zu dirty=0 write=0 lazy=%zu",
		     count * pmd_size, count * pmd_size, count * pmd_size, pmd_size);
	/* A part of a leaf, at its beginning and in its middle. */
	layout_expect(start, page_size, "res=%zu pmd=%zu zero_huge=%zu",
		     page_size, page_size, page_size);
	layout_expect(start + pmd_size / 2, pmd_size, "res=%zu pmd=%zu zero_huge=%zu",
		     pmd_size, pmd_size, pmd_size);
	layout_wait();
}
