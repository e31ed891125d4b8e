// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugetlb pages of the PUD's size: one touched, one not.
 */
#include "hugetlb.h"
#include "layout.h"

int main(void)
{
	char *start;

	layout_begin();
	if (!hugetlb_size(pud_size, pud_size))
		layout_skip("there are no hugetlb pages of %zu bytes", pud_size);
	start = hugetlb_map(pud_size, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	start[0] = 1;
	layout_expect(start, 2 * pud_size,
		     "res=%zu pte=0 pud=%zu hugetlb=%zu dirty=%zu write=%zu lazy=%zu",
		     pud_size, pud_size, pud_size, pud_size, pud_size, pud_size);
	layout_expect(start + pud_size - page_size, 2 * page_size,
		     "res=%zu pud=%zu hugetlb=%zu lazy=%zu",
		     page_size, page_size, page_size, page_size);
	layout_wait();
}
