// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory in swap: all of it, every second page, and a swapped page
 * next to each of the other states that an anonymous page can have.
 */
#include "layout.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *all, *half, *mixed;

	layout_begin();
	all = layout_map(size);
	half = layout_map(size);
	mixed = layout_map(size);
	layout_write(all, size, page_size);
	layout_write(half, size, page_size);
	/* Of four pages: one to be swapped, one present, one zero, one lazy. */
	layout_write(mixed, size, 4 * page_size);
	layout_write(mixed + page_size, size - page_size, 4 * page_size);
	layout_read(mixed + 2 * page_size, size - 2 * page_size, 4 * page_size);
	layout_page_out(all, size, page_size);
	layout_page_out(half, size, 2 * page_size);
	layout_page_out(mixed, size, 4 * page_size);
	layout_expect(all, size, "swap=%zu", size);
	layout_expect(half, size, "swap=%zu res=%zu dirty=%zu write=%zu",
		     size / 2, size / 2, size / 2, size / 2);
	layout_expect(mixed, size, "swap=%zu res=%zu zero=%zu write=%zu lazy=%zu",
		     size / 4, size / 2, size / 4, size / 4, size / 4);
	layout_wait();
}
