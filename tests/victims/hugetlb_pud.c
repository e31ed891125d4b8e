// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugetlb pages of the PUD's size: one touched, one not.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

#ifndef MAP_HUGE_1GB
#define MAP_HUGE_1GB (30 << 26)
#endif

int main(void)
{
	char *start;

	victim_begin();
	start = mmap(NULL, 2 * GIB, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GB, -1, 0);
	if (start == MAP_FAILED)
		victim_skip("no two hugetlb pages of 1 GiB: %s", strerror(errno));
	start[0] = 1;
	victim_claim(start, 2 * GIB,
		     "res=%lu pte=0 pmd=0 pud=%lu hugetlb=%lu dirty=%lu write=%lu lazy=%lu",
		     GIB, GIB, GIB, GIB, GIB, GIB);
	victim_claim(start + GIB - page_size, 2 * page_size,
		     "res=%zu pud=%zu hugetlb=%zu lazy=%zu",
		     page_size, page_size, page_size, page_size);
	victim_wait();
}
