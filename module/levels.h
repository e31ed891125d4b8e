/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The five levels of the page tables, one function each.
 *
 * Tables are read without their locks, in windows of interrupts off. A window
 * begins by reading the path from the pgd down, goes on to read entries of one
 * table, and ends. Nothing that was read in one window is followed in another.
 * The tables on the path stay for as long as the window lasts:
 *
 * - munmap(), exit and mremap() free tables of ranges without a VMA. The reader
 *   holds mmap_lock or the VMA's lock, which they take for writing first, and
 *   free_pgtables() leaves alone what its neighbours' VMAs reach. (That the freed
 *   range itself is flushed by an IPI does not help: it goes to mm_cpumask(), and
 *   the reader of another process's tables is not in there.)
 * - khugepaged frees the tables of ranges that have one. Up to 6.4 it holds
 *   mmap_lock for writing meanwhile; since then pte_free_defer() waits for an RCU
 *   grace period, which an interrupts-off section holds back.
 * - MADV_DONTNEED frees empty tables under mmap_lock held for read, on kernels
 *   with CONFIG_PT_RECLAIM, whose tables are all freed after a grace period.
 * - A table that hugetlb mappings share is unshared by any of their processes.
 *   tlb_remove_table_sync_one() sends an IPI to every processor before the table
 *   can be used for something else. It does nothing without
 *   CONFIG_MMU_GATHER_RCU_TABLE_FREE, so that main.c refuses such kernels.
 *
 * A level whose entries are folded into the one above is walked by the
 * kernel's own accessors like any other; that costs no read.
 */
#ifndef PTSCOPE_LEVELS_H
#define PTSCOPE_LEVELS_H

#include <linux/mm.h>
#include <linux/pgtable.h>
#include "entry.h"
#include "pattern.h"
#include "walk.h"

/**
 * struct ptscope_sink - what is done with the entries that a window reads
 * @frames: the frames of a run have to follow each other
 * @run: @pages base pages from @addr on have entries that differ in nothing
 *	but the frame; @entry is what the first one says. Returns how many
 *	of the pages it takes; if these are not all, the window ends there.
 * @empty: the same for entries of @level that are empty
 * @again: the same for entries of the lowest level that say, but for the
 *	frame, what the last present one of that level told by @run did; @frame
 *	is the first one's. NULL if @run is to be told of these as well.
 * @singles: entries of the lowest level from @entry on, the one for @addr, of
 *	which every second one is empty, @entry itself too, and those between
 *	are like the last ones told to @again: passes as many as it likes with
 *	ptscope_pass_singles(). Returns the first one that it leaves. NULL if
 *	@empty and @again are to be told of them.
 * @table: the walk has gone down into the table of level @level that
 *	translates @addr; @entryp is the entry for @addr, whose value is
 *	@value. Told once per window, so often for the same table.
 *
 * To be a constant that the compiler sees, so that the calls melt into the
 * loops. Called with interrupts off.
 */
struct ptscope_sink {
	bool frames;
	unsigned long (*run)(struct ptscope_walk *walk, unsigned long addr,
			     unsigned long pages, const struct ptscope_entry *entry);
	unsigned long (*empty)(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, enum ptscope_level level);
	unsigned long (*again)(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, unsigned long frame);
	const u64 *(*singles)(struct ptscope_walk *walk, unsigned long addr,
			      const u64 *entry, const u64 *end);
	void (*table)(struct ptscope_walk *walk, enum ptscope_level level,
		      unsigned long addr, const void *entryp, u64 value);
};

/*
 * The address behind what the sink takes of [from, addr), where entries of
 * @level are empty. What is behind them is looked up by the walk when interrupts
 * are on again: there may be any number of pages.
 */
static __always_inline unsigned long
ptscope_sink_empty(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		   unsigned long from, unsigned long addr, enum ptscope_level level)
{
	if (unlikely(walk->place.cache)) {
		walk->gap = addr;
		return from;
	}
	return from + (sink->empty(walk, from, (addr - from) >> PAGE_SHIFT, level) << PAGE_SHIFT);
}

