// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugetlb pages of the PMD's size, touched and untouched.
 */
#include "hugetlb.h"
#include "layout.h"

static char *map(size_t size, int flags)
{
	return hugetlb_map(pmd_size, size / pmd_size, PROT_READ | PROT_WRITE, flags);
}

int main(void)
{
	size_t touched, rest;
	char *start;

	layout_begin();
	touched = 3 * pmd_size;
	rest = 2 * pmd_size;

	start = map(touched + rest, MAP_PRIVATE);
	layout_write(start, touched, pmd_size);
	layout_expect(start, touched + rest,
		     "res=%zu pte=0 pmd=%zu hugetlb=%zu dirty=%zu write=%zu lazy=%zu vmas=1",
		     touched, touched, touched, touched, touched, rest);
	/* A part of a leaf. */
	layout_expect(start + page_size, page_size, "res=%zu pmd=%zu hugetlb=%zu",
		     page_size, page_size, page_size);

	start = map(touched + rest, MAP_SHARED);
	layout_write(start + rest, touched, pmd_size);
	layout_expect(start, touched + rest, "res=%zu pmd=%zu hugetlb=%zu lazy=%zu",
		     touched, touched, touched, rest);

	start = map(rest, MAP_PRIVATE);
	layout_expect(start, rest, "lazy=%zu", rest);

	start = map(rest, MAP_PRIVATE);
	layout_write(start, rest, pmd_size);
	if (mprotect(start, rest, PROT_NONE))
		layout_fail("mprotect: %s", strerror(errno));
	layout_expect(start, rest, "res=%zu pmd=%zu hugetlb=%zu protnone=%zu write=0",
		     rest, rest, rest, rest);
	layout_wait();
}
