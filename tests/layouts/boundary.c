// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMAs that reach over the boundary between two tables by one page on each
 * side, at every level.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

/*
 * The next boundary between two tables that translate @align bytes each, with
 * two pages around it that nobody has yet; NULL if there is none left.
 */
static char *next_boundary(size_t align)
{
	static uintptr_t multiple;
	char *start;

	if (multiple % align)
		multiple = 0;
	for (;;) {
		multiple += align;
		start = mmap((char *)multiple - page_size, 2 * page_size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (start != MAP_FAILED)
			return start;
		if (errno != EEXIST)
			return NULL;
	}
}

/* Which of the two pages are touched. */
enum { NEITHER, LOWER, UPPER, BOTH };

static bool around(size_t align, int touched)
{
	char *start = next_boundary(align);
	size_t res = 0;

	if (!start)
		return false;
	if (touched & LOWER) {
		start[0] = 1;
		res += page_size;
	}
	if (touched & UPPER) {
		start[page_size] = 1;
		res += page_size;
	}
	layout_expect(start, 2 * page_size, "res=%zu lazy=%zu vmas=1", res, 2 * page_size - res);
	if (touched == BOTH) {
		layout_expect(start, page_size, "res=%zu vmas=1", page_size);
		layout_expect(start + page_size, page_size, "res=%zu vmas=1", page_size);
	}
	return true;
}

int main(void)
{
	size_t covered;
	int touched;

	layout_begin();
	/*
	 * What a table covers, level by level. Of the highest levels' tables a
	 * process may have few, or only one: then there is no boundary.
	 */
	for (covered = pmd_size; around(covered, BOTH); covered *= page_size / 8)
		for (touched = NEITHER; touched < BOTH; touched++)
			around(covered, touched);
	if (covered == pmd_size)
		layout_fail("no room around any multiple of %zu: %s", pmd_size, strerror(errno));
	layout_wait();
}
