// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages closed by mprotect(): a whole one stays huge and present, and one
 * that is closed in part is mapped by PTEs.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	char *start;
	size_t half;

	layout_begin();
	half = pmd_size / 2;
	start = layout_map_huge(3 * pmd_size);
	layout_write(start, 3 * pmd_size, page_size);
	if (layout_smaps(start, "AnonHugePages") != 3 * pmd_size)
		layout_skip("the kernel gave no huge pages");
	layout_advise(start, 3 * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	if (mprotect(start + pmd_size + half, half + pmd_size, PROT_NONE))
		layout_fail("mprotect: %s", strerror(errno));
	layout_expect(start, pmd_size, "res=%zu pmd=%zu thp=%zu write=%zu",
		     pmd_size, pmd_size, pmd_size, pmd_size);
	layout_expect(start + pmd_size, half, "res=%zu pmd=0 write=%zu", half, half);
	layout_expect(start + pmd_size + half, half, "res=%zu pmd=0 protnone=%zu write=0",
		     half, half);
	layout_expect(start + 2 * pmd_size, pmd_size,
		     "res=%zu pmd=%zu thp=%zu protnone=%zu write=0",
		     pmd_size, pmd_size, pmd_size, pmd_size);
	layout_wait();
}
