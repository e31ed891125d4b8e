/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a single entry of a page table means.
 *
 * Everything here works on the value of an entry that was read once; nothing
 * looks at the table again, and nothing is ever written to it.
 */
#ifndef PTSCOPE_ENTRY_H
#define PTSCOPE_ENTRY_H

#include <linux/hugetlb.h>
#include <linux/leafops.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/ptscope.h>
#include "arch.h"

#define PTSCOPE_STATES (PTSCOPE_STATE_BAD + 1)

/* Which kind of leaf holds a present page. */
enum ptscope_leaf {
	PTSCOPE_LEAF_PTE,
	PTSCOPE_LEAF_CONT,
	PTSCOPE_LEAF_PMD,
	PTSCOPE_LEAF_PUD,
	PTSCOPE_LEAF_NR,
};

/**
 * struct ptscope_entry - an entry in words
 * @state: where the bytes are
 * @level: level of the table that holds the entry
 * @leaf: kind of leaf, if @state is PTSCOPE_STATE_RES
 * @flags: bits of enum ptscope_flag, a protection key and a memory type, as
 *	they stand in a run on the wire
 * @value: number of the first frame, if there is one; swap type and offset,
 *	as on the wire, if @state is PTSCOPE_STATE_SWAP; else 0
 */
struct ptscope_entry {
	enum ptscope_state state;
	enum ptscope_level level;
	enum ptscope_leaf leaf;
	unsigned int flags;
	u64 value;
};

/**
 * struct ptscope_place - what an entry cannot say of itself
 * @vacant: state of an empty entry: what a touch here would find
 * @flags: flags that every page has, whatever its entry: PTSCOPE_FLAG_SOFT_DIRTY
 *	where the VMA is newer than the last time that the bits were cleared
 * @huge_level: level of a hugetlb mapping's leaves, -1 for any other mapping
 * @closed: the VMA grants no access at all
 * @anon: the VMA has no backing object, so that a huge page without an owner
 *	is the shared huge zero page
 * @dax: the VMA maps a file's persistent memory itself; the one other frame
 *	that is mapped there is the zero page, huge or not
 * @pfn_map: the VMA maps frames that need not have a struct page
 * @cache: what is behind an empty entry stands in here; NULL if there is
 *	nothing to be found, or nobody asked
 */
struct ptscope_place {
	enum ptscope_state vacant;
	unsigned int flags;
	int huge_level;
	bool closed;
	bool anon;
	bool dax;
	bool pfn_map;
	struct address_space *cache;
};

/* What one entry of @level covers is 1 << this many bytes. */
static inline unsigned int ptscope_level_shift(enum ptscope_level level)
{
	switch (level) {
	case PTSCOPE_LEVEL_PTE:
		return PAGE_SHIFT;
	case PTSCOPE_LEVEL_PMD:
		return PMD_SHIFT;
	case PTSCOPE_LEVEL_PUD:
		return PUD_SHIFT;
	case PTSCOPE_LEVEL_P4D:
		return P4D_SHIFT;
	default:
		return PGDIR_SHIFT;
	}
}

/* Number of base pages that one entry of @level covers. */
static inline unsigned long ptscope_level_pages(enum ptscope_level level)
{
	return 1UL << (ptscope_level_shift(level) - PAGE_SHIFT);
}

/*
 * Levels that are folded are folded into the highest one, whose entries then
 * cover what theirs would. arm64 decides on that as it boots and leaves
 * PGDIR_SHIFT as it is, so that it says nothing of the table that is there.
 */
static inline unsigned int ptscope_root_shift(struct mm_struct *mm)
{
	if (mm_pud_folded(mm))
		return PUD_SHIFT;
	if (mm_p4d_folded(mm))
		return P4D_SHIFT;
	return PGDIR_SHIFT;
}

/* Where the entry for @addr stands in the highest table. */
static inline unsigned int ptscope_root_index(struct mm_struct *mm, unsigned long addr)
{
	return addr >> ptscope_root_shift(mm) & (PAGE_SIZE / sizeof(pgd_t) - 1);
}