/* The same where they are not, or need not be. */
static __always_inline unsigned long
ptscope_sink_run(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		 unsigned long from, unsigned long addr, struct ptscope_entry *entry)
{
	if (entry->state == walk->place.vacant)
		return ptscope_sink_empty(walk, sink, from, addr, entry->level);
	/* Where only a part of a leaf is asked for, that part's first frame. */
	if (ptscope_entry_has_frame(entry))
		entry->value += from >> PAGE_SHIFT & (ptscope_entry_span(entry) - 1);
	return from + (sink->run(walk, from, (addr - from) >> PAGE_SHIFT, entry) << PAGE_SHIFT);
}

/* Note the lock of a table that is read without it. That of hugetlb entries varies. */
static __always_inline void ptscope_note_lock(struct ptscope_walk *walk, spinlock_t *lock)
{
	walk->table_lock = walk->table_held || walk->place.huge_level >= 0 ? NULL : lock;
}

/*
 * Is somebody changing the table that is read?
 *
 * Whoever holds a table's lock may clear an entry for a moment and set it again:
 * MADV_FREE and copy-on-write do, and on arm64 whoever joins entries to a block or
 * takes one apart. A reader with the lock never sees that, and nor should ours. So
 * an empty entry is read a second time, with a look at the lock in between: if
 * nobody holds it, what was cleared before has been set again. If somebody does,
 * the window ends there, and the walk reads the table under its lock.
 */
static __always_inline bool ptscope_table_is_busy(const struct ptscope_walk *walk)
{
	bool busy = walk->table_lock && spin_is_locked(walk->table_lock);

	/* What is read again must not have been read before that. */
	smp_rmb();
	return busy;
}

/**
 * ptscope_still_empty() - read empty entries a second time
 * @entry: the first one
 * @end: behind the last one
 *
 * Return: the first entry that is not empty any more, or @end.
 */
static __always_inline const u64 *
ptscope_still_empty(const u64 *entry, const u64 *end)
{
	if (READ_ONCE(*entry) & ~PTSCOPE_STRAY_BITS)
		return entry;
	return ptscope_run_end(entry, end, ptscope_empty_pattern(), 0);
}

/* Is @pte one of the entries that the contiguous hint makes one translation? */
static __always_inline bool ptscope_is_in_block(pte_t pte)
{
	return ptscope_pte_is_cont(pte) && pte_present(pte);
}

/**
 * ptscope_read_block() - read the block that an entry belongs to
 * @ptep: the entry, in the format of a PTE whatever its level
 * @pte: its value; gets the accessed and dirty bits of the whole block
 * @level: level of the table that it stands in
 *
 * A block is one translation in many entries. The processor notes its use in
 * any of them, so that what one of them says in those two bits is true of
 * all. A block is aligned to its size, and so never leaves its table.
 *
 * Return: number of entries from @ptep on that belong to the block. It is more
 * than 1, unless the block is just being put together or taken apart.
 */
static __always_inline unsigned int
ptscope_read_block(const pte_t *ptep, pte_t *pte, enum ptscope_level level)
{
	const unsigned int entries = ptscope_cont_entries(level);
	const unsigned int at = (unsigned long)ptep / sizeof(*ptep) % entries;
	const struct ptscope_pattern pattern =
		ptscope_leaf_pattern(pte_mkold(pte_mkclean(*pte)), level, false);
	const pte_t *block = ptep - at;
	unsigned int i, whole = entries;

	for (i = 0; i < entries; i++) {
		pte_t other = READ_ONCE(block[i]);

		if (!pte_present(other) ||
		    !ptscope_pattern_has(&pattern,
					 ptscope_raw_pte(pte_mkold(pte_mkclean(other))))) {
			if (i > at)
				whole = min(whole, i);
			continue;
		}
		if (pte_young(other))
			*pte = pte_mkyoung(*pte);
		if (pte_dirty(other))
			*pte = pte_mkdirty(*pte);
	}
	return whole - at;
}

/*
 * The bits of an entry which say all that it says but its frame, if they do:
 * not with a software value, nor with what may be the zero page or a part of
 * something larger.
 */
static __always_inline u64 ptscope_telling_bits(pte_t pte)
{
	if (!pte_present(pte) || pte_special(pte) || ptscope_pte_is_cont(pte))
		return PTSCOPE_NOTHING_TOLD;
	return ptscope_raw_pte(pte) & PTSCOPE_FLAG_BITS;
}

