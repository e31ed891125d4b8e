// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugetlb pages of the PMD's size, touched and untouched.
 */
#include "hugetlb.h"
#include "victim.h"

static char *map(size_t size, int flags)
{
	return hugetlb_map(pmd_size, size / pmd_size, PROT_READ | PROT_WRITE, flags);
}

int main(void)
{
	size_t touched, rest;
	char *start;

	victim_begin();
	touched = 3 * pmd_size;
	rest = 2 * pmd_size;

	start = map(touched + rest, MAP_PRIVATE);
	victim_write(start, touched, pmd_size);
	victim_claim(start, touched + rest,
		     "res=%zu pte=0 pmd=%zu hugetlb=%zu dirty=%zu write=%zu lazy=%zu vmas=1",
		     touched, touched, touched, touched, touched, rest);
	/* A part of a leaf. */
	victim_claim(start + page_size, page_size, "res=%zu pmd=%zu hugetlb=%zu",
		     page_size, page_size, page_size);

	start = map(touched + rest, MAP_SHARED);
	victim_write(start + rest, touched, pmd_size);
	victim_claim(start, touched + rest, "res=%zu pmd=%zu hugetlb=%zu lazy=%zu",
		     touched, touched, touched, rest);

	start = map(rest, MAP_PRIVATE);
	victim_claim(start, rest, "lazy=%zu", rest);

	start = map(rest, MAP_PRIVATE);
	victim_write(start, rest, pmd_size);
	if (mprotect(start, rest, PROT_NONE))
		victim_fail("mprotect: %s", strerror(errno));
	victim_claim(start, rest, "res=%zu pmd=%zu hugetlb=%zu protnone=%zu write=0",
		     rest, rest, rest, rest);
	victim_wait();
}