static inline enum ptscope_leaf ptscope_leaf_of(enum ptscope_level level)
{
	switch (level) {
	case PTSCOPE_LEVEL_PTE:
		return PTSCOPE_LEAF_PTE;
	case PTSCOPE_LEVEL_PMD:
		return PTSCOPE_LEAF_PMD;
	default:
		return PTSCOPE_LEAF_PUD;
	}
}

/* An empty entry of a table of @level. */
static inline struct ptscope_entry
ptscope_vacant_entry(const struct ptscope_place *place, enum ptscope_level level)
{
	return (struct ptscope_entry) {
		.state = place->vacant,
		.level = level,
		.flags = place->flags,
	};
}

/* An entry that holds a software value instead of a translation. */
static inline enum ptscope_state ptscope_softleaf_state(softleaf_t leaf)
{
	switch (softleaf_type(leaf)) {
	case SOFTLEAF_SWAP:
		return PTSCOPE_STATE_SWAP;
	case SOFTLEAF_MIGRATION_READ:
	case SOFTLEAF_MIGRATION_READ_EXCLUSIVE:
	case SOFTLEAF_MIGRATION_WRITE:
		return PTSCOPE_STATE_MIGRATION;
	case SOFTLEAF_DEVICE_PRIVATE_READ:
	case SOFTLEAF_DEVICE_PRIVATE_WRITE:
		return PTSCOPE_STATE_DEVICE_PRIVATE;
	case SOFTLEAF_DEVICE_EXCLUSIVE:
		return PTSCOPE_STATE_DEVICE_EXCLUSIVE;
	case SOFTLEAF_HWPOISON:
		return PTSCOPE_STATE_HWPOISON;
	case SOFTLEAF_MARKER:
		if (softleaf_is_guard_marker(leaf))
			return PTSCOPE_STATE_GUARD;
		if (softleaf_is_poison_marker(leaf))
			return PTSCOPE_STATE_POISON;
		if (softleaf_is_uffd_wp_marker(leaf))
			return PTSCOPE_STATE_UFFD_WP;
		return PTSCOPE_STATE_BAD;
	default:
		return PTSCOPE_STATE_BAD;
	}
}

/* Does an entry name a frame, so that parts of a leaf have frames of their own? */
static inline bool ptscope_entry_has_frame(const struct ptscope_entry *entry)
{
	switch (entry->state) {
	case PTSCOPE_STATE_RES:
	case PTSCOPE_STATE_MIGRATION:
	case PTSCOPE_STATE_HWPOISON:
	case PTSCOPE_STATE_DEVICE_PRIVATE:
	case PTSCOPE_STATE_DEVICE_EXCLUSIVE:
		return true;
	default:
		return false;
	}
}

/* Base pages whose frames are counted from the one that an entry names. */
static inline unsigned long ptscope_entry_span(const struct ptscope_entry *entry)
{
#ifdef CONFIG_RISCV_ISA_SVNAPOT
	/* All entries of a block are the same, and name its first frame. */
	if (entry->leaf == PTSCOPE_LEAF_CONT)
		return 1UL << NAPOT_CONT64KB_ORDER;
#endif
	return ptscope_level_pages(entry->level);
}

/* A swap entry, as it stands on the wire. */
static inline u64 ptscope_swap_value(swp_entry_t swap)
{
	return (u64)swp_type(swap) << PTSCOPE_SWAP_TYPE_SHIFT | swp_offset(swap);
}

/* The words for an entry that holds a software value. */
static inline void ptscope_entry_soften(struct ptscope_entry *entry, softleaf_t leaf)
{
	entry->state = ptscope_softleaf_state(leaf);
	if (entry->state == PTSCOPE_STATE_SWAP)
		entry->value = ptscope_swap_value(leaf);
	else if (softleaf_has_pfn(leaf))
		entry->value = softleaf_to_pfn(leaf);

	switch (softleaf_type(leaf)) {
	case SOFTLEAF_MIGRATION_WRITE:
	case SOFTLEAF_DEVICE_PRIVATE_WRITE:
		entry->flags |= PTSCOPE_FLAG_WRITE;
		break;
	case SOFTLEAF_MIGRATION_READ_EXCLUSIVE:
		entry->flags |= PTSCOPE_FLAG_EXCLUSIVE;
		break;
	default:
		break;
	}
}

