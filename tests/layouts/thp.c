// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transparent huge pages: PMD leaves, split ones, and mTHP.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "layout.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/*
 * arm64 sets the contiguous hint wherever an aligned block of PTEs maps one folio. Other
 * architectures map an mTHP by ordinary PTEs.
 */
#ifdef __aarch64__
#define MTHP_CONT 1
#else
#define MTHP_CONT 0
#endif

static void need_thp(const char *start, const char *key, size_t size)
{
	const size_t allocated = layout_smaps(start, key);

	if (allocated != size)
		layout_skip("the kernel allocated %zu bytes of THPs, not %zu", allocated, size);
}

static void thp_off(void)
{
	const size_t size = 2 * pmd_size;
	char *start = layout_map_at_multiple(pmd_size, 0, size);

	layout_advise(start, size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_write(start, size, page_size);
	layout_expect(start, size, "res pmd=0 dirty write");
}

static void thp_on(void)
{
	const size_t size = 4 * pmd_size;
	char *start = layout_map_huge(size + pmd_size);

	layout_write(start, size, page_size);
	need_thp(start, "AnonHugePages", size);
	layout_expect(start, size + pmd_size,
		      "res=4/5 pte=0 pmd=4/5 thp=4/5 young=4/5 dirty=4/5 write=4/5 lazy=1/5");
	/* Parts of two leaves. */
	layout_expect(start + pmd_size - page_size, 2 * page_size, "res pte=0 pmd thp");
}

static void thp_partly_touched(void)
{
	char *start = layout_map_huge(2 * pmd_size);

	start[pmd_size / 2] = 1;
	need_thp(start, "AnonHugePages", pmd_size);
	layout_expect(start, 2 * pmd_size, "res=1/2 pte=0 pmd=1/2 thp=1/2 dirty=1/2 lazy=1/2");
}

/* The half that stays is mapped by PTEs, with or without the contiguous hint. */
static void thp_partly_freed(void)
{
	char *start = layout_map_huge(2 * pmd_size);

	layout_write(start, 2 * pmd_size, page_size);
	need_thp(start, "AnonHugePages", 2 * pmd_size);
	layout_advise(start, pmd_size / 2, MADV_DONTNEED, "MADV_DONTNEED");
	/* khugepaged would collapse the range again. */
	layout_advise(start, 2 * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_expect(start, pmd_size, "res=1/2 pmd=0 lazy=1/2");
	layout_expect(start + pmd_size, pmd_size, "res pmd thp");
}

/* PROT_NONE for a whole leaf keeps it; PROT_NONE for a part of one splits it. */
static void thp_partly_protected(void)
{
	const size_t half = pmd_size / 2;
	char *start = layout_map_huge(3 * pmd_size);

	layout_write(start, 3 * pmd_size, page_size);
	need_thp(start, "AnonHugePages", 3 * pmd_size);
	layout_advise(start, 3 * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_protect(start + pmd_size + half, half + pmd_size, PROT_NONE);
	layout_expect(start, pmd_size, "res pmd thp write");
	layout_expect(start + pmd_size, half, "res pmd=0 write");
	layout_expect(start + pmd_size + half, half, "res pmd=0 protnone write=0");
	layout_expect(start + 2 * pmd_size, pmd_size, "res pmd thp protnone write=0");
}

static void collapsed(void)
{
	char *start = layout_map_at_multiple(pmd_size, 0, 2 * pmd_size);

	layout_advise(start, 2 * pmd_size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_write(start, 2 * pmd_size, page_size);
	layout_advise(start, pmd_size, MADV_HUGEPAGE, "MADV_HUGEPAGE");
	/* It fails where no huge page is free. */
	if (madvise(start, pmd_size, MADV_COLLAPSE))
		layout_skip("MADV_COLLAPSE: %s", strerror(errno));
	need_thp(start, "AnonHugePages", pmd_size);
	layout_expect(start, pmd_size, "res pmd thp write");
	layout_expect(start + pmd_size, pmd_size, "res pmd=0 write");
}

static void zero_huge(void)
{
	const size_t count = 3;
	char *start = layout_map_huge((count + 1) * pmd_size);
	size_t i;

	layout_read(start, count * pmd_size, pmd_size);
	for (i = 0; i < count; i++)
		if (!(layout_pagemap(start + i * pmd_size + page_size) & LAYOUT_PRESENT))
			layout_skip("a read did not map the huge zero page");
	layout_expect(start, (count + 1) * pmd_size,
		      "res=3/4 pte=0 pmd=3/4 zero=3/4 zero_huge=3/4 dirty=0 write=0 lazy=1/4");
	/* Parts of a leaf: from its start, and from its middle. */
	layout_expect(start, page_size, "res pmd zero zero_huge");
	layout_expect(start + pmd_size / 2, pmd_size, "res pmd zero zero_huge");
}

#define SHMEM_ENABLED "/sys/kernel/mm/transparent_hugepage/shmem_enabled"

static void shmem_thp(void)
{
	const size_t size = 2 * pmd_size;
	char *start;

	if (layout_setting(SHMEM_ENABLED, "never") || layout_setting(SHMEM_ENABLED, "deny"))
		layout_skip("shmem_enabled is never or deny");
	/* The first mapping only finds an address. */
	start = layout_map_at_multiple(pmd_size, 0, size);
	layout_mmap(start, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		    layout_memfd(size));
	layout_advise(start, size, MADV_HUGEPAGE, "MADV_HUGEPAGE");
	start[0] = 1;
	need_thp(start, "ShmemPmdMapped", pmd_size);
	layout_expect(start, size, "res=1/2 pte=0 pmd=1/2 thp=1/2 lazy=1/2");
}

/* Writes a block, and checks that one folio maps it: consecutive frames, aligned. */
static void mthp_write(char *start, size_t block)
{
	uint64_t first, i;

	layout_write(start, block, page_size);
	first = layout_pagemap(start) & LAYOUT_FRAME;
	for (i = 0; i < block / page_size; i++)
		if ((layout_pagemap(start + i * page_size) & LAYOUT_FRAME) != first + i)
			break;
	if (!first || i < block / page_size || first % i)
		layout_skip("the kernel allocated no mTHP of %zu bytes", block);
}

/* A block that is unmapped or protected in part loses the contiguous hint. */
static void mthp(void)
{
	const size_t block = mthp_size(), cont = MTHP_CONT ? block : 0;
	char *start = mthp_map(block, 6);

	mthp_write(start, block);
	mthp_write(start + 2 * block, block);
	mthp_write(start + 3 * block, block);
	mthp_write(start + 5 * block, block);
	layout_expect(start, 2 * block,
		      "res=1/2 cont=%zu pte=%zu young=1/2 dirty=1/2 write=1/2 lazy=1/2 vmas=1",
		      cont, block - cont);
	/* Parts of a block: its end, and a page in its middle. */
	layout_expect(start + block - page_size, 2 * page_size, "res=1/2 lazy=1/2 cont=%zu",
		      MTHP_CONT ? page_size : 0);
	layout_expect(start + 3 * page_size, page_size, "res cont=%zu", MTHP_CONT ? page_size : 0);

	layout_advise(start + 2 * block + page_size, page_size, MADV_DONTNEED, "MADV_DONTNEED");
	layout_expect(start + 2 * block, block, "res=%zu pte=%zu cont=0 lazy=%zu",
		      block - page_size, block - page_size, page_size);

	layout_protect(start + 4 * block - page_size, page_size, PROT_READ);
	layout_expect(start + 3 * block, block, "res pte cont=0 write=%zu", block - page_size);

	layout_protect(start + 5 * block, block, PROT_NONE);
	layout_expect(start + 5 * block, block, "res protnone write=0");
}

enum { WRITTEN, READ, UNUSED, BLOCKS };

/*
 * The accessed and dirty bits of mTHPs of which one page is used. A contiguous-hint block
 * is one translation: the bits of any of its entries hold for all of it. smaps must agree.
 */
static void mthp_used(void)
{
	const size_t block = mthp_size(), used = MTHP_CONT ? block : page_size;
	const size_t unused_page = MTHP_CONT ? page_size : 0;
	char *start = mthp_map(block, BLOCKS);
	size_t young, dirty;
	int i, fd;

	for (i = 0; i < BLOCKS; i++)
		mthp_write(start + i * block, block);
	/*
	 * MADV_FREE clears both bits and flushes the TLB, so that the processor sets them
	 * again. clear_refs also clears the folio's referenced flag, which smaps adds.
	 */
	layout_advise(start, BLOCKS * block, MADV_FREE, "MADV_FREE");
	fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1", 1) != 1)
		layout_skip("clear_refs: %s", strerror(errno));
	start[WRITTEN * block + block / 2] = 1;
	layout_read(start + READ * block + block / 2, page_size, page_size);

	young = layout_smaps(start, "Referenced");
	dirty = layout_smaps(start, "Private_Dirty");
	if (young != 2 * used || dirty != used)
		layout_fail("smaps: Referenced %zu, Private_Dirty %zu", young, dirty);
	layout_expect(start, BLOCKS * block, "res cont=%zu young=%zu dirty=%zu write vmas=1",
		      MTHP_CONT ? BLOCKS * block : 0, 2 * used, used);
	layout_expect(start + WRITTEN * block, block, "res young=%zu dirty=%zu", used, used);
	layout_expect(start + READ * block, block, "res young=%zu dirty=0", used);
	layout_expect(start + UNUSED * block, block, "res young=0 dirty=0");
	/* Not the page that was written. */
	layout_expect(start + WRITTEN * block, page_size, "res young=%zu dirty=%zu",
		      unused_page, unused_page);
}

const struct layout thp_layouts[] = {
	{ "collapsed", "MADV_COLLAPSE", collapsed },
	{ "mthp", "mTHPs, whole and broken up", mthp },
	{ "mthp_used", "accessed and dirty bits of mTHPs", mthp_used },
	{ "shmem_thp", "a THP of shared memory", shmem_thp },
	{ "thp_off", "MADV_NOHUGEPAGE", thp_off },
	{ "thp_on", "MADV_HUGEPAGE", thp_on },
	{ "thp_partly_freed", "a THP of which half is freed", thp_partly_freed },
	{ "thp_partly_protected", "THPs that are PROT_NONE, in whole and in part",
	  thp_partly_protected },
	{ "thp_partly_touched", "a THP of which one byte is touched", thp_partly_touched },
	{ "zero_huge", "the huge zero page", zero_huge },
	{ }
};
