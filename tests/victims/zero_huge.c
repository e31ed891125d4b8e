// SPDX-License-Identifier: GPL-2.0-only
/*
 * The huge zero page: anonymous memory with THP on that was only read.
 */
#include "victim.h"

int main(void)
{
	const size_t count = 3;
	char *start;
	size_t i;

	victim_begin();
	start = victim_map_huge((count + 1) * pmd_size);
	victim_read(start, count * pmd_size, pmd_size);
	for (i = 0; i < count; i++)
		if (!(victim_pagemap(start + i * pmd_size + page_size) & VICTIM_PRESENT))
			victim_skip("reading did not map the huge zero page");
	victim_claim(start, (count + 1) * pmd_size,
		     "res=%zu pte=0 pmd=%zu zero_huge=%zu dirty=0 write=0 lazy=%zu",
		     count * pmd_size, count * pmd_size, count * pmd_size, pmd_size);
	/* A part of a leaf, at its beginning and in its middle. */
	victim_claim(start, page_size, "res=%zu pmd=%zu zero_huge=%zu",
		     page_size, page_size, page_size);
	victim_claim(start + pmd_size / 2, pmd_size, "res=%zu pmd=%zu zero_huge=%zu",
		     pmd_size, pmd_size, pmd_size);
	victim_wait();
}