/**
 * ptscope_pass_singles() - pass entries that are there singly
 * @walk: the walk
 * @addr: address of the first entry
 * @entry: the first entry
 * @end: behind the last entry of interest in its table
 * @take: told of each that is there, with its address and value; returns
 *	whether it takes it. To melt into the loop.
 * @into: for @take. To be dissolved into registers, as it is in memory that
 *	nobody else knows of.
 *
 * Return: the first entry that is not one of a pair of an empty entry and one
 * like the last that was told, with another empty one behind it, or that is
 * not taken.
 */
static __always_inline const u64 *
ptscope_pass_singles(const struct ptscope_walk *walk, unsigned long addr,
		     const u64 *entry, const u64 *end,
		     bool (*take)(void *into, unsigned long addr, u64 value), void *into)
{
	/* Some of the bits are variables of the kernel's. */
	const u64 told = walk->told, bits = PTSCOPE_FLAG_BITS;
	const u64 *const last = end - 2;

	if (entry == end || READ_ONCE(*entry) & ~PTSCOPE_STRAY_BITS)
		return entry;
	while (entry < last) {
		const u64 value = READ_ONCE(entry[1]);

		if ((value & bits) != told ||
		    ptscope_table_is_busy(walk) ||
		    READ_ONCE(entry[0]) & ~PTSCOPE_STRAY_BITS ||
		    READ_ONCE(entry[2]) & ~PTSCOPE_STRAY_BITS ||
		    !take(into, addr + PAGE_SIZE, value))
			break;
		entry += 2;
		addr += 2 * PAGE_SIZE;
	}
	return entry;
}

/* How would @pages of @entry, the first of which is @pte, go on? */
static noinline void ptscope_note_slots(struct ptscope_walk *walk, pte_t pte, unsigned long pages,
					const struct ptscope_entry *entry)
{
	const struct ptscope_pattern pattern = ptscope_soft_pattern(pte, true);
	struct ptscope_slots *slots = &walk->slots;

	slots->next = 0;
	if (!pattern.step)
		return;
	slots->step = pattern.step;
	slots->next = pattern.value + pages * pattern.step;
	slots->entry = *entry;
	slots->entry.value += pages;
}

/* Entries that are like those before, or empty, which most are, stay out of here. */
static __always_inline unsigned long
ptscope_tell_pte(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		 unsigned long from, unsigned long addr, pte_t pte)
{
	struct ptscope_entry entry = ptscope_pte_entry(&walk->place, pte, PTSCOPE_LEVEL_PTE);

	walk->told = ptscope_telling_bits(pte);
	if (sink->frames && !pte_present(pte))
		ptscope_note_slots(walk, pte, (addr - from) >> PAGE_SHIFT, &entry);
	return ptscope_sink_run(walk, sink, from, addr, &entry);
}

/*
 * Slots that follow those of the table before, as they do where much was swapped
 * out at once: what they say is known but for the number.
 */
static __always_inline unsigned long
ptscope_tell_slots(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		   unsigned long from, unsigned long addr)
{
	struct ptscope_slots *slots = &walk->slots;
	const unsigned long pages = (addr - from) >> PAGE_SHIFT;
	struct ptscope_entry entry = slots->entry;

	slots->next += pages * slots->step;
	slots->entry.value += pages;
	return ptscope_sink_run(walk, sink, from, addr, &entry);
}

