// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads page tables: one function per level, and a copy of the entries of one table.
 *
 * Tables are read without their locks, in windows of interrupts off. A window reads
 * the path from the pgd down, copies entries of one table, and ends. Nothing that was
 * read in one window is followed in another. The tables on the path stay for as long
 * as the window lasts:
 *
 * - munmap(), exit and mremap() free tables of ranges without a VMA. The reader holds
 *   mmap_lock or the VMA's lock for read. They take it for write first, and
 *   free_pgtables() leaves tables that neighbouring VMAs use. (The IPI that flushes
 *   the TLB of the freed range does not help: it goes to mm_cpumask(), which does not
 *   contain the reader of another process's tables.)
 * - khugepaged frees the tables of ranges that have a VMA. Up to 6.4 it holds
 *   mmap_lock for write meanwhile. Since then pte_free_defer() waits for an RCU grace
 *   period, which a section with interrupts off holds back.
 * - MADV_DONTNEED frees empty tables under mmap_lock held for read on kernels with
 *   CONFIG_PT_RECLAIM, which free all tables after an RCU grace period.
 * - Any process that shares a table of hugetlb mappings may unshare it.
 *   tlb_remove_table_sync_one() sends an IPI to every processor before the table is
 *   reused. Without CONFIG_MMU_GATHER_RCU_TABLE_FREE it does nothing, so main.c
 *   refuses such kernels.
 *
 * The kernel's accessors walk a folded level like any other; that costs no read.
 */
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/prefetch.h>
#include <linux/spinlock.h>
#include "pgtable_walk.h"

/* Cache lines of the next table that are fetched while this one is decoded. */
#define PREFETCH_LINES 8

/* Everything that the functions below share. */
struct walk {
	struct ptscope_window *window;
	struct mm_struct *mm;
	const struct ptscope_place *place;
	bool locked;
};

static void add_table(struct ptscope_window *window, enum ptscope_level level,
		      unsigned int index, const void *entryp, u64 value)
{
	window->table[window->tables++] = (struct ptscope_table) {
		.level = level,
		.index = index,
		.pfn = PHYS_PFN(__pa(entryp)),
		.value = value,
	};
}

/* Index of an entry in a table that fills a page. */
static unsigned int index_in_table(const void *entryp)
{
	return offset_in_page(entryp) / sizeof(u64);
}

static bool has_empty_entry(const u64 *entry, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (ptscope_is_empty(entry[i]))
			return true;
	return false;
}

/* Read the empty entries of a copy a second time. */
static void copy_empty_entries(u64 *to, const u64 *from, unsigned int count)
{
	const u64 *const end = from + count;

	for (; end - from >= 4; from += 4, to += 4) {
		const u64 a = READ_ONCE(from[0]), b = READ_ONCE(from[1]);
		const u64 c = READ_ONCE(from[2]), d = READ_ONCE(from[3]);

		/* Most tables with empty entries have many, and they are still empty. */
		if (ptscope_is_empty(a | b | c | d))
			continue;
		to[0] = ptscope_is_empty(to[0]) ? a : to[0];
		to[1] = ptscope_is_empty(to[1]) ? b : to[1];
		to[2] = ptscope_is_empty(to[2]) ? c : to[2];
		to[3] = ptscope_is_empty(to[3]) ? d : to[3];
	}
	for (; from < end; from++, to++)
		if (ptscope_is_empty(*to))
			*to = READ_ONCE(*from);
}

/**
 * copy_table() - copy entries of a table of PTEs or PMDs
 * @walk: the walk
 * @from: the first entry
 * @count: number of entries, at most PTSCOPE_WINDOW_ENTRIES
 *
 * Whoever holds the lock of a table may clear an entry for a moment and set it again:
 * MADV_FREE and copy on write do, and on arm64 whoever changes a block with the
 * contiguous hint. A reader with the lock never sees that, and this one must not
 * either. So an empty entry is read a second time, with a look at the lock in
 * between: if nobody holds the lock, what was cleared before has been set again. If
 * somebody does, the caller reads the table under its lock. It must not wait for the
 * lock with interrupts off, because the holder may wait for this processor to flush
 * its TLB.
 */
static void copy_table(const struct walk *walk, const u64 *from, unsigned int count)
{
	struct ptscope_window *window = walk->window;
	const u64 differ = ptscope_copy_entries(window->entry, from, count);

	window->count = count;
	window->uniform = !(differ & PTSCOPE_FLAG_BITS) &&
			  !ptscope_is_empty(window->entry[0] & PTSCOPE_FLAG_BITS);
	if (window->uniform || walk->locked || !has_empty_entry(window->entry, count))
		return;
	if (window->lock && spin_is_locked(window->lock)) {
		window->busy = true;
		return;
	}
	/* The entries must not be read again before the look. */
	smp_rmb();
	copy_empty_entries(window->entry, from, count);
}

/* The lock of a hugetlb entry depends on its size, so none is used. */
static spinlock_t *table_lock(const struct walk *walk, spinlock_t *lock)
{
	return walk->place->huge_level >= 0 ? NULL : lock;
}

/*
 * Copy from the beginning of a block with the contiguous hint on: the accessed and
 * dirty bits of any of its entries are those of the block. A block is aligned to its
 * size, so it is in one table.
 */
static void read_table(const struct walk *walk, const u64 *entryp, unsigned long addr,
		       unsigned long end)
{
	struct ptscope_window *window = walk->window;
	const unsigned int block = ptscope_cont_entries(window->level);
	const unsigned int shift = ptscope_level_shift(window->level);
	const unsigned int before = index_in_table(entryp) & (block - 1);
	unsigned int count = ((end - 1) >> shift) - (addr >> shift) + 1 + before;

	count = min_t(unsigned int, ALIGN(count, block), PTSCOPE_WINDOW_ENTRIES);
	window->addr = (addr >> shift << shift) - ((unsigned long)before << shift);
	window->first = before;
	copy_table(walk, entryp - before, count);
}

static void set_end(struct ptscope_window *window, unsigned long end)
{
	const unsigned int shift = ptscope_level_shift(window->level);

	window->end = min(end, window->addr + ((unsigned long)window->count << shift));
}

static void read_pte(const struct walk *walk, pmd_t pmd, unsigned long addr, unsigned long end)
{
	const pte_t *ptep = pte_offset_kernel(&pmd, addr);
	struct ptscope_window *window = walk->window;

	add_table(window, PTSCOPE_LEVEL_PTE, index_in_table(ptep), ptep,
		  ptscope_raw_pte(READ_ONCE(*ptep)));
	window->level = PTSCOPE_LEVEL_PTE;
	window->lock = table_lock(walk, pte_lockptr(walk->mm, &pmd));
	read_table(walk, (const u64 *)ptep, addr, end);
	set_end(window, end);
}

static bool pmd_is_table(const struct walk *walk, pmd_t pmd)
{
	return walk->place->huge_level != PTSCOPE_LEVEL_PMD && pmd_present(pmd) &&
	       !pmd_leaf(pmd) && !pmd_bad(pmd);
}

/* What is fetched may no longer be a table; a prefetch has no other effect. */
static void prefetch_table(const struct walk *walk, pmd_t pmd)
{
	const char *table;
	unsigned int i;

	if (!pmd_is_table(walk, pmd))
		return;
	table = (const char *)pte_offset_kernel(&pmd, 0);
	for (i = 0; i < PREFETCH_LINES; i++)
		prefetch(table + i * L1_CACHE_BYTES);
}

static void read_pmd(const struct walk *walk, pud_t *pudp, pud_t pud, unsigned long addr,
		     unsigned long end)
{
	pmd_t *pmdp = pmd_offset_lockless(pudp, pud, addr);
	struct ptscope_window *window = walk->window;
	pmd_t pmd = READ_ONCE(*pmdp);
	unsigned long next;
	unsigned int i;

	if (!__is_defined(__PAGETABLE_PMD_FOLDED))
		add_table(window, PTSCOPE_LEVEL_PMD, index_in_table(pmdp), pmdp,
			  ptscope_raw_pmd(pmd));
	if (pmd_is_table(walk, pmd)) {
		next = pmd_addr_end(addr, end);
		if (next != end)
			prefetch_table(walk, READ_ONCE(pmdp[1]));
		read_pte(walk, pmd, addr, next);
		return;
	}

	window->level = PTSCOPE_LEVEL_PMD;
	window->lock = table_lock(walk, pmd_lockptr(walk->mm, pmdp));
	read_table(walk, (const u64 *)pmdp, addr, end);
	/* The window ends at a table, perhaps at one that has just been installed. */
	for (i = window->first; i < window->count; i++)
		if (pmd_is_table(walk, ptscope_to_pmd(window->entry[i])))
			break;
	window->count = i;
	set_end(window, end);
}

/* Read an entry, and a second time if it is empty: see copy_table(). */
static pud_t get_pud(pud_t *pudp)
{
	pud_t pud = pudp_get(pudp);

	return pud_none(pud) ? pudp_get(pudp) : pud;
}

static bool pud_is_table(const struct walk *walk, pud_t pud)
{
	return walk->place->huge_level != PTSCOPE_LEVEL_PUD && pud_present(pud) &&
	       !pud_leaf(pud) && !pud_bad(pud);
}

/* Add the entry for @addr to a window of a level above the PMDs. */
static void add_entry(struct ptscope_window *window, enum ptscope_level level,
		      unsigned long addr, u64 value)
{
	if (!window->count) {
		const unsigned int shift = ptscope_level_shift(level);

		window->level = level;
		window->addr = addr >> shift << shift;
	}
	window->entry[window->count++] = value;
}

static void read_pud(const struct walk *walk, p4d_t *p4dp, p4d_t p4d, unsigned long addr,
		     unsigned long end)
{
	pud_t *pudp = pud_offset_lockless(p4dp, p4d, addr);
	struct ptscope_window *window = walk->window;
	pud_t pud = get_pud(pudp);

	if (!mm_pud_folded(walk->mm))
		add_table(window, PTSCOPE_LEVEL_PUD, index_in_table(pudp), pudp,
			  ptscope_raw_pud(pud));
	if (pud_is_table(walk, pud)) {
		read_pmd(walk, pudp, pud, addr, pud_addr_end(addr, end));
		return;
	}

	do {
		add_entry(window, PTSCOPE_LEVEL_PUD, addr, ptscope_raw_pud(pud));
		addr = pud_addr_end(addr, end);
		if (addr == end || window->count == PTSCOPE_WINDOW_ENTRIES)
			break;
		pud = get_pud(++pudp);
	} while (!pud_is_table(walk, pud));
	window->end = addr;
}

static bool p4d_is_table(p4d_t p4d)
{
	return p4d_present(p4d) && !p4d_bad(p4d);
}

static void read_p4d(const struct walk *walk, pgd_t *pgdp, pgd_t pgd, unsigned long addr,
		     unsigned long end)
{
	p4d_t *p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	struct ptscope_window *window = walk->window;
	p4d_t p4d = p4dp_get(p4dp);

	if (!mm_p4d_folded(walk->mm))
		add_table(window, PTSCOPE_LEVEL_P4D, index_in_table(p4dp), p4dp,
			  ptscope_raw_p4d(p4d));
	if (p4d_is_table(p4d)) {
		read_pud(walk, p4dp, p4d, addr, p4d_addr_end(addr, end));
		return;
	}

	do {
		add_entry(window, PTSCOPE_LEVEL_P4D, addr, ptscope_raw_p4d(p4d));
		addr = p4d_addr_end(addr, end);
		if (addr == end || window->count == PTSCOPE_WINDOW_ENTRIES)
			break;
		p4d = p4dp_get(++p4dp);
	} while (!p4d_is_table(p4d));
	window->end = addr;
}

static bool pgd_is_table(pgd_t pgd)
{
	return pgd_present(pgd) && !pgd_bad(pgd);
}

static void read_pgd(const struct walk *walk, unsigned long addr, unsigned long end)
{
	/* The top table may be smaller than a page. */
	const unsigned int index = ptscope_root_index(walk->mm, addr);
	struct ptscope_window *window = walk->window;
	pgd_t *pgdp = walk->mm->pgd + index;
	pgd_t pgd = pgdp_get(pgdp);

	add_table(window, PTSCOPE_LEVEL_PGD, index, pgdp, ptscope_raw_pgd(pgd));
	if (pgd_is_table(pgd)) {
		read_p4d(walk, pgdp, pgd, addr, pgd_addr_end(addr, end));
		return;
	}

	do {
		add_entry(window, PTSCOPE_LEVEL_PGD, addr, ptscope_raw_pgd(pgd));
		addr = pgd_addr_end(addr, end);
		if (addr == end || window->count == PTSCOPE_WINDOW_ENTRIES)
			break;
		pgd = pgdp_get(++pgdp);
	} while (!pgd_is_table(pgd));
	window->end = addr;
}

/**
 * ptscope_window_read() - copy entries of the table that translates an address
 * @window: filled in
 * @mm: the address space
 * @place: facts about the VMA that contains @addr
 * @addr: first address
 * @end: end address (exclusive), in the same VMA
 * @locked: the caller holds @window->lock of an earlier call with the same @addr
 *
 * The window contains entries that are no tables, at whatever level the path to
 * @addr ends.
 *
 * Locking: mmap_lock or the VMA's lock held for read. Interrupts are off.
 *
 * @window->end is greater than @addr, unless @window->busy is set or a table was
 * installed at that moment.
 */
void ptscope_window_read(struct ptscope_window *window, struct mm_struct *mm,
			 const struct ptscope_place *place, unsigned long addr,
			 unsigned long end, bool locked)
{
	const struct walk walk = {
		.window = window, .mm = mm, .place = place, .locked = locked,
	};

	window->first = 0;
	window->count = 0;
	window->lock = NULL;
	window->busy = false;
	window->uniform = false;
	window->tables = 0;
	read_pgd(&walk, addr, end);
}
