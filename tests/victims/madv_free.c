// SPDX-License-Identifier: GPL-2.0-only
/*
 * MADV_FREE: given back, but there until somebody needs the room.
 */
#include <sys/mman.h>
#include "victim.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start;

	victim_begin();
	start = victim_map(2 * size);
	victim_write(start, 2 * size, page_size);
	victim_advise(start, size, MADV_FREE, "MADV_FREE");
	victim_claim(start, size, "res=%zu young=0 dirty=0 write=%zu", size, size);
	victim_claim(start + size, size, "res=%zu young=%zu dirty=%zu write=%zu",
		     size, size, size, size);
	victim_wait();
}
