// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that counts.
 */
#include "census.h"
#include "levels.h"

static __always_inline struct ptscope_census_walk *to_census(struct ptscope_walk *walk)
{
	return container_of(walk, struct ptscope_census_walk, walk);
}

static __always_inline void use_entries(struct ptscope_census_walk *cw,
					enum ptscope_level level, u64 entries)
{
	cw->census.table[level].used += entries;
	cw->open[level].used += entries;
}

/* Entries of @level's tables that translate @pages from @addr on. */
static __always_inline unsigned long
entries_of(enum ptscope_level level, unsigned long addr, unsigned long pages)
{
	const unsigned int shift = ptscope_level_shift(level);

	return ((addr + (pages << PAGE_SHIFT) - 1) >> shift) - (addr >> shift) + 1;
}

static void count_present(struct ptscope_census *census, const struct ptscope_entry *entry,
			  unsigned long pages)
{
	census->state[PTSCOPE_STATE_RES] += pages;
	census->leaf[entry->leaf] += pages;
	if (entry->flags & PTSCOPE_FLAG_SOFT_DIRTY)
		census->soft_dirty += pages;
	if (entry->flags & PTSCOPE_FLAG_YOUNG)
		census->young += pages;
	if (entry->flags & PTSCOPE_FLAG_DIRTY)
		census->dirty += pages;
	if (entry->flags & PTSCOPE_FLAG_WRITE)
		census->write += pages;
	if (entry->flags & PTSCOPE_FLAG_PROTNONE)
		census->protnone += pages;
	if (entry->flags & PTSCOPE_FLAG_THP)
		census->thp += pages;
	if (entry->flags & PTSCOPE_FLAG_HUGETLB)
		census->hugetlb += pages;
	if (entry->flags & PTSCOPE_FLAG_ZERO) {
		if (entry->leaf == PTSCOPE_LEAF_PTE)
			census->zero += pages;
		else
			census->zero_huge += pages;
	}
}

/**
 * ptscope_census_settle() - count what has been put off
 * @cw: the walk
 */
void ptscope_census_settle(struct ptscope_census_walk *cw)
{
	if (!cw->again)
		return;
	count_present(&cw->census, &cw->told, cw->again);
	cw->census.table[PTSCOPE_LEVEL_PTE].used += cw->again;
	cw->again = 0;
}

static unsigned long census_run(struct ptscope_walk *walk, unsigned long addr,
				unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_census_walk *cw = to_census(walk);

	use_entries(cw, entry->level, entries_of(entry->level, addr, pages));
	if (entry->state == PTSCOPE_STATE_RES) {
		count_present(&cw->census, entry, pages);
		if (entry->level == PTSCOPE_LEVEL_PTE) {
			ptscope_census_settle(cw);
			cw->told = *entry;
		}
		return pages;
	}
	cw->census.state[entry->state] += pages;
	if (entry->flags & PTSCOPE_FLAG_SOFT_DIRTY)
		cw->census.soft_dirty += pages;
	return pages;
}

static __always_inline unsigned long
census_empty(struct ptscope_walk *walk, unsigned long addr, unsigned long pages,
	     enum ptscope_level level)
{
	struct ptscope_census *census = &to_census(walk)->census;

	census->state[walk->place.vacant] += pages;
	if (walk->place.flags & PTSCOPE_FLAG_SOFT_DIRTY)
		census->soft_dirty += pages;
	return pages;
}

/* Once for all of them, when something else comes. */
static __always_inline unsigned long
census_again(struct ptscope_walk *walk, unsigned long addr, unsigned long pages,
	     unsigned long frame)
{
	struct ptscope_census_walk *cw = to_census(walk);

	cw->open[PTSCOPE_LEVEL_PTE].used += pages;
	cw->again += pages;
	return pages;
}

static __always_inline bool count_single(void *into, unsigned long addr, u64 value)
{
	return true;
}

static __always_inline const u64 *
census_singles(struct ptscope_walk *walk, unsigned long addr, const u64 *entry, const u64 *end)
{
	const u64 *next;
	unsigned long pairs;

	if (walk->place.cache)
		return entry;
	next = ptscope_pass_singles(walk, addr, entry, end, count_single, NULL);
	pairs = (next - entry) / 2;
	census_empty(walk, addr, pairs, PTSCOPE_LEVEL_PTE);
	census_again(walk, addr, pairs, 0);
	return next;
}

