// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory in base pages.
 */
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "layout.h"

static void anon_untouched(void)
{
	const size_t size = 4 * MIB;

	layout_expect(layout_map(size), size, "lazy vmas=1");
}

static void anon_touched(void)
{
	const size_t size = 4 * MIB;
	char *start = layout_map(size);

	layout_write(start, size, page_size);
	layout_expect(start, size, "res young dirty write vmas=1");

	/* No two neighbours in the same state: the shortest possible runs. */
	start = layout_map(3 * size);
	layout_write(start, 3 * size, 3 * page_size);
	layout_expect(start, 3 * size, "res=1/3 dirty=1/3 write=1/3 lazy=2/3");
}

static void anon_read(void)
{
	const size_t size = 2 * MIB;
	char *start = layout_map(size);

	layout_read(start, size, page_size);
	layout_expect(start, size, "res zero dirty=0 write=0");

	/* Of three pages: one written, one read, one untouched. */
	start = layout_map(3 * size);
	layout_write(start, 3 * size, 3 * page_size);
	layout_read(start + page_size, 3 * size - page_size, 3 * page_size);
	layout_expect(start, 3 * size, "res=2/3 zero=1/3 dirty=1/3 write=1/3 lazy=1/3");
}

static void madv_dontneed(void)
{
	const size_t size = 4 * MIB;
	char *start = layout_map(2 * size);
	size_t i;

	layout_write(start, 2 * size, page_size);
	/* One half at once, which empties its tables; the other page by page. */
	layout_advise(start, size, MADV_DONTNEED, "MADV_DONTNEED");
	for (i = size; i < 2 * size; i += 2 * page_size)
		layout_advise(start + i, page_size, MADV_DONTNEED, "MADV_DONTNEED");
	layout_expect(start, size, "lazy");
	layout_expect(start + size, size, "res=1/2 dirty=1/2 write=1/2 lazy=1/2");
}

static void madv_free(void)
{
	const size_t size = 2 * MIB;
	char *start = layout_map(2 * size);

	layout_write(start, 2 * size, page_size);
	layout_advise(start, size, MADV_FREE, "MADV_FREE");
	layout_expect(start, size, "res young=0 dirty=0 write");
	layout_expect(start + size, size, "res young dirty write");
}

static void mlocked(void)
{
	const size_t size = 2 * MIB;
	char *start = layout_map(2 * size);

	if (mlock(start, size))
		layout_skip("mlock: %s", strerror(errno));
	layout_expect(start, size, "res dirty write vmas=1");
	layout_expect(start + size, size, "lazy vmas=1");

	start = layout_map(size);
	if (mlock2(start, size, MLOCK_ONFAULT))
		layout_skip("mlock2: %s", strerror(errno));
	layout_write(start, size / 2, page_size);
	layout_expect(start, size, "res=1/2 lazy=1/2");
}

