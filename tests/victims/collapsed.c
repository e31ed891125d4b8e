// SPDX-License-Identifier: GPL-2.0-only
/*
 * Base pages that were made into huge ones on request.
 */
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

int main(void)
{
	char *start;

	victim_begin();
	start = victim_map_at_multiple(pmd_size, 0, 2 * pmd_size);
	victim_advise(start, 2 * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	victim_write(start, 2 * pmd_size, page_size);
	victim_advise(start, pmd_size, MADV_HUGEPAGE, "MADV_HUGEPAGE");
	/* The kernel may find no huge page, which is no fault of its. */
	if (madvise(start, pmd_size, MADV_COLLAPSE) ||
	    victim_smaps(start, "AnonHugePages") != pmd_size)
		victim_skip("this kernel would not collapse them");
	victim_claim(start, pmd_size, "res=%zu pmd=%zu thp=%zu write=%zu",
		     pmd_size, pmd_size, pmd_size, pmd_size);
	victim_claim(start + pmd_size, pmd_size, "res=%zu pmd=0 write=%zu", pmd_size, pmd_size);
	victim_wait();
}
