// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory that was only ever read: the zero page, over and over.
 */
#include "layout.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start;

	layout_begin();
	start = layout_map(size);
	layout_read(start, size, page_size);
	layout_expect(start, size, "res=%zu zero=%zu dirty=0 write=0", size, size);

	/* One page written, one read, one left alone. */
	start = layout_map(3 * size);
	layout_write(start, 3 * size, 3 * page_size);
	layout_read(start + page_size, 3 * size - page_size, 3 * page_size);
	layout_expect(start, 3 * size, "res=%zu zero=%zu dirty=%zu write=%zu lazy=%zu",
		     2 * size, size, size, size, size);
	layout_wait();
}
