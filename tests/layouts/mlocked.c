// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locked memory is resident without having been touched.
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
	start = layout_map(2 * size);
	if (mlock(start, size))
		layout_skip("mlock: %s", strerror(errno));
	layout_expect(start, size, "res=%zu dirty=%zu write=%zu vmas=1", size, size, size);
	layout_expect(start + size, size, "lazy=%zu vmas=1", size);

	/* Locked as it is touched. */
	start = layout_map(size);
	if (mlock2(start, size, MLOCK_ONFAULT))
		layout_skip("mlock2: %s", strerror(errno));
	layout_write(start, size / 2, page_size);
	layout_expect(start, size, "res=%zu lazy=%zu", size / 2, size / 2);
	layout_wait();
}
