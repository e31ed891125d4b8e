// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small transparent huge pages: whole ones, and such as have lost something of
 * their own, which makes them PTEs like any other.
 */
#include "mthp.h"
#include "layout.h"

int main(void)
{
	size_t block, cont, pte;
	char *start;

	layout_begin();
	block = mthp_size();
	start = mthp_map(block, 6);
	mthp_write(start, block);
	mthp_write(start + 2 * block, block);
	mthp_write(start + 3 * block, block);
	mthp_write(start + 5 * block, block);
	cont = MTHP_CONT ? block : 0;
	pte = block - cont;
	layout_expect(start, 2 * block,
		     "res=%zu cont=%zu pte=%zu young=%zu dirty=%zu write=%zu lazy=%zu vmas=1",
		     block, cont, pte, block, block, block, block);
	/* Parts of a block, at its end and in its middle. */
	layout_expect(start + block - page_size, 2 * page_size, "res=%zu lazy=%zu cont=%zu",
		     page_size, page_size, MTHP_CONT ? page_size : 0);
	layout_expect(start + 3 * page_size, page_size, "res=%zu cont=%zu",
		     page_size, MTHP_CONT ? page_size : 0);

	layout_advise(start + 2 * block + page_size, page_size, MADV_DONTNEED, "MADV_DONTNEED");
	layout_expect(start + 2 * block, block, "res=%zu pte=%zu cont=0 lazy=%zu",
		     block - page_size, block - page_size, page_size);

	if (mprotect(start + 4 * block - page_size, page_size, PROT_READ))
		layout_fail("mprotect: %s", strerror(errno));
	layout_expect(start + 3 * block, block, "res=%zu pte=%zu cont=0 write=%zu",
		     block, block, block - page_size);

	if (mprotect(start + 5 * block, block, PROT_NONE))
		layout_fail("mprotect: %s", strerror(errno));
	layout_expect(start + 5 * block, block, "res=%zu protnone=%zu write=0", block, block);
	layout_wait();
}
