// SPDX-License-Identifier: GPL-2.0-only
/*
 * Base pages that were made into huge ones on request.
 */
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

int main(void)
{
	char *start;

	layout_begin();
	start = layout_map_at_multiple(pmd_size, 0, 2 * pmd_size);
	layout_advise(start, 2 * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_write(start, 2 * pmd_size, page_size);
	layout_advise(start, pmd_size, MADV_HUGEPAGE, "MADV_HUGEPAGE");
	/* The kernel may find no huge page, which is no fault of its. */
	if (madvise(start, pmd_size, MADV_COLLAPSE) ||
	    layout_smaps(start, "AnonHugePages") != pmd_size)
		layout_skip("this kernel would not collapse them");
	layout_expect(start, pmd_size, "res=%zu pmd=%zu thp=%zu write=%zu",
		     pmd_size, pmd_size, pmd_size, pmd_size);
	layout_expect(start + pmd_size, pmd_size, "res=%zu pmd=0 write=%zu", pmd_size, pmd_size);
	layout_wait();
}
