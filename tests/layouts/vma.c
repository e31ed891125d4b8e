// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shapes of the address space: many VMAs, large ones, boundaries between tables.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "layout.h"

/*
 * Two pages on both sides of the next unused boundary between two tables that translate
 * @align bytes each; NULL if there is none left.
 */
static char *map_around_boundary(size_t align)
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

static bool expect_boundary(size_t align, int touched)
{
	char *start = map_around_boundary(align);
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
		layout_expect(start, page_size, "res vmas=1");
		layout_expect(start + page_size, page_size, "res vmas=1");
	}
	return true;
}

static void boundary(void)
{
	size_t covered;
	int touched;

	/* A process has few tables of the highest levels; with one there is no boundary. */
	for (covered = pmd_size; expect_boundary(covered, BOTH); covered *= page_size / 8)
		for (touched = NEITHER; touched < BOTH; touched++)
			expect_boundary(covered, touched);
	if (covered == pmd_size)
		layout_fail("no unmapped multiple of %zu: %s", pmd_size, strerror(errno));
}

/* Address bits of mmap() without a hint: the stack is the highest mapping. */
static unsigned int default_bits(void)
{
	return 64 - __builtin_clzl((uintptr_t)&(char){ 0 });
}

static char *map_at(uintptr_t addr, size_t size)
{
	char *start = mmap((void *)addr, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (start == MAP_FAILED)
		return NULL;
	madvise(start, size, MADV_NOHUGEPAGE);
	return start;
}

static char *must_map_at(uintptr_t addr, size_t size)
{
	char *start = map_at(addr, size);

	if (!start)
		layout_fail("mmap at %#lx: %s", (unsigned long)addr, strerror(errno));
	return start;
}

static void high_addresses(void)
{
	const size_t size = 2 * MIB;
	unsigned int bits, entry_bits, bits_per_level;
	uintptr_t entry, top;
	char *start = NULL;

	/* TASK_SIZE_MAX is at least a page below the power of two. */
	for (bits = 62; bits > default_bits(); bits--) {
		top = 1ul << bits;
		start = map_at(top - 2 * size, size);
		if (start)
			break;
	}
	if (!start)
		layout_skip("no address has more than %u bits", default_bits());
	layout_write(start, size, 2 * page_size);
	layout_expect(start, size, "res=1/2 dirty=1/2 lazy=1/2 vmas=1");

	/* What an entry of the highest level translates, counted up from the lowest. */
	bits_per_level = __builtin_ctzl(page_size / 8);
	entry_bits = __builtin_ctzl(page_size);
	while (entry_bits + bits_per_level < bits)
		entry_bits += bits_per_level;
	entry = 1ul << entry_bits;

	start = must_map_at(top - entry - page_size, 2 * page_size);
	layout_write(start, 2 * page_size, page_size);
	layout_expect(start, 2 * page_size, "res vmas=1");
	start = must_map_at(top / 2 + entry - page_size, 2 * page_size);
	start[page_size] = 1;
	layout_expect(start, 2 * page_size, "res=1/2 lazy=1/2 vmas=1");
}

static size_t count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t count = 0;
	int c;

	if (!file)
		layout_fail("%s: %s", path, strerror(errno));
	while ((c = getc(file)) != EOF)
		count += c == '\n';
	fclose(file);
	return count;
}

/* What is left of max_map_count, less a few that the C library may map later. */
static size_t vmas_left(void)
{
	FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
	size_t count;

	if (!file || fscanf(file, "%zu", &count) != 1)
		layout_fail("max_map_count: %s", strerror(errno));
	fclose(file);
	return count - count_lines("/proc/self/maps") - 8;
}

static void many_vmas(void)
{
	const size_t count = layout_count ?: vmas_left();
	char *start = layout_map(count * page_size);
	size_t i, touched = 0;

	for (i = 0; i < count; i += 4) {
		layout_write(start + i * page_size, page_size, page_size);
		touched += page_size;
	}
	/* Neighbours with different permissions do not merge. */
	for (i = 1; i < count; i += 2)
		layout_protect(start + i * page_size, page_size, PROT_READ);
	layout_expect(start, count * page_size, "res=%zu dirty=%zu lazy=%zu vmas=%zu",
		      touched, touched, count * page_size - touched, count);
}

static void reserved(void)
{
	const size_t count = layout_count ?: 1024;
	char *start;
	size_t i;

	start = mmap(NULL, count * GIB, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		layout_skip("mmap of %zu GiB: %s", count, strerror(errno));
	madvise(start, count * GIB, MADV_NOHUGEPAGE);
	/* Not the same page of each gigabyte. */
	for (i = 0; i < count; i++)
		start[i * GIB + i * page_size] = 1;
	layout_expect(start, count * GIB, "res=%zu dirty=%zu write=%zu lazy=%zu vmas=1",
		      count * page_size, count * page_size, count * page_size,
		      count * (GIB - page_size));
}

static bool find_vma(const char *name, unsigned long *start, unsigned long *end)
{
	FILE *file = fopen("/proc/self/maps", "re");
	bool found = false;
	char line[512];

	if (!file)
		layout_fail("/proc/self/maps: %s", strerror(errno));
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, name) && sscanf(line, "%lx-%lx", start, end) == 2;
	fclose(file);
	return found;
}