static __always_inline unsigned long
ptscope_read_pte(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		 pmd_t pmd, unsigned long addr, unsigned long end)
{
	const pte_t *ptep = pte_offset_kernel(&pmd, addr);
	const u64 *stop = (const u64 *)ptep + ((end - addr) >> PAGE_SHIFT);
	pte_t pte = READ_ONCE(*ptep);

	ptscope_note_lock(walk, pte_lockptr(walk->mm, &pmd));
	sink->table(walk, PTSCOPE_LEVEL_PTE, addr, ptep, ptscope_raw_pte(pte));
	for (;;) {
		const u64 *entry = (const u64 *)ptep, *next;
		const u64 raw = ptscope_raw_pte(pte);
		unsigned long from = addr, pages;

		if (!(raw & ~PTSCOPE_STRAY_BITS)) {
			next = ptscope_run_end(entry, stop, ptscope_empty_pattern(), 0);
			if (unlikely(ptscope_table_is_busy(walk))) {
				walk->unsure = true;
				return from;
			}
			next = ptscope_still_empty(entry, next);
			if (unlikely(next == entry)) {
				pte = READ_ONCE(*ptep);
				if (ptscope_raw_pte(pte) & ~PTSCOPE_STRAY_BITS)
					continue;
				next++;
			}
			addr += (next - entry) << PAGE_SHIFT;
			from = ptscope_sink_empty(walk, sink, from, addr,
						  PTSCOPE_LEVEL_PTE);
		} else if (sink->again && (raw & PTSCOPE_FLAG_BITS) == walk->told) {
			next = ptscope_again_end(ptep, pte, stop, sink->frames);
			pages = next - entry;
			addr += pages << PAGE_SHIFT;
			from += sink->again(walk, from, pages, ptscope_pte_pfn(pte)) << PAGE_SHIFT;
			if (sink->singles && pages == 1 && from == addr) {
				entry = next;
				next = sink->singles(walk, addr, entry, stop);
				addr += (next - entry) << PAGE_SHIFT;
				from = addr;
			}
		} else if (sink->frames && raw == walk->slots.next) {
			const struct ptscope_pattern pattern = {
				.value = raw, .mask = ~0ULL, .step = walk->slots.step,
			};

			next = ptscope_any_run_end(entry, stop, pattern);
			addr += (next - entry) << PAGE_SHIFT;
			from = ptscope_tell_slots(walk, sink, from, addr);
		} else {
			if (ptscope_is_in_block(pte))
				next = min(stop, entry + ptscope_read_block(ptep, &pte,
									    PTSCOPE_LEVEL_PTE));
			else
				next = ptscope_pte_run_end(ptep, pte, stop, sink->frames);
			addr += (next - entry) << PAGE_SHIFT;
			from = ptscope_tell_pte(walk, sink, from, addr, pte);
		}
		if (unlikely(from != addr))
			return from;
		if (next == stop)
			return addr;
		ptep = (const pte_t *)next;
		pte = READ_ONCE(*ptep);
	}
}

static __always_inline struct ptscope_entry
ptscope_entry_of_pmd(const struct ptscope_walk *walk, const pmd_t *pmdp, pmd_t pmd)
{
	pte_t pte;

	if (walk->place.huge_level != PTSCOPE_LEVEL_PMD)
		return ptscope_pmd_entry(&walk->place, pmd);
	pte = ptscope_to_pte(ptscope_raw_pmd(pmd));
	/* Once per entry: a block has few, and each of them is large. */
	if (ptscope_is_in_block(pte))
		ptscope_read_block((const pte_t *)pmdp, &pte, PTSCOPE_LEVEL_PMD);
	return ptscope_pte_entry(&walk->place, pte, PTSCOPE_LEVEL_PMD);
}

/* The first entry from @pmdp on, whose value is @pmd, that ends its run. */
static __always_inline const pmd_t *
ptscope_pmd_run_end(const struct ptscope_walk *walk, const pmd_t *pmdp, pmd_t pmd,
		    const pmd_t *last, bool frames)
{
	if (ptscope_is_in_block(ptscope_to_pte(ptscope_raw_pmd(pmd))))
		return pmdp + 1;
	return (const pmd_t *)
		ptscope_any_run_end((const u64 *)pmdp, (const u64 *)last,
				    ptscope_pmd_pattern(&walk->place, pmd, frames));
}

