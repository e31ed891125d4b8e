// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages closed by mprotect(): a whole one stays huge and present, and one
 * that is closed in part is mapped by PTEs.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

int main(void)
{
	char *start;
	size_t half;

	victim_begin();
	half = pmd_size / 2;
	start = victim_map_huge(3 * pmd_size);
	victim_write(start, 3 * pmd_size, page_size);
	if (victim_smaps(start, "AnonHugePages") != 3 * pmd_size)
		victim_skip("the kernel gave no huge pages");
	victim_advise(start, 3 * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	if (mprotect(start + pmd_size + half, half + pmd_size, PROT_NONE))
		victim_fail("mprotect: %s", strerror(errno));
	victim_claim(start, pmd_size, "res=%zu pmd=%zu thp=%zu write=%zu",
		     pmd_size, pmd_size, pmd_size, pmd_size);
	victim_claim(start + pmd_size, half, "res=%zu pmd=0 write=%zu", half, half);
	victim_claim(start + pmd_size + half, half, "res=%zu pmd=0 protnone=%zu write=0",
		     half, half);
	victim_claim(start + 2 * pmd_size, pmd_size,
		     "res=%zu pmd=%zu thp=%zu protnone=%zu write=0",
		     pmd_size, pmd_size, pmd_size, pmd_size);
	victim_wait();
}
