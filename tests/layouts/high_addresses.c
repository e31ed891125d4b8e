// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses beyond those that a process gets unless it asks for them, and
 * VMAs on both sides of boundaries between two entries of the highest level.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

/* The bits of an address without asking: the stack is the highest there is. */
static unsigned int default_bits(void)
{
	return 64 - __builtin_clzl((uintptr_t)&(char){ 0 });
}

static char *map_at(uintptr_t addr, size_t size)
{
	char *start = mmap((void *)addr, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (start == MAP_FAILED)
		return NULL;
	madvise(start, size, MADV_NOHUGEPAGE);
	return start;
}

int main(void)
{
	const size_t size = 2 * MIB;
	unsigned int bits, entry_bits, bits_per_level;
	uintptr_t entry, top;
	char *start = NULL;

	layout_begin();
	/* The kernel keeps the very last page or a few to itself. */
	for (bits = 62; bits > default_bits(); bits--) {
		top = 1ul << bits;
		start = map_at(top - 2 * size, size);
		if (start)
			break;
	}
	if (!start)
		layout_skip("no address has more than the usual %u bits", default_bits());
	layout_write(start, size, 2 * page_size);
	layout_expect(start, size, "res=%zu dirty=%zu lazy=%zu vmas=1",
		     size / 2, size / 2, size / 2);

	/* What an entry of the highest level covers, counted up from the lowest. */
	bits_per_level = __builtin_ctzl(page_size / 8);
	entry_bits = __builtin_ctzl(page_size);
	while (entry_bits + bits_per_level < bits)
		entry_bits += bits_per_level;
	entry = 1ul << entry_bits;

	start = map_at(top - entry - page_size, 2 * page_size);
	if (!start)
		layout_fail("no memory below %#lx: %s", (unsigned long)(top - entry),
			    strerror(errno));
	layout_write(start, 2 * page_size, page_size);
	layout_expect(start, 2 * page_size, "res=%zu vmas=1", 2 * page_size);
	start = map_at(top / 2 + entry - page_size, 2 * page_size);
	if (!start)
		layout_fail("no memory below %#lx: %s", (unsigned long)(top / 2 + entry),
			    strerror(errno));
	start[page_size] = 1;
	layout_expect(start, 2 * page_size, "res=%zu lazy=%zu vmas=1", page_size, page_size);
	layout_wait();
}
