// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugetlb pages of the PMD's size, touched and untouched.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif

static char *map(size_t size, int flags)
{
	int log2 = __builtin_ctzl(pmd_size);
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   flags | MAP_ANONYMOUS | MAP_HUGETLB | log2 << MAP_HUGE_SHIFT, -1, 0);

	if (start == MAP_FAILED)
		victim_skip("no hugetlb pages of %zu bytes: %s", pmd_size, strerror(errno));
	return start;
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
