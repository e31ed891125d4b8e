// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory, every page of it written.
 */
#include "layout.h"

int main(void)
{
	const size_t size = 4 * MIB;
	char *start;

	layout_begin();
	start = layout_map(size);
	layout_write(start, size, page_size);
	layout_expect(start, size, "res=%zu young=%zu dirty=%zu write=%zu vmas=1",
		     size, size, size, size);

	/* Every third page, so that runs of entries are as short as they get. */
	start = layout_map(3 * size);
	layout_write(start, 3 * size, 3 * page_size);
	layout_expect(start, 3 * size, "res=%zu dirty=%zu write=%zu lazy=%zu",
		     size, size, size, 2 * size);
	layout_wait();
}
