// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that could be huge but must not.
 */
#include <sys/mman.h>
#include "victim.h"

int main(void)
{
	size_t size;
	char *start;

	victim_begin();
	size = 2 * pmd_size;
	start = victim_map_at_multiple(pmd_size, 0, size);
	victim_advise(start, size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	victim_write(start, size, page_size);
	victim_claim(start, size, "res=%zu pmd=0 dirty=%zu write=%zu", size, size, size);
	victim_wait();
}
