// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory without any access: written before it was closed, and never touched.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start;

	layout_begin();
	start = layout_map(size);
	layout_write(start, size, page_size);
	if (mprotect(start, size, PROT_NONE))
		layout_fail("mprotect: %s", strerror(errno));
	layout_expect(start, size, "res=%zu protnone=%zu write=0 dirty=%zu", size, size, size);

	start = layout_map(size);
	layout_write(start, size, 2 * page_size);
	if (mprotect(start, size, PROT_NONE))
		layout_fail("mprotect: %s", strerror(errno));
	layout_expect(start, size, "res=%zu protnone=%zu write=0 lazy=%zu",
		     size / 2, size / 2, size / 2);

	start = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	layout_expect(start, size, "lazy=%zu protnone=0", size);
	layout_wait();
}
