// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses that take a fifth level of tables, and a VMA on both sides of the
 * boundary between two entries of the highest one. A process gets them only
 * if it asks.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

static char *map_at(uintptr_t addr, size_t size)
{
	char *start = mmap((void *)addr, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (start == MAP_FAILED)
		victim_skip("no memory at %#lx: %s", (unsigned long)addr, strerror(errno));
	madvise(start, size, MADV_NOHUGEPAGE);
	return start;
}

int main(void)
{
	const size_t size = 2 * MIB;
	uintptr_t entry;
	char *start;

	victim_begin();
	/* Bytes under an entry of the fifth level, counted up from the lowest. */
	entry = page_size * (page_size / 8);
	entry *= page_size / 8;
	entry *= page_size / 8;
	entry *= page_size / 8;

	start = map_at(3 * entry - page_size, 2 * page_size);
	victim_write(start, 2 * page_size, page_size);
	victim_claim(start, 2 * page_size, "res=%zu vmas=1", 2 * page_size);
	start = map_at(5 * entry - page_size, 2 * page_size);
	start[page_size] = 1;
	victim_claim(start, 2 * page_size, "res=%zu lazy=%zu vmas=1", page_size, page_size);
	start = map_at(200 * entry, size);
	victim_write(start, size, 2 * page_size);
	victim_claim(start, size, "res=%zu dirty=%zu lazy=%zu vmas=1",
		     size / 2, size / 2, size / 2);
	victim_wait();
}
