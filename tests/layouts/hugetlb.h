/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAYOUT_HUGETLB_H
#define LAYOUT_HUGETLB_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

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
		layout_skip("no %zu hugetlb pages of %zu bytes: %s", count, page,
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
	/* Gigabytes are dear. */
	const size_t touched = (block < GIB ? 3 : 1) * block;
	char *start;

	/* What is not touched takes no page. */
	start = hugetlb_map(block, touched / block + 1, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_NORESERVE);
	layout_write(start, touched, block);
	if (mprotect(start, block, PROT_NONE))
		layout_fail("mprotect: %s", strerror(errno));
	layout_expect(start, touched + block,
		     "res=%zu cont=%zu hugetlb=%zu dirty=%zu write=%zu protnone=%zu lazy=%zu",
		     touched, touched, touched, touched, touched - block, block, block);
	/* Parts: the end of a block, what is between two, the middle of one. */
	layout_expect(start + touched - page_size, 2 * page_size,
		     "res=%zu cont=%zu hugetlb=%zu dirty=%zu protnone<=%zu lazy=%zu",
		     page_size, page_size, page_size, page_size, page_size, page_size);
	layout_expect(start + block / 2, touched - block / 2 - page_size,
		     "res=%zu cont=%zu hugetlb=%zu protnone=%zu",
		     touched - block / 2 - page_size, touched - block / 2 - page_size,
		     touched - block / 2 - page_size,
		     touched > block ? block / 2 : block / 2 - page_size);

	/* Writable and clean, which is when the processor sets the bit itself. */
	start = hugetlb_map(block, touched / block, PROT_READ, MAP_SHARED);
	layout_read(start, touched, block);
	if (mprotect(start, touched, PROT_READ | PROT_WRITE))
		layout_fail("mprotect: %s", strerror(errno));
	start[block / 2] = 1;
	layout_expect(start, touched,
		     "res=%zu cont=%zu hugetlb=%zu young=%zu dirty=%zu write=%zu vmas=1",
		     touched, touched, touched, touched, block, touched);
	layout_expect(start, page_size, "res=%zu cont=%zu hugetlb=%zu dirty=%zu",
		     page_size, page_size, page_size, page_size);
}

#endif /* LAYOUT_HUGETLB_H */
