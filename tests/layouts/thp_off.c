// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that could be huge but must not.
 */
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	size_t size;
	char *start;

	layout_begin();
	size = 2 * pmd_size;
	start = layout_map_at_multiple(pmd_size, 0, size);
	layout_advise(start, size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_write(start, size, page_size);
	layout_expect(start, size, "res=%zu pmd=0 dirty=%zu write=%zu", size, size, size);
	layout_wait();
}