static void special_mappings(void)
{
	unsigned long start, end;
	struct timespec now;

	if (!getauxval(AT_SYSINFO_EHDR) || !find_vma("[vdso]", &start, &end))
		layout_skip("there is no vdso");
	clock_gettime(CLOCK_MONOTONIC, &now);
	layout_read((char *)start, end - start, page_size);
	layout_expect((char *)start, end - start, "res write=0 vmas=1");
	if (find_vma("[vvar]", &start, &end))
		/* clock_gettime() reads the first page; paravirtual clocks the others. */
		layout_expect((char *)start, end - start, "res>=%zu lazy<=%lu write=0",
			      page_size, end - start - page_size);
}

#define TABLES 12

/* VmPTE of /proc/self/status, in tables. */
static size_t count_tables(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmPTE: %lu kB", &kib) == 1)
			break;
	if (!kib)
		layout_fail("/proc/self/status has no VmPTE");
	fclose(file);
	return kib * KIB / page_size;
}

/* Some kernels free an emptied PTE table, others keep it: VmPTE decides. */
static void tables(void)
{
	const size_t emptied = TABLES / 3, size = TABLES * pmd_size;
	const size_t res = (TABLES - emptied) * page_size;
	char *start = layout_map_at_multiple(pmd_size, 0, size);
	size_t before, kept;

	layout_advise(start, size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	layout_write(start, size, pmd_size);
	/* Nothing else may allocate or free a table between the two counts. */
	before = count_tables();
	madvise(start, emptied * pmd_size, MADV_DONTNEED);
	kept = emptied - (before - count_tables());
	if (kept > emptied)
		layout_fail("MADV_DONTNEED allocated tables, or freed more than it emptied");
	layout_expect(start, size, "res=%zu lazy=%zu pte_tables=%zu", res, size - res,
		      TABLES - emptied + kept);
	layout_expect(start, emptied * pmd_size, "lazy pte_tables=%zu", kept);
	layout_expect(start + emptied * pmd_size, pmd_size, "res=%zu lazy=%zu pte_tables=1",
		      page_size, pmd_size - page_size);
}

/* What newer headers define; older kernels refuse it, or ignore it. */
#ifndef PROT_BTI
#define PROT_BTI 0x10
#endif
#ifndef PROT_MTE
#define PROT_MTE 0x20
#endif
#define NR_mseal 462
#define NR_map_shadow_stack 453

static const int advices[] = {
	MADV_SEQUENTIAL, MADV_RANDOM, MADV_DONTFORK, MADV_DONTDUMP, MADV_WIPEONFORK,
	MADV_MERGEABLE, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
};

/*
 * A page for each flag that a process can give to a VMA. Another page follows, so that
 * VMAs do not merge. The kernel may have none of them, which then changes nothing.
 */
static void vma_flags(void)
{
	const size_t count = sizeof(advices) / sizeof(advices[0]), all = 2 * (count + 6);
	char *start = layout_map(all * page_size), *at = start;
	size_t i;

	for (i = 0; i < count; i++, at += 2 * page_size)
		madvise(at, page_size, advices[i]);
	mlock2(at, page_size, MLOCK_ONFAULT);
	at += 2 * page_size;
	mmap(at, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
	     MAP_NORESERVE, -1, 0);
	at += 2 * page_size;
	mprotect(at, page_size, PROT_READ | PROT_WRITE | PROT_EXEC);
	at += 2 * page_size;
#ifdef __aarch64__
	mprotect(at, page_size, PROT_READ | PROT_WRITE | PROT_MTE);
	mprotect(at + page_size, page_size, PROT_READ | PROT_EXEC | PROT_BTI);
#endif
	at += 2 * page_size;
	mmap(at, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
	     MAP_GROWSDOWN, -1, 0);
	at += 2 * page_size;
	/* Last, because it cannot be unmapped again. */
	syscall(NR_mseal, at, page_size, 0);
	mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_DROPPABLE | MAP_ANONYMOUS, -1, 0);
	syscall(NR_map_shadow_stack, 0, 16 * page_size, 0);
	layout_expect(start, all * page_size, "lazy");
}

const struct layout vma_layouts[] = {
	{ "boundary", "VMAs across the boundary of two tables, at every level", boundary },
	{ "high_addresses", "above the addresses of mmap() without a hint", high_addresses },
	{ "many_vmas", "COUNT VMAs of one page each (max_map_count)", many_vmas },
	{ "reserved", "COUNT GiB (1024), one page touched in each", reserved },
	{ "special_mappings", "vdso and vvar", special_mappings },
	{ "tables", "PTE tables, emptied and not", tables },
	{ "vma_flags", "VMAs with each flag that smaps names", vma_flags },
	{ }
};
