// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that counts.
 */
#include <linux/nodemask.h>
#include <linux/slab.h>
#include "census.h"
#include "folio.h"

static struct ptscope_census_scan *to_census(struct ptscope_scan *scan)
{
	return container_of(scan, struct ptscope_census_scan, scan);
}

/* Counter of each state. Those of special entries are parts of SPECIAL. */
static const u8 state_counter[PTSCOPE_STATES] = {
	[PTSCOPE_STATE_RES] = PTSCOPE_A_CENSUS_RES,
	[PTSCOPE_STATE_LAZY] = PTSCOPE_A_CENSUS_LAZY,
	[PTSCOPE_STATE_CACHED] = PTSCOPE_A_CENSUS_CACHED,
	[PTSCOPE_STATE_DISK] = PTSCOPE_A_CENSUS_DISK,
	[PTSCOPE_STATE_SWAP] = PTSCOPE_A_CENSUS_SWAP,
	[PTSCOPE_STATE_MIGRATION] = PTSCOPE_A_CENSUS_MIGRATION,
	[PTSCOPE_STATE_HWPOISON] = PTSCOPE_A_CENSUS_HWPOISON,
	[PTSCOPE_STATE_DEVICE_PRIVATE] = PTSCOPE_A_CENSUS_DEVICE,
	[PTSCOPE_STATE_DEVICE_EXCLUSIVE] = PTSCOPE_A_CENSUS_DEVICE,
	[PTSCOPE_STATE_UFFD_WP] = PTSCOPE_A_CENSUS_UFFD_WP,
	[PTSCOPE_STATE_GUARD] = PTSCOPE_A_CENSUS_GUARD,
	[PTSCOPE_STATE_POISON] = PTSCOPE_A_CENSUS_POISON,
	[PTSCOPE_STATE_BAD] = PTSCOPE_A_CENSUS_BAD,
};

static const u8 leaf_counter[] = {
	[PTSCOPE_LEAF_PTE] = PTSCOPE_A_CENSUS_PTE,
	[PTSCOPE_LEAF_CONT] = PTSCOPE_A_CENSUS_CONT,
	[PTSCOPE_LEAF_PMD] = PTSCOPE_A_CENSUS_PMD,
	[PTSCOPE_LEAF_PUD] = PTSCOPE_A_CENSUS_PUD,
};

/* Counters of present pages that have a flag. */
static const struct {
	u32 flag;
	u8 counter;
} flag_counter[] = {
	{ PTSCOPE_FLAG_ZERO, PTSCOPE_A_CENSUS_ZERO },
	{ PTSCOPE_FLAG_YOUNG, PTSCOPE_A_CENSUS_YOUNG },
	{ PTSCOPE_FLAG_DIRTY, PTSCOPE_A_CENSUS_DIRTY },
	{ PTSCOPE_FLAG_WRITE, PTSCOPE_A_CENSUS_WRITE },
	{ PTSCOPE_FLAG_PROTNONE, PTSCOPE_A_CENSUS_PROTNONE },
	{ PTSCOPE_FLAG_THP, PTSCOPE_A_CENSUS_THP },
	{ PTSCOPE_FLAG_HUGETLB, PTSCOPE_A_CENSUS_HUGETLB },
};

/* Counters of resident pages whose folio has a flag; others are of files. */
static const struct {
	u32 flag;
	u8 counter;
} folio_counter[] = {
	{ PTSCOPE_FOLIO_ANON, PTSCOPE_A_CENSUS_ANON },
	{ PTSCOPE_FOLIO_SHARED, PTSCOPE_A_CENSUS_SHARED },
	{ PTSCOPE_FOLIO_EXCLUSIVE, PTSCOPE_A_CENSUS_EXCLUSIVE },
};

static void count_state(struct ptscope_census *census, const struct ptscope_entry *entry,
			unsigned long pages)
{
	census->counter[PTSCOPE_A_CENSUS_SIZE] += pages;
	census->counter[state_counter[entry->state]] += pages;
	if (entry->state >= PTSCOPE_STATE_MIGRATION)
		census->counter[PTSCOPE_A_CENSUS_SPECIAL] += pages;
	if (entry->flags & PTSCOPE_FLAG_SOFT_DIRTY)
		census->counter[PTSCOPE_A_CENSUS_SOFT_DIRTY] += pages;
}