static void move(size_t size)
{
	char *from = layout_map_at_multiple(pmd_size, 0, size), *to;

	layout_advise(from, size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_write(from, size, 2 * page_size);
	to = layout_map_at_multiple(pmd_size, 0, size);
	if (mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		layout_fail("mremap: %s", strerror(errno));
	layout_expect(from, size, "size=0 vmas=0");
	layout_expect(to, size, "res=1/2 dirty=1/2 write=1/2 lazy=1/2 vmas=1");
}

/* The kernel moves single entries, or whole tables where the alignment allows it. */
static void mremapped(void)
{
	move(256 * KIB);
	move(2 * pmd_size);
}

static void protnone(void)
{
	const size_t size = 2 * MIB;
	char *start = layout_map(size);

	layout_write(start, size, page_size);
	layout_protect(start, size, PROT_NONE);
	layout_expect(start, size, "res protnone write=0 dirty");

	start = layout_map(size);
	layout_write(start, size, 2 * page_size);
	layout_protect(start, size, PROT_NONE);
	layout_expect(start, size, "res=1/2 protnone=1/2 write=0 lazy=1/2");

	start = layout_mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	layout_expect(start, size, "lazy protnone=0");
}

static void pkey(void)
{
	const size_t size = 256 * KIB;
	char *start;
	int key = pkey_alloc(0, PKEY_DISABLE_WRITE);

	if (key < 0)
		layout_skip("there are no protection keys: %s", strerror(errno));
	start = layout_map(2 * size);
	layout_write(start, 2 * size, page_size);
	if (pkey_mprotect(start, size, PROT_READ | PROT_WRITE, key))
		layout_fail("pkey_mprotect: %s", strerror(errno));
	layout_expect(start, size, "res dirty write");
	layout_expect(start + size, size, "res dirty write");
}

static void fork_before_write(void)
{
	const size_t size = 2 * MIB;
	char *start = layout_map(size);
	pid_t child;

	layout_write(start, size, page_size);
	child = layout_fork(NULL, NULL, 0);
	layout_expect(start, size, "res write=0 dirty");
	layout_process(child);
	layout_expect(start, size, "res write=0 dirty");
}

static void write_every_second(char *start, size_t size)
{
	layout_write(start, size, 2 * page_size);
}

static void fork_after_write(void)
{
	const size_t size = 2 * MIB;
	char *start = layout_map(size), *unforked = layout_map(size), *wiped = layout_map(size);
	pid_t child;

	layout_write(start, size, page_size);
	layout_write(unforked, size, page_size);
	layout_write(wiped, size, page_size);
	layout_advise(unforked, size, MADV_DONTFORK, "MADV_DONTFORK");
	layout_advise(wiped, size, MADV_WIPEONFORK, "MADV_WIPEONFORK");
	child = layout_fork(write_every_second, start, size);
	/* Only a write by the parent would make its entries writable again. */
	layout_expect(start, size, "res write=0");
	layout_expect(unforked, size, "res write");
	layout_expect(wiped, size, "res write");
	layout_process(child);
	layout_expect(start, size, "res write=1/2");
	layout_expect(unforked, size, "size=0 vmas=0");
	layout_expect(wiped, size, "lazy vmas=1");
}

#define KSM "/sys/kernel/mm/ksm/"
#define KSM_TRIES 300

static void set_ksm(const char *path, const char *value)
{
	FILE *file = fopen(path, "we");

	if (!file)
		layout_skip("this kernel has no KSM");
	fputs(value, file);
	if (fclose(file))
		layout_skip("%s: %s", path, strerror(errno));
}

/* A merged page is mapped more than once. */
static bool is_merged(const char *start, size_t size)
{
	return layout_smaps(start, "Shared_Dirty") + layout_smaps(start, "Shared_Clean") >= size;
}

static void ksm(void)
{
	const size_t size = 64 * page_size;
	char *start = layout_map(size);
	int i;

	memset(start, 'k', size);
	layout_advise(start, size, MADV_MERGEABLE, "MADV_MERGEABLE");
	set_ksm(KSM "sleep_millisecs", "10");
	set_ksm(KSM "pages_to_scan", "5000");
	set_ksm(KSM "run", "1");
	for (i = 0; i < KSM_TRIES && !is_merged(start, size); i++)
		usleep(100000);
	if (!is_merged(start, size))
		layout_skip("KSM did not merge the pages");
	layout_expect(start, size, "res write=0");
}

static void __attribute__((noinline)) grow_stack(size_t size)
{
	char *low = alloca(size);
	char *start = (char *)(((uintptr_t)low + page_size - 1) / page_size * page_size);
	size_t i;

	/* From the top: a touch far below the stack pointer might not grow it. */
	for (i = size - page_size; i; i -= page_size)
		*(volatile char *)(start + i - page_size) = 1;
	layout_expect(start, size - page_size, "res dirty write vmas=1");
}

static void stack(void)
{
	/* Too small for a THP. */
	grow_stack(MIB);
}

static void remap(char *start, size_t size)
{
	layout_mmap(start, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1);
	madvise(start, size, MADV_NOHUGEPAGE);
}

/*
 * Soft-dirty bits in memory and in swap, cleared and then set again for one half. In a
 * VMA that is newer than the last clear_refs the kernel reports all pages as soft-dirty,
 * empty entries included.
 */
static void soft_dirty(void)
{
	const size_t size = MIB;
	char *present = layout_map(size), *swapped = layout_map(size);
	char *old, *read, *untouched;
	int fd;

	layout_write(present, size, page_size);
	layout_write(swapped, size, page_size);
	old = layout_map_at_multiple(page_size, 0, size);
	read = layout_map_at_multiple(page_size, 0, size);
	untouched = layout_map_at_multiple(page_size, 0, size);
	madvise(read, size, MADV_NOHUGEPAGE);
	layout_write(read, size, page_size);
	if (!(layout_pagemap(present) & LAYOUT_SOFT_DIRTY))
		layout_skip("this kernel has no soft-dirty bits");
	fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "4", 1) != 1)
		layout_skip("clear_refs: %s", strerror(errno));
	layout_expect(present + size / 2, size / 2, "res soft_dirty=0");
	layout_write(present, size / 2, page_size);
	layout_write(swapped, size / 2, page_size);
	layout_page_out(swapped, size, page_size);
	layout_expect(present, size, "res soft_dirty=1/2");
	layout_expect(swapped, size, "swap soft_dirty=1/2");
	layout_expect(old, size, "lazy soft_dirty=0");
	remap(read, size);
	remap(untouched, size);
	layout_read(read, size, page_size);
	if (!(layout_pagemap(read) & layout_pagemap(untouched) & LAYOUT_SOFT_DIRTY))
		layout_fail("pagemap: a new VMA is not soft-dirty");
	layout_expect(read, size, "res zero soft_dirty");
	layout_expect(untouched, size, "lazy soft_dirty");
}

const struct layout anon_layouts[] = {
	{ "anon_untouched", "never touched", anon_untouched },
	{ "anon_touched", "every page and every third page written", anon_touched },
	{ "anon_read", "zero pages, alone and among others", anon_read },
	{ "fork_before_write", "shared by parent and child", fork_before_write },
	{ "fork_after_write", "half copied by the child; MADV_DONTFORK, MADV_WIPEONFORK",
	  fork_after_write },
	{ "ksm", "merged by KSM", ksm },
	{ "madv_dontneed", "freed by MADV_DONTNEED", madv_dontneed },
	{ "madv_free", "MADV_FREE, not reclaimed yet", madv_free },
	{ "mlocked", "mlock() and MLOCK_ONFAULT", mlocked },
	{ "mremapped", "moved by mremap(), by entries and by tables", mremapped },
	{ "pkey", "with a protection key", pkey },
	{ "protnone", "PROT_NONE, written before or never touched", protnone },
	{ "soft_dirty", "soft-dirty bits in RAM, in swap and of new VMAs", soft_dirty },
	{ "stack", "a stack that has grown", stack },
	{ }
};
