// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guard regions without VMAs of their own.
 */
#include <sys/mman.h>
#include "layout.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

int main(void)
{
	const size_t size = 256 * KIB;
	char *start;
	size_t i;

	layout_begin();
	start = layout_map(2 * size);
	layout_write(start, 2 * size, page_size);
	layout_advise(start, size, MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL");
	for (i = size; i < 2 * size; i += 4 * page_size)
		layout_advise(start + i, page_size, MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL");
	layout_expect(start, size, "special=%zu guard=%zu", size, size);
	layout_expect(start + size, size, "special=%zu guard=%zu res=%zu",
		     size / 4, size / 4, size - size / 4);
	layout_wait();
}
