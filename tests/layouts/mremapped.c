// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges moved by mremap(): page by page, and by whole tables.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

static void move(size_t size)
{
	char *from, *to;

	from = layout_map_at_multiple(pmd_size, 0, size);
	layout_advise(from, size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_write(from, size, 2 * page_size);
	to = layout_map_at_multiple(pmd_size, 0, size);
	if (mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		layout_fail("mremap: %s", strerror(errno));
	layout_expect(from, size, "size=0 vmas=0");
	layout_expect(to, size, "res=%zu dirty=%zu write=%zu lazy=%zu vmas=1",
		     size / 2, size / 2, size / 2, size / 2);
}

int main(void)
{
	layout_begin();
	move(256 * KIB);
	move(2 * pmd_size);
	layout_wait();
}
