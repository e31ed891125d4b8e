// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transparent huge pages.
 */
#include "victim.h"

int main(void)
{
	size_t size, given;
	char *start;

	victim_begin();
	size = 4 * pmd_size;
	start = victim_map_huge(size + pmd_size);
	victim_write(start, size, page_size);
	given = victim_smaps(start, "AnonHugePages");
	if (given != size)
		victim_skip("the kernel gave %zu bytes of huge pages for %zu", given, size);
	victim_claim(start, size + pmd_size,
		     "res=%zu pte=0 pmd=%zu thp=%zu young=%zu dirty=%zu write=%zu lazy=%zu",
		     size, size, size, size, size, size, pmd_size);
	victim_claim(start + pmd_size - page_size, 2 * page_size,
		     "res=%zu pte=0 pmd=%zu thp=%zu", 2 * page_size, 2 * page_size,
		     2 * page_size);
	victim_wait();
}