static __always_inline unsigned long
ptscope_read_pmd(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		 pud_t *pudp, pud_t pud, unsigned long addr, unsigned long end)
{
	const pmd_t *pmdp = pmd_offset_lockless(pudp, pud, addr);
	const pmd_t *last = pmdp + ((end - 1) >> PMD_SHIFT) - (addr >> PMD_SHIFT) + 1;
	pmd_t pmd = READ_ONCE(*pmdp);
	const unsigned long begin = addr;

	ptscope_note_lock(walk, pmd_lockptr(walk->mm, (pmd_t *)pmdp));
	if (!__is_defined(__PAGETABLE_PMD_FOLDED))
		sink->table(walk, PTSCOPE_LEVEL_PMD, addr, pmdp, ptscope_raw_pmd(pmd));
	for (;;) {
		const pmd_t *next;
		struct ptscope_entry what;
		unsigned long from = addr;

		if (walk->place.huge_level != PTSCOPE_LEVEL_PMD && pmd_present(pmd) &&
		    !pmd_leaf(pmd) && !pmd_bad(pmd)) {
			/* A table gets a window of its own. */
			if (addr != begin)
				return addr;
			return ptscope_read_pte(walk, sink, pmd, addr,
						pmd_addr_end(addr, end));
		}

		next = ptscope_pmd_run_end(walk, pmdp, pmd, last, sink->frames);
		if (pmd_none(pmd)) {
			const pmd_t *empty;

			if (unlikely(ptscope_table_is_busy(walk))) {
				walk->unsure = true;
				return from;
			}
			empty = (const pmd_t *)
				ptscope_still_empty((const u64 *)pmdp, (const u64 *)next);
			if (unlikely(empty == pmdp)) {
				pmd = READ_ONCE(*pmdp);
				if (!pmd_none(pmd))
					continue;
				empty++;
			}
			next = empty;
		}
		addr = next == last ? end : (addr & PMD_MASK) + (next - pmdp) * PMD_SIZE;
		what = ptscope_entry_of_pmd(walk, pmdp, pmd);
		from = ptscope_sink_run(walk, sink, from, addr, &what);
		if (from != addr)
			return from;
		if (next == last)
			return addr;
		pmdp = next;
		pmd = READ_ONCE(*pmdp);
	}
}

/* Read an entry, and if it is empty, a second time: see ptscope_table_is_busy(). */
static __always_inline pud_t ptscope_get_pud(pud_t *pudp)
{
	pud_t pud = pudp_get(pudp);

	return pud_none(pud) ? pudp_get(pudp) : pud;
}

static __always_inline struct ptscope_entry
ptscope_entry_of_pud(const struct ptscope_walk *walk, pud_t pud)
{
	if (walk->place.huge_level == PTSCOPE_LEVEL_PUD)
		return ptscope_pte_entry(&walk->place, ptscope_to_pte(ptscope_raw_pud(pud)),
					 PTSCOPE_LEVEL_PUD);
	return ptscope_pud_entry(&walk->place, pud);
}

static __always_inline unsigned long
ptscope_read_pud(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		 p4d_t *p4dp, p4d_t p4d, unsigned long addr, unsigned long end)
{
	pud_t *pudp = pud_offset_lockless(p4dp, p4d, addr);
	pud_t pud = ptscope_get_pud(pudp);
	const unsigned long begin = addr;

	if (!mm_pud_folded(walk->mm))
		sink->table(walk, PTSCOPE_LEVEL_PUD, addr, pudp, ptscope_raw_pud(pud));
	do {
		unsigned long from = addr, taken;
		struct ptscope_entry what;
		pud_t first = pud;

		if (walk->place.huge_level != PTSCOPE_LEVEL_PUD && pud_present(pud) &&
		    !pud_leaf(pud) && !pud_bad(pud)) {
			if (addr != begin)
				return addr;
			return ptscope_read_pmd(walk, sink, pudp, pud, addr,
						pud_addr_end(addr, end));
		}

		do {
			addr = pud_addr_end(addr, end);
			if (addr == end)
				break;
			pud = ptscope_get_pud(++pudp);
		} while (pud_none(first) && pud_none(pud));

		what = ptscope_entry_of_pud(walk, first);
		taken = ptscope_sink_run(walk, sink, from, addr, &what);
		if (taken != addr)
			return taken;
	} while (addr != end);
	return addr;
}