static void count_present(struct ptscope_census *census, const struct ptscope_entry *entry,
			  unsigned long pages)
{
	unsigned int i;

	census->counter[leaf_counter[entry->leaf]] += pages;
	for (i = 0; i < ARRAY_SIZE(flag_counter); i++)
		if (entry->flags & flag_counter[i].flag)
			census->counter[flag_counter[i].counter] += pages;
	if (entry->flags & PTSCOPE_FLAG_ZERO && entry->leaf != PTSCOPE_LEAF_PTE)
		census->counter[PTSCOPE_A_CENSUS_ZERO_HUGE] += pages;
}

static void count_folio(struct ptscope_census_scan *cs, u64 extra, unsigned long pages)
{
	const u32 flags = extra >> PTSCOPE_EXTRA_FOLIO_SHIFT;
	struct ptscope_census *census = &cs->census;
	const u16 nid = extra;
	unsigned int i;

	if (!(extra & PTSCOPE_EXTRA_KNOWN))
		return;
	if (cs->node && nid < nr_node_ids)
		cs->node[nid] += pages;
	if (!(cs->detail & PTSCOPE_DETAIL_FOLIO))
		return;
	for (i = 0; i < ARRAY_SIZE(folio_counter); i++)
		if (flags & folio_counter[i].flag)
			census->counter[folio_counter[i].counter] += pages;
	if (!(flags & PTSCOPE_FOLIO_ANON))
		census->counter[PTSCOPE_A_CENSUS_FILE] += pages;
}

/*
 * Count the folios of a run, whose frames are consecutive. As in numa_maps, the zero
 * page counts for nobody.
 *
 * Returns the number of pages, which is less than @pages when the window may read no
 * other struct page.
 */
static unsigned long count_folios(struct ptscope_census_scan *cs, unsigned long addr,
				  unsigned long pages, const struct ptscope_entry *entry)
{
	const struct ptscope_folio_request request = {
		.detail = cs->detail,
		.visible = ~0ULL,
		.hugetlb = cs->scan.place.huge_level >= 0,
	};
	unsigned long done = 0;

	if (!cs->detail || entry->flags & PTSCOPE_FLAG_ZERO || cs->scan.place.pfn_map)
		return pages;
	while (done < pages && cs->scan.looks) {
		u64 extra = 0;
		unsigned long more = ptscope_folio_extra(entry->value + done,
							 addr + (done << PAGE_SHIFT),
							 pages - done, &request, &extra,
							 &cs->scan.looks);

		count_folio(cs, extra, more);
		done += more;
	}
	return done;
}

/* Number of entries at @level that translate @pages from @addr on. */
static unsigned long entries_of(enum ptscope_level level, unsigned long addr,
				unsigned long pages)
{
	const unsigned int shift = ptscope_level_shift(level);

	return ((addr + (pages << PAGE_SHIFT) - 1) >> shift) - (addr >> shift) + 1;
}

static void use_entries(struct ptscope_census_scan *cs, enum ptscope_level level, u64 entries)
{
	cs->census.table[level].used += entries;
	cs->open[level].used += entries;
}

/* Count the entries of a run. A leaf that is reported in parts counts once. */
static void use_run(struct ptscope_census_scan *cs, enum ptscope_level level,
		    unsigned long addr, unsigned long pages)
{
	const unsigned long end = addr + (pages << PAGE_SHIFT);

	use_entries(cs, level, entries_of(level, addr, pages) - (cs->part == addr));
	cs->part = end & ((PAGE_SIZE * ptscope_level_pages(level)) - 1) ? end : 0;
}

/**
 * ptscope_census_run() - count pages whose entries are not empty
 * @scan: within a struct ptscope_census_scan
 * @addr: first address
 * @pages: number of base pages
 * @entry: the first entry
 *
 * Return: number of pages that were counted.
 */
unsigned long ptscope_census_run(struct ptscope_scan *scan, unsigned long addr,
				 unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_census_scan *cs = to_census(scan);

	if (entry->state == PTSCOPE_STATE_RES) {
		pages = count_folios(cs, addr, pages, entry);
		count_present(&cs->census, entry, pages);
	}
	if (!pages)
		return 0;
	use_run(cs, entry->level, addr, pages);
	count_state(&cs->census, entry, pages);
	return pages;
}

