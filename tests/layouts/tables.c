// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of PTEs, each with one page; and such as have lost it, which a kernel
 * may keep or free. Which of the two, it says in its own sum of them.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

#define TABLES 12

/* What /proc/self/status says under VmPTE, in tables. */
static size_t tables(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmPTE: %lu kB", &kib) == 1)
			break;
	if (!kib)
		layout_fail("there is no VmPTE");
	fclose(file);
	return kib * KIB / page_size;
}

int main(void)
{
	const size_t emptied = TABLES / 3;
	size_t before, kept;
	char *start;

	layout_begin();
	start = layout_map_at_multiple(pmd_size, 0, TABLES * pmd_size);
	layout_advise(start, TABLES * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_write(start, TABLES * pmd_size, pmd_size);
	/* Nothing but the tables in question may come or go in between. */
	before = tables();
	madvise(start, emptied * pmd_size, MADV_DONTNEED);
	kept = emptied - (before - tables());
	if (kept > emptied)
		layout_fail("MADV_DONTNEED made tables, or freed more than there were");
	layout_expect(start, TABLES * pmd_size, "res=%zu lazy=%zu pte_tables=%zu",
		     (TABLES - emptied) * page_size,
		     TABLES * pmd_size - (TABLES - emptied) * page_size,
		     TABLES - emptied + kept);
	layout_expect(start, emptied * pmd_size, "lazy=%zu pte_tables=%zu",
		     emptied * pmd_size, kept);
	layout_expect(start + emptied * pmd_size, pmd_size, "res=%zu lazy=%zu pte_tables=1",
		     page_size, pmd_size - page_size);
	layout_wait();
}
