// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugetlb pages: PMD and PUD leaves, contiguous-hint blocks, shared tables.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "layout.h"

#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif

#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4u
#endif

static char *map(size_t page, size_t count, int prot, int flags)
{
	int log2 = __builtin_ctzl(page);
	char *start = mmap(NULL, count * page, prot,
			   flags | MAP_ANONYMOUS | MAP_HUGETLB | log2 << MAP_HUGE_SHIFT, -1, 0);

	if (start == MAP_FAILED)
		layout_skip("no %zu hugetlb pages of %zu bytes: %s", count, page,
			    strerror(errno));
	return start;
}

static void hugetlb_pmd(void)
{
	const size_t touched = 3 * pmd_size, rest = 2 * pmd_size;
	const int prot = PROT_READ | PROT_WRITE;
	char *start = map(pmd_size, 5, prot, MAP_PRIVATE);

	layout_write(start, touched, pmd_size);
	layout_expect(start, touched + rest,
		      "res=3/5 pte=0 pmd=3/5 hugetlb=3/5 dirty=3/5 write=3/5 lazy=2/5 vmas=1");
	/* A part of a leaf. */
	layout_expect(start + page_size, page_size, "res pmd hugetlb");

	start = map(pmd_size, 5, prot, MAP_SHARED);
	layout_write(start + rest, touched, pmd_size);
	layout_expect(start, touched + rest, "res=3/5 pmd=3/5 hugetlb=3/5 lazy=2/5");

	start = map(pmd_size, 2, prot, MAP_PRIVATE);
	layout_expect(start, rest, "lazy");

	start = map(pmd_size, 2, prot, MAP_PRIVATE);
	layout_write(start, rest, pmd_size);
	layout_protect(start, rest, PROT_NONE);
	layout_expect(start, rest, "res pmd hugetlb protnone write=0");
}

static void hugetlb_pud(void)
{
	char *start;

	if (!hugetlb_size(pud_size, pud_size))
		layout_skip("there are no hugetlb pages of %zu bytes", pud_size);
	start = map(pud_size, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	start[0] = 1;
	layout_expect(start, 2 * pud_size,
		      "res=1/2 pte=0 pud=1/2 hugetlb=1/2 dirty=1/2 write=1/2 lazy=1/2");
	layout_expect(start + pud_size - page_size, 2 * page_size,
		      "res=1/2 pud=1/2 hugetlb=1/2 lazy=1/2");
}

/*
 * Pages of a size that a block of entries with the contiguous hint maps. A block is one
 * translation: the accessed and dirty bits of any of its entries hold for all of it.
 */
static void blocks(size_t least, size_t most)
{
	const size_t block = hugetlb_size(least, most);
	size_t touched, part;
	char *start;

	if (!block)
		layout_skip("no hugetlb page size is between %zu and %zu", least, most);
	/* Few pages of a gigabyte are reserved. */
	touched = (block < GIB ? 3 : 1) * block;
	start = map(block, touched / block + 1, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_NORESERVE);
	layout_write(start, touched, block);
	layout_protect(start, block, PROT_NONE);
	layout_expect(start, touched + block,
		      "res=%zu cont=%zu hugetlb=%zu dirty=%zu write=%zu protnone=%zu lazy=%zu",
		      touched, touched, touched, touched, touched - block, block, block);
	/* Parts: around the end of a block, and from the middle of one. */
	layout_expect(start + touched - page_size, 2 * page_size,
		      "res=1/2 cont=1/2 hugetlb=1/2 dirty=1/2 protnone<=1/2 lazy=1/2");
	part = touched - block / 2 - page_size;
	layout_expect(start + block / 2, part, "res cont hugetlb protnone=%zu",
		      touched > block ? block / 2 : block / 2 - page_size);

	/* Writable and clean: the processor sets the dirty bit. */
	start = map(block, touched / block, PROT_READ, MAP_SHARED);
	layout_read(start, touched, block);
	layout_protect(start, touched, PROT_READ | PROT_WRITE);
	start[block / 2] = 1;
	layout_expect(start, touched, "res cont hugetlb young dirty=%zu write vmas=1", block);
	layout_expect(start, page_size, "res cont hugetlb dirty");
}

static void hugetlb_cont_pte(void)
{
	blocks(2 * page_size, pmd_size / 2);
}

static void hugetlb_cont_pmd(void)
{
	blocks(2 * pmd_size, pud_size / 2);
}

static void read_huge(char *start, size_t size)
{
	layout_read(start, size, pmd_size);
}

/* Two processes; where the kernel can, they share the PMD table itself. */
static void hugetlb_shared(void)
{
	/* What a PMD table translates: only whole ones are shared. */
	const size_t size = page_size / 8 * pmd_size, used = 4 * pmd_size;
	int fd = memfd_create("ptscope-layout", MFD_CLOEXEC | MFD_HUGETLB);
	char *start;
	pid_t pid;

	if (fd < 0 || ftruncate(fd, size))
		layout_skip("no hugetlb file of %zu bytes: %s", size, strerror(errno));
	start = layout_map_at_multiple(size, 0, size);
	start = mmap(start, size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd, 0);
	if (start == MAP_FAILED)
		layout_skip("mmap of %zu bytes: %s", size, strerror(errno));
	layout_write(start, used, pmd_size);
	pid = layout_fork(read_huge, start, used);
	layout_expect(start, size, "res=%zu pmd=%zu hugetlb=%zu lazy=%zu",
		      used, used, used, size - used);
	layout_process(pid);
	layout_expect(start, size, "res=%zu pmd=%zu hugetlb=%zu lazy=%zu",
		      used, used, used, size - used);
}

const struct layout hugetlb_layouts[] = {
	{ "hugetlb_cont_pmd", "contiguous-hint blocks of PMD entries", hugetlb_cont_pmd },
	{ "hugetlb_cont_pte", "contiguous-hint blocks of PTEs", hugetlb_cont_pte },
	{ "hugetlb_pmd", "PMD leaves, private, shared, untouched and PROT_NONE", hugetlb_pmd },
	{ "hugetlb_pud", "a PUD leaf", hugetlb_pud },
	{ "hugetlb_shared", "a PMD table that two processes share", hugetlb_shared },
	{ }
};
