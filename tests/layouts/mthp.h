/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transparent huge pages smaller than what a PMD entry maps.
 */
#ifndef LAYOUT_MTHP_H
#define LAYOUT_MTHP_H

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/mman.h>
#include "hugetlb.h"
#include "layout.h"

/*
 * On arm64 the kernel sets the contiguous hint wherever an aligned block of
 * PTEs maps pages of one folio. Elsewhere they are PTEs like any other.
 */
#ifdef __aarch64__
#define MTHP_CONT 1
#else
#define MTHP_CONT 0
#endif

#define MTHP_FRAME ((1ull << 55) - 1)

/* As large as a block with the contiguous hint is, where there are such. */
static inline size_t mthp_size(void)
{
	return hugetlb_size(2 * page_size, pmd_size / 2) ?: 16 * page_size;
}

/*
 * Anonymous memory for @count blocks in which each first touch gets a whole
 * one. Only those are meant who ask for them by MADV_HUGEPAGE, and whose
 * memory does not suffice for a larger one.
 */
static inline char *mthp_map(size_t block, size_t count)
{
	char path[96], *start;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/mm/transparent_hugepage/hugepages-%zukB/enabled",
		 block / KIB);
	if (access(path, F_OK))
		layout_skip("this kernel has no transparent huge pages of %zu bytes", block);
	if (!layout_setting(path, "always") && !layout_setting(path, "madvise")) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "madvise", 7) != 7)
			layout_skip("%s: %s", path, strerror(errno));
		close(fd);
	}
	start = layout_map_at_multiple(block, 0, count * block);
	layout_advise(start, count * block, MADV_HUGEPAGE, "MADV_HUGEPAGE");
	return start;
}

/* Writes a block; it must have got frames in a row, as one folio has them. */
static inline void mthp_write(char *start, size_t block)
{
	uint64_t first, i;

	layout_write(start, block, page_size);
	first = layout_pagemap(start) & MTHP_FRAME;
	for (i = 0; i < block / page_size; i++)
		if ((layout_pagemap(start + i * page_size) & MTHP_FRAME) != first + i)
			break;
	if (!first || i < block / page_size || first % i)
		layout_skip("the kernel gave no huge page of %zu bytes", block);
}

#endif /* LAYOUT_MTHP_H */
