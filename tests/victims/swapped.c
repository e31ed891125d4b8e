// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory in swap: all of it, every second page, and a swapped page
 * next to each of the other states that an anonymous page can have.
 */
#include "victim.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *all, *half, *mixed;

	victim_begin();
	all = victim_map(size);
	half = victim_map(size);
	mixed = victim_map(size);
	victim_write(all, size, page_size);
	victim_write(half, size, page_size);
	/* Of four pages: one to be swapped, one present, one zero, one lazy. */
	victim_write(mixed, size, 4 * page_size);
	victim_write(mixed + page_size, size - page_size, 4 * page_size);
	victim_read(mixed + 2 * page_size, size - 2 * page_size, 4 * page_size);
	victim_page_out(all, size, page_size);
	victim_page_out(half, size, 2 * page_size);
	victim_page_out(mixed, size, 4 * page_size);
	victim_claim(all, size, "swap=%zu", size);
	victim_claim(half, size, "swap=%zu res=%zu dirty=%zu write=%zu",
		     size / 2, size / 2, size / 2, size / 2);
	victim_claim(mixed, size, "swap=%zu res=%zu zero=%zu write=%zu lazy=%zu",
		     size / 4, size / 2, size / 4, size / 4, size / 4);
	victim_wait();
}
