// SPDX-License-Identifier: GPL-2.0-only
/*
 * MADV_FREE: given back, but there until somebody needs the room.
 */
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start;

	layout_begin();
	start = layout_map(2 * size);
	layout_write(start, 2 * size, page_size);
	layout_advise(start, size, MADV_FREE, "MADV_FREE");
	layout_expect(start, size, "res=%zu young=0 dirty=0 write=%zu", size, size);
	layout_expect(start + size, size, "res=%zu young=%zu dirty=%zu write=%zu",
		     size, size, size, size);
	layout_wait();
}