/**
 * ptscope_census_empty() - count pages whose entries are empty
 * @scan: within a struct ptscope_census_scan
 * @addr: first address
 * @pages: number of base pages
 * @entry: the empty entry, with the state that the page cache gives it
 *
 * Return: @pages.
 */
unsigned long ptscope_census_empty(struct ptscope_scan *scan, unsigned long addr,
				   unsigned long pages, const struct ptscope_entry *entry)
{
	count_state(&to_census(scan)->census, entry, pages);
	return pages;
}

/* The level whose entries point to @level's tables. */
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
static unsigned long table_index(enum ptscope_level level, unsigned long addr)
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

static void close_table(struct ptscope_census_scan *cs, enum ptscope_level level)
{
	if (cs->open[level].index && !cs->open[level].used)
		cs->census.table[level].empty++;
	cs->open[level].index = 0;
	cs->open[level].used = 0;
}

/**
 * ptscope_census_table() - count a table, unless it has been counted
 * @scan: within a struct ptscope_census_scan
 * @table: the table
 * @addr: an address that it translates
 */
void ptscope_census_table(struct ptscope_scan *scan, const struct ptscope_table *table,
			  unsigned long addr)
{
	const unsigned long index = table_index(table->level, addr) + 1;
	struct ptscope_census_scan *cs = to_census(scan);

	if (cs->open[table->level].index == index)
		return;
	close_table(cs, table->level);
	cs->open[table->level].index = index;
	cs->census.table[table->level].pages++;
	if (table->level != PTSCOPE_LEVEL_PGD)
		use_entries(cs, level_above(scan->mm, table->level), 1);
}

static const struct ptscope_sink census_sink = {
	.table = ptscope_census_table,
	.run = ptscope_census_run,
	.empty = ptscope_census_empty,
};

/**
 * ptscope_census_alloc() - prepare a census
 * @cs: all zero; to be freed with ptscope_census_free()
 * @detail: bits of enum ptscope_detail; others than NODE and FOLIO are ignored
 *
 * Return: 0 or -ENOMEM.
 */
int ptscope_census_alloc(struct ptscope_census_scan *cs, u32 detail)
{
	cs->detail = detail & (PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO);
	if (!(detail & PTSCOPE_DETAIL_NODE))
		return 0;
	cs->node = kcalloc(nr_node_ids, sizeof(*cs->node), GFP_KERNEL);
	return cs->node ? 0 : -ENOMEM;
}

/**
 * ptscope_census_free() - free a census
 * @cs: the census
 */
void ptscope_census_free(struct ptscope_census_scan *cs)
{
	kfree(cs->node);
}

/**
 * ptscope_census_reset() - set all counters to 0
 * @cs: the census; it remembers which tables have been counted
 */
void ptscope_census_reset(struct ptscope_census_scan *cs)
{
	memset(&cs->census, 0, sizeof(cs->census));
	if (cs->node)
		memset(cs->node, 0, nr_node_ids * sizeof(*cs->node));
}

/**
 * ptscope_census_take() - count the pages of a whole address space
 * @cs: the census; earlier counts are dropped
 * @mm: the address space; the caller holds mm_count
 * @cache: look up empty entries in the page cache
 *
 * Locking: as for ptscope_scan().
 *
 * Return: as for ptscope_scan().
 */
int ptscope_census_take(struct ptscope_census_scan *cs, struct mm_struct *mm, bool cache)
{
	enum ptscope_level level;
	int err;

	memset(&cs->scan, 0, sizeof(cs->scan));
	memset(cs->open, 0, sizeof(cs->open));
	cs->part = 0;
	ptscope_census_reset(cs);
	cs->scan.mm = mm;
	cs->scan.sink = &census_sink;
	cs->scan.end = PAGE_MASK;
	cs->scan.cache = cache;
	cs->scan.frames = cs->detail;
	err = ptscope_scan(&cs->scan);
	for (level = PTSCOPE_LEVEL_PTE; level <= PTSCOPE_LEVEL_PGD; level++)
		close_table(cs, level);
	return err;
}
