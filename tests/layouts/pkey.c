// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory under a protection key. It is as resident as any other.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	const size_t size = 256 * KIB;
	char *start;
	int key;

	layout_begin();
	key = pkey_alloc(0, PKEY_DISABLE_WRITE);
	if (key < 0)
		layout_skip("there are no protection keys: %s", strerror(errno));
	start = layout_map(2 * size);
	layout_write(start, 2 * size, page_size);
	if (pkey_mprotect(start, size, PROT_READ | PROT_WRITE, key))
		layout_fail("pkey_mprotect: %s", strerror(errno));
	layout_expect(start, size, "res=%zu dirty=%zu write=%zu", size, size, size);
	layout_expect(start + size, size, "res=%zu dirty=%zu write=%zu", size, size, size);
	layout_wait();
}
