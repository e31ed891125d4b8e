// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory, every page of it written.
 */
#include "victim.h"

int main(void)
{
	const size_t size = 4 * MIB;
	char *start;

	victim_begin();
	start = victim_map(size);
	victim_write(start, size, page_size);
	victim_claim(start, size, "res=%zu young=%zu dirty=%zu write=%zu vmas=1",
		     size, size, size, size);

	/* Every third page, so that runs of entries are as short as they get. */
	start = victim_map(3 * size);
	victim_write(start, 3 * size, 3 * page_size);
	victim_claim(start, 3 * size, "res=%zu dirty=%zu write=%zu lazy=%zu",
		     size, size, size, 2 * size);
	victim_wait();
}
