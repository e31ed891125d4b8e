// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guard regions without VMAs of their own.
 */
#include <sys/mman.h>
#include "victim.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

int main(void)
{
	const size_t size = 256 * KIB;
	char *start;
	size_t i;

	victim_begin();
	start = victim_map(2 * size);
	victim_write(start, 2 * size, page_size);
	victim_advise(start, size, MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL");
	for (i = size; i < 2 * size; i += 4 * page_size)
		victim_advise(start + i, page_size, MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL");
	victim_claim(start, size, "special=%zu guard=%zu", size, size);
	victim_claim(start + size, size, "special=%zu guard=%zu res=%zu",
		     size / 4, size / 4, size - size / 4);
	victim_wait();
}
