/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VICTIM_HUGETLB_H
#define VICTIM_HUGETLB_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif

/*
 * The size of hugetlb pages that this kernel has between @least and @most, or
 * 0. Which there are depends on the architecture and on the size of a base
 * page; never are there two between those of neighbouring levels' leaves.
 */
static inline size_t hugetlb_size(size_t least, size_t most)
{
	DIR *dir = opendir("/sys/kernel/mm/hugepages");
	struct dirent *entry;
	size_t found = 0, kib;

	while (dir && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "hugepages-%zukB", &kib) == 1 &&
		    kib * KIB >= least && kib * KIB <= most)
			found = kib * KIB;
	if (dir)
		closedir(dir);
	return found;
}

static inline char *hugetlb_map(size_t page, size_t count, int prot, int flags)
{
	int log2 = __builtin_ctzl(page);
	char *start = mmap(NULL, count * page, prot,
			   flags | MAP_ANONYMOUS | MAP_HUGETLB | log2 << MAP_HUGE_SHIFT, -1, 0);

	if (start == MAP_FAILED)
		victim_skip("no %zu hugetlb pages of %zu bytes: %s", count, page,
			    strerror(errno));
	return start;
}

/*
 * hugetlb pages of a size that no single entry maps, but a block of entries
 * with the contiguous hint. Such a block is one translation: whether it was
 * used is true of all of it, whichever entry the processor noted it in.
 */
static inline void hugetlb_blocks(size_t block)
{
	char *start;

	start = hugetlb_map(block, 4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	start[block / 2] = 1;
	start[2 * block] = 1;
	victim_claim(start, 4 * block,
		     "res=%zu pte=0 cont=%zu hugetlb=%zu young=%zu dirty=%zu write=%zu lazy=%zu",
		     2 * block, 2 * block, 2 * block, 2 * block, 2 * block, 2 * block,
		     2 * block);
	/* Parts of a block. */
	victim_claim(start + block - page_size, 2 * page_size,
		     "res=%zu pte=0 cont=%zu hugetlb=%zu dirty=%zu lazy=%zu",
		     page_size, page_size, page_size, page_size, page_size);
	victim_claim(start + 2 * block + page_size, page_size, "res=%zu pte=0 cont=%zu hugetlb=%zu",
		     page_size, page_size, page_size);

	/* Writable and clean, which is when the processor sets the bit itself. */
	start = hugetlb_map(block, 2, PROT_READ, MAP_SHARED);
	victim_read(start, 2 * block, block);
	if (mprotect(start, 2 * block, PROT_READ | PROT_WRITE))
		victim_fail("mprotect: %s", strerror(errno));
	start[block / 2] = 1;
	victim_claim(start, 2 * block, "res=%zu pte=0 cont=%zu hugetlb=%zu dirty=%zu",
		     2 * block, 2 * block, 2 * block, block);
	victim_claim(start, page_size, "res=%zu pte=0 cont=%zu hugetlb=%zu dirty=%zu",
		     page_size, page_size, page_size, page_size);

	start = hugetlb_map(block, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	start[0] = 1;
	if (mprotect(start, block, PROT_NONE))
		victim_fail("mprotect: %s", strerror(errno));
	victim_claim(start, block, "res=%zu pte=0 cont=%zu hugetlb=%zu protnone=%zu write=0",
		     block, block, block, block);
}

#endif /* VICTIM_HUGETLB_H */
