// SPDX-License-Identifier: GPL-2.0-only
/*
 * MADV_DONTNEED: given back, and as if never touched.
 */
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	const size_t size = 4 * MIB;
	char *start;
	size_t i;

	layout_begin();
	start = layout_map(2 * size);
	layout_write(start, 2 * size, page_size);
	/* One half whole, with its tables empty; the other page by page. */
	layout_advise(start, size, MADV_DONTNEED, "MADV_DONTNEED");
	for (i = size; i < 2 * size; i += 2 * page_size)
		layout_advise(start + i, page_size, MADV_DONTNEED, "MADV_DONTNEED");
	layout_expect(start, size, "lazy=%zu", size);
	layout_expect(start + size, size, "res=%zu dirty=%zu write=%zu lazy=%zu",
		     size / 2, size / 2, size / 2, size / 2);
	layout_wait();
}