/* The level that holds the entries that point to @level's tables. */
static enum ptscope_level level_above(struct mm_struct *mm, enum ptscope_level level)
{
	if (level == PTSCOPE_LEVEL_PTE && !__is_defined(__PAGETABLE_PMD_FOLDED))
		return PTSCOPE_LEVEL_PMD;
	if (level <= PTSCOPE_LEVEL_PMD && !mm_pud_folded(mm))
		return PTSCOPE_LEVEL_PUD;
	if (level <= PTSCOPE_LEVEL_PUD && !mm_p4d_folded(mm))
		return PTSCOPE_LEVEL_P4D;
	return PTSCOPE_LEVEL_PGD;
}

/* Number of the address range that one table of @level translates. */
static __always_inline unsigned long table_index(enum ptscope_level level, unsigned long addr)
{
	switch (level) {
	case PTSCOPE_LEVEL_PTE:
		return addr >> PMD_SHIFT;
	case PTSCOPE_LEVEL_PMD:
		return addr >> PUD_SHIFT;
	case PTSCOPE_LEVEL_PUD:
		return addr >> P4D_SHIFT;
	case PTSCOPE_LEVEL_P4D:
		return addr >> PGDIR_SHIFT;
	default:
		return 0;
	}
}

static void close_table(struct ptscope_census_walk *cw, enum ptscope_level level)
{
	if (cw->open[level].index && !cw->open[level].used)
		cw->census.table[level].empty++;
	cw->open[level].index = 0;
	cw->open[level].used = 0;
}

static noinline void open_table(struct ptscope_census_walk *cw, enum ptscope_level level,
				unsigned long index)
{
	close_table(cw, level);
	cw->open[level].index = index;
	cw->census.table[level].pages++;
	if (level != PTSCOPE_LEVEL_PGD)
		use_entries(cw, level_above(cw->walk.mm, level), 1);
}

static __always_inline void census_table(struct ptscope_walk *walk, enum ptscope_level level,
					 unsigned long addr, const void *entryp, u64 value)
{
	struct ptscope_census_walk *cw = to_census(walk);
	unsigned long index = table_index(level, addr) + 1;

	if (unlikely(cw->open[level].index != index))
		open_table(cw, level, index);
}

static const struct ptscope_sink census_sink = {
	.run = census_run,
	.empty = census_empty,
	.again = census_again,
	.singles = census_singles,
	.table = census_table,
};

/**
 * ptscope_census_window() - count the entries of one table
 * @walk: within a struct ptscope_census_walk
 * @addr: where to begin
 * @end: where to end, in the same VMA
 *
 * Locking: as for ptscope_read_window().
 *
 * Return: address behind the last entry counted.
 */
unsigned long ptscope_census_window(struct ptscope_walk *walk, unsigned long addr,
				    unsigned long end)
{
	return ptscope_read_window(walk, &census_sink, addr, end);
}

/**
 * ptscope_census_gap() - count what stands behind empty entries
 * @walk: within a struct ptscope_census_walk
 * @addr: first address
 * @pages: base pages
 * @entry: what the page cache says of them
 *
 * Return: @pages.
 */
unsigned long ptscope_census_gap(struct ptscope_walk *walk, unsigned long addr,
				 unsigned long pages, struct ptscope_entry entry)
{
	struct ptscope_census *census = &to_census(walk)->census;

	census->state[entry.state] += pages;
	if (entry.flags & PTSCOPE_FLAG_SOFT_DIRTY)
		census->soft_dirty += pages;
	return pages;
}

/**
 * ptscope_census_close() - the walk is over: settle the tables still open
 * @cw: the walk
 */
void ptscope_census_close(struct ptscope_census_walk *cw)
{
	enum ptscope_level level;

	ptscope_census_settle(cw);
	for (level = PTSCOPE_LEVEL_PTE; level <= PTSCOPE_LEVEL_PGD; level++)
		close_table(cw, level);
}

static const struct ptscope_visitor whole_visitor = {
	.window = ptscope_census_window,
	.gap = ptscope_census_gap,
};

/**
 * ptscope_census_take() - count the pages of a whole address space
 * @cw: filled in
 * @mm: the address space; the caller holds mm_count
 * @cache: look into the page cache where entries are empty
 *
 * Locking: as for ptscope_walk().
 *
 * Return: as for ptscope_walk().
 */
int ptscope_census_take(struct ptscope_census_walk *cw, struct mm_struct *mm, bool cache)
{
	int err;

	memset(cw, 0, sizeof(*cw));
	cw->walk.mm = mm;
	cw->walk.visitor = &whole_visitor;
	cw->walk.end = PAGE_MASK;
	cw->walk.cache = cache;
	err = ptscope_walk(&cw->walk);
	ptscope_census_close(cw);
	return err;
}