static __always_inline unsigned long
ptscope_read_p4d(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		 pgd_t *pgdp, pgd_t pgd, unsigned long addr, unsigned long end)
{
	p4d_t *p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	p4d_t p4d = p4dp_get(p4dp);
	const unsigned long begin = addr;

	if (!mm_p4d_folded(walk->mm))
		sink->table(walk, PTSCOPE_LEVEL_P4D, addr, p4dp, ptscope_raw_p4d(p4d));
	do {
		unsigned long from = addr, taken;
		struct ptscope_entry what;
		p4d_t first = p4d;

		if (p4d_present(p4d) && !p4d_bad(p4d)) {
			if (addr != begin)
				return addr;
			return ptscope_read_pud(walk, sink, p4dp, p4d, addr,
						p4d_addr_end(addr, end));
		}

		do {
			addr = p4d_addr_end(addr, end);
			if (addr == end)
				break;
			p4d = p4dp_get(++p4dp);
		} while (p4d_none(first) && p4d_none(p4d));

		what = ptscope_upper_entry(&walk->place, PTSCOPE_LEVEL_P4D, p4d_none(first));
		taken = ptscope_sink_run(walk, sink, from, addr, &what);
		if (taken != addr)
			return taken;
	} while (addr != end);
	return addr;
}

/**
 * ptscope_table_lock() - find the lock of the table that translates an address
 * @walk: the walk, whose next address it is; not in a hugetlb mapping
 *
 * Locking: mmap_lock or the VMA's lock held for read, within an RCU reader, which
 * keep the tables.
 *
 * Return: the lock of the lowest table, or NULL if that is one above the PMDs.
 */
static inline spinlock_t *ptscope_table_lock(const struct ptscope_walk *walk)
{
	const unsigned long addr = walk->addr;
	pgd_t *pgdp = walk->mm->pgd + ptscope_root_index(walk->mm, addr), pgd = pgdp_get(pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;
	pmd_t *pmdp, pmd;

	if (!pgd_present(pgd) || pgd_bad(pgd))
		return NULL;
	p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	p4d = p4dp_get(p4dp);
	if (!p4d_present(p4d) || p4d_bad(p4d))
		return NULL;
	pudp = pud_offset_lockless(p4dp, p4d, addr);
	pud = pudp_get(pudp);
	if (!pud_present(pud) || pud_leaf(pud) || pud_bad(pud))
		return NULL;
	pmdp = pmd_offset_lockless(pudp, pud, addr);
	pmd = READ_ONCE(*pmdp);
	if (pmd_present(pmd) && !pmd_leaf(pmd) && !pmd_bad(pmd))
		return pte_lockptr(walk->mm, &pmd);
	return pmd_lockptr(walk->mm, pmdp);
}

/**
 * ptscope_read_window() - read the entries of one table
 * @walk: the walk that asks
 * @sink: what is done with them
 * @addr: where to begin
 * @end: where to end, in the same VMA
 *
 * A window covers a run of entries of one table that are not tables
 * themselves, at whatever level @addr leads to.
 *
 * Locking: mmap_lock or the VMA's lock held for read; interrupts off, or the
 * table's lock held in an RCU reader and @walk->table_held set.
 *
 * Return: address behind the last entry read, greater than @addr unless
 * @walk->unsure has been set.
 */
static __always_inline unsigned long
ptscope_read_window(struct ptscope_walk *walk, const struct ptscope_sink *sink,
		    unsigned long addr, unsigned long end)
{
	pgd_t *pgdp = walk->mm->pgd + ptscope_root_index(walk->mm, addr);
	pgd_t pgd = pgdp_get(pgdp);
	const unsigned long begin = addr;

	sink->table(walk, PTSCOPE_LEVEL_PGD, addr, pgdp, ptscope_raw_pgd(pgd));
	do {
		unsigned long from = addr, taken;
		struct ptscope_entry what;
		pgd_t first = pgd;

		if (pgd_present(pgd) && !pgd_bad(pgd)) {
			if (addr != begin)
				return addr;
			return ptscope_read_p4d(walk, sink, pgdp, pgd, addr,
						pgd_addr_end(addr, end));
		}

		do {
			addr = pgd_addr_end(addr, end);
			if (addr == end)
				break;
			pgd = pgdp_get(++pgdp);
		} while (pgd_none(first) && pgd_none(pgd));

		what = ptscope_upper_entry(&walk->place, PTSCOPE_LEVEL_PGD, pgd_none(first));
		taken = ptscope_sink_run(walk, sink, from, addr, &what);
		if (taken != addr)
			return taken;
	} while (addr != end);
	return addr;
}

#endif /* PTSCOPE_LEVELS_H */
