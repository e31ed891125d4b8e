// SPDX-License-Identifier: GPL-2.0-only
/*
 * A huge page swapped out: base-page entries, each with a slot of its own.
 */
#include "victim.h"

int main(void)
{
	size_t size;
	char *start;

	victim_begin();
	size = 2 * pmd_size;
	start = victim_map_huge(size);
	victim_write(start, size, page_size);
	if (victim_smaps(start, "AnonHugePages") != size)
		victim_skip("the kernel gave no huge pages");
	victim_page_out(start, size, page_size);
	victim_claim(start, size, "swap=%zu", size);
	victim_wait();
}