/*
 * Flags of a leaf. They stand in the same bits at every level, so a leaf of a
 * higher one is read as a PTE; not every architecture has pmd_ and pud_
 * functions for all of them.
 */
static inline unsigned int ptscope_pte_flags(const struct ptscope_place *place, pte_t pte,
					     enum ptscope_level level)
{
	unsigned int flags = ptscope_arch_flags(pte, level);

	if (pte_young(pte))
		flags |= PTSCOPE_FLAG_YOUNG;
	if (pte_dirty(pte))
		flags |= PTSCOPE_FLAG_DIRTY;
	if (pte_soft_dirty(pte))
		flags |= PTSCOPE_FLAG_SOFT_DIRTY;
	if (pte_write(pte))
		flags |= PTSCOPE_FLAG_WRITE;
	if (pte_uffd(pte))
		flags |= PTSCOPE_FLAG_UFFD_WP;
	if (pte_special(pte))
		flags |= PTSCOPE_FLAG_SPECIAL;
	if (pte_devmap(pte))
		flags |= PTSCOPE_FLAG_DEVMAP;
	if (place->closed || pte_protnone(pte))
		flags |= PTSCOPE_FLAG_PROTNONE;
	return flags;
}

/*
 * The base zero page is the only frame that is told from others by its
 * number: the kernel maps it as a special entry, read-only.
 */
static inline bool ptscope_pte_is_zero(pte_t pte)
{
	return pte_special(pte) && pte_pfn(pte) == page_to_pfn(ZERO_PAGE(0));
}

/* Is a present entry one of a block that the contiguous hint joins? */
static inline bool ptscope_pte_is_cont(pte_t pte)
{
#if defined(pte_cont)
	return pte_cont(pte);
#elif defined(CONFIG_RISCV_ISA_SVNAPOT)
	return pte_napot(pte);
#else
	return false;
#endif
}

/**
 * ptscope_cont_entries() - how many entries the contiguous hint joins
 * @level: level of the table that they stand in
 *
 * Return: entries of a block, 1 if there is no such hint.
 */
static inline unsigned int ptscope_cont_entries(enum ptscope_level level)
{
#if defined(CONFIG_ARM64)
	if (level == PTSCOPE_LEVEL_PTE)
		return CONT_PTES;
	if (level == PTSCOPE_LEVEL_PMD && !__is_defined(__PAGETABLE_PMD_FOLDED))
		return CONT_PMDS;
#elif defined(CONFIG_RISCV_ISA_SVNAPOT)
	/* The architecture has room for other sizes, the kernel uses this one. */
	if (level == PTSCOPE_LEVEL_PTE && has_svnapot())
		return napot_pte_num(NAPOT_CONT64KB_ORDER);
#endif
	return 1;
}

/**
 * ptscope_pte_entry() - put a PTE into words
 * @place: of the VMA around it
 * @pte: its value; at another @level, a hugetlb entry, which the kernel
 *	writes in the format of a PTE whatever its size
 * @level: level of the table it was read from
 *
 * Return: the entry in words.
 */
static inline struct ptscope_entry
ptscope_pte_entry(const struct ptscope_place *place, pte_t pte, enum ptscope_level level)
{
	struct ptscope_entry entry = ptscope_vacant_entry(place, level);

	if (pte_none(pte))
		return entry;
	if (pte_present(pte)) {
		entry.state = PTSCOPE_STATE_RES;
		entry.leaf = ptscope_pte_is_cont(pte) ? PTSCOPE_LEAF_CONT :
							ptscope_leaf_of(level);
		entry.flags |= ptscope_pte_flags(place, pte, level);
		if (entry.leaf == PTSCOPE_LEAF_CONT)
			entry.flags |= PTSCOPE_FLAG_CONT;
		if (place->huge_level >= 0)
			entry.flags |= PTSCOPE_FLAG_HUGETLB;
		else if (ptscope_pte_is_zero(pte))
			entry.flags |= PTSCOPE_FLAG_ZERO;
		/* Above the lowest level, a flag may stand among the frame's bits. */
		entry.value = ptscope_pte_pfn(pte) & -ptscope_level_pages(level);
	} else {
		ptscope_entry_soften(&entry, softleaf_from_pte(pte));
		if (entry.state == PTSCOPE_STATE_SWAP && pte_swp_exclusive(pte))
			entry.flags |= PTSCOPE_FLAG_EXCLUSIVE;
		if (pte_swp_soft_dirty(pte))
			entry.flags |= PTSCOPE_FLAG_SOFT_DIRTY;
		if (pte_swp_uffd(pte))
			entry.flags |= PTSCOPE_FLAG_UFFD_WP;
	}
	return entry;
}

