// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMAs that reach over the boundary between two tables by one page on each
 * side, at every level.
 */
#include <sys/mman.h>
#include "victim.h"

static void around(size_t align)
{
	char *start;

	/* Both sides touched, only the lower, only the upper, neither. */
	start = victim_map_at_multiple(align, page_size, page_size);
	victim_write(start, 2 * page_size, page_size);
	victim_claim(start, 2 * page_size, "res=%zu vmas=1", 2 * page_size);
	victim_claim(start, page_size, "res=%zu vmas=1", page_size);
	victim_claim(start + page_size, page_size, "res=%zu vmas=1", page_size);

	start = victim_map_at_multiple(align, page_size, page_size);
	start[0] = 1;
	victim_claim(start, 2 * page_size, "res=%zu lazy=%zu vmas=1", page_size, page_size);

	start = victim_map_at_multiple(align, page_size, page_size);
	start[page_size] = 1;
	victim_claim(start, 2 * page_size, "res=%zu lazy=%zu vmas=1", page_size, page_size);

	start = victim_map_at_multiple(align, page_size, page_size);
	victim_claim(start, 2 * page_size, "lazy=%zu vmas=1", 2 * page_size);
}

int main(void)
{
	const size_t entries = (victim_begin(), page_size / 8);
	size_t pud_size = pmd_size * entries;

	around(pmd_size);
	around(pud_size);
	around(pud_size * entries);
	victim_wait();
}