/*
 * The huge zero page has no owner, while any other huge page of an anonymous VMA
 * has one; and it is the only memory that is mapped by a PMD where a file's
 * persistent memory is. Its frame's number is not exported, so the struct page
 * decides, of read-only leaves alone. The frame may be freed and used anew
 * meanwhile, but its struct page stays, and no more than the answer is stale.
 */
static inline bool ptscope_pmd_is_zero(const struct ptscope_place *place, pmd_t pmd)
{
	struct page *page;

	if (!(place->anon || place->dax) || place->pfn_map || pmd_write(pmd) ||
	    !pfn_valid(pmd_pfn(pmd)))
		return false;
	page = pfn_to_page(pmd_pfn(pmd));
	return place->dax ? !is_zone_device_page(page) : !PageAnon(page);
}

/**
 * ptscope_pmd_entry() - put a PMD entry that is not a table into words
 * @place: of the VMA around it, which is not a hugetlb mapping
 * @pmd: its value
 *
 * Return: the entry in words.
 */
static inline struct ptscope_entry
ptscope_pmd_entry(const struct ptscope_place *place, pmd_t pmd)
{
	struct ptscope_entry entry = ptscope_vacant_entry(place, PTSCOPE_LEVEL_PMD);

	if (pmd_none(pmd))
		return entry;
	if (!pmd_present(pmd)) {
		ptscope_entry_soften(&entry, softleaf_from_pmd(pmd));
		if (pmd_swp_soft_dirty(pmd))
			entry.flags |= PTSCOPE_FLAG_SOFT_DIRTY;
	} else if (pmd_leaf(pmd)) {
		entry.state = PTSCOPE_STATE_RES;
		entry.leaf = PTSCOPE_LEAF_PMD;
		entry.flags |= ptscope_pte_flags(place, ptscope_to_pte(ptscope_raw_pmd(pmd)),
						PTSCOPE_LEVEL_PMD);
		entry.value = pmd_pfn(pmd);
		if (ptscope_pmd_is_zero(place, pmd))
			entry.flags |= PTSCOPE_FLAG_ZERO;
		else if (!place->pfn_map && !place->dax)
			entry.flags |= PTSCOPE_FLAG_THP;
	} else {
		entry.state = PTSCOPE_STATE_BAD;
	}
	return entry;
}

/**
 * ptscope_pud_entry() - put a PUD entry that is not a table into words
 * @place: of the VMA around it, which is not a hugetlb mapping
 * @pud: its value
 *
 * Outside hugetlb a PUD leaf maps a device's memory. No kernel writes a
 * software value there.
 *
 * Return: the entry in words.
 */
static inline struct ptscope_entry
ptscope_pud_entry(const struct ptscope_place *place, pud_t pud)
{
	struct ptscope_entry entry = ptscope_vacant_entry(place, PTSCOPE_LEVEL_PUD);

	if (pud_none(pud))
		return entry;
	if (pud_present(pud) && pud_leaf(pud)) {
		entry.state = PTSCOPE_STATE_RES;
		entry.leaf = PTSCOPE_LEAF_PUD;
		entry.flags |= ptscope_pte_flags(place, ptscope_to_pte(ptscope_raw_pud(pud)),
						PTSCOPE_LEVEL_PUD);
		entry.value = pud_pfn(pud);
	} else {
		entry.state = PTSCOPE_STATE_BAD;
	}
	return entry;
}

/* An entry above the levels that can be leaves: nothing, or nonsense. */
static inline struct ptscope_entry
ptscope_upper_entry(const struct ptscope_place *place, enum ptscope_level level, bool none)
{
	struct ptscope_entry entry = ptscope_vacant_entry(place, level);

	if (!none)
		entry.state = PTSCOPE_STATE_BAD;
	return entry;
}

#endif /* PTSCOPE_ENTRY_H */
