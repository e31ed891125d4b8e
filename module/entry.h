/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decodes a single entry of a page table.
 *
 * Everything here works on the value of an entry that was read once.
 */
#ifndef PTSCOPE_ENTRY_H
#define PTSCOPE_ENTRY_H

#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/pgtable.h>
#include <linux/ptscope.h>
#include "arch.h"
#include "run_match.h"

#define PTSCOPE_STATES (PTSCOPE_STATE_BAD + 1)
#define PTSCOPE_LEVELS (PTSCOPE_LEVEL_PGD + 1)

/* Kind of leaf that maps a present page. */
enum ptscope_leaf {
	PTSCOPE_LEAF_PTE,
	PTSCOPE_LEAF_CONT,
	PTSCOPE_LEAF_PMD,
	PTSCOPE_LEAF_PUD,
};

/**
 * struct ptscope_entry - a decoded entry
 * @state: where the bytes of the page are
 * @level: level of the table that holds the entry
 * @leaf: kind of leaf, if @state is PTSCOPE_STATE_RES
 * @flags: bits of enum ptscope_flag
 * @extra: protection key and memory type, at their place in the fourth word of a run
 * @value: number of the first frame, if there is one; swap type and offset as on
 *	the wire, if @state is PTSCOPE_STATE_SWAP; else 0
 */
struct ptscope_entry {
	enum ptscope_state state;
	enum ptscope_level level;
	enum ptscope_leaf leaf;
	u32 flags;
	u64 extra;
	u64 value;
};

/**
 * struct ptscope_place - facts about a VMA that decoding an entry needs
 * @empty: state of an empty entry
 * @flags: flags of every page, whatever its entry: PTSCOPE_FLAG_SOFT_DIRTY in a VMA
 *	that is newer than the last clearing of soft-dirty bits
 * @huge_level: level of a hugetlb mapping's leaves, -1 in any other mapping
 * @no_access: the VMA permits no access
 * @anon: the VMA has no backing object; a huge page that is not anonymous is then
 *	the huge zero page
 * @dax: the VMA maps persistent memory of a file directly; the zero page, base or
 *	huge, is the only other frame there
 * @pfn_map: frames in the VMA need not have a struct page
 * @mapping: page cache behind empty entries; NULL if there is none, or if the
 *	request does not ask for it
 * @pgoff: index in @mapping is (address >> PAGE_SHIFT) + @pgoff
 */
struct ptscope_place {
	enum ptscope_state empty;
	u32 flags;
	int huge_level;
	bool no_access;
	bool anon;
	bool dax;
	bool pfn_map;
	struct address_space *mapping;
	pgoff_t pgoff;
};

/* An entry of @level covers 1 << this many bytes. */
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

/* Number of base pages that an entry of @level covers. */
static inline unsigned long ptscope_level_pages(enum ptscope_level level)
{
	return 1UL << (ptscope_level_shift(level) - PAGE_SHIFT);
}

/*
 * The bits of a leaf that are not part of its frame number. Above the lowest level, a
 * flag may be among the low bits of the frame.
 */
static inline u64 ptscope_leaf_flag_bits(enum ptscope_level level)
{
	return PTSCOPE_FLAG_BITS | (u64)(ptscope_level_pages(level) - 1) << PTSCOPE_FRAME_SHIFT;
}

/*
 * Folded levels are folded into the top one, whose entries then cover what theirs
 * would. arm64 decides at boot which levels are folded and leaves PGDIR_SHIFT as it
 * is, so that it does not describe the top table.
 */
static inline unsigned int ptscope_root_shift(struct mm_struct *mm)
{
	if (mm_pud_folded(mm))
		return PUD_SHIFT;
	if (mm_p4d_folded(mm))
		return P4D_SHIFT;
	return PGDIR_SHIFT;
}

/* Index of the entry for @addr in the top table. */
static inline unsigned int ptscope_root_index(struct mm_struct *mm, unsigned long addr)
{
	return addr >> ptscope_root_shift(mm) & (PAGE_SIZE / sizeof(pgd_t) - 1);
}

/* Is an entry empty? Bits that a processor may leave there do not count. */
static __always_inline bool ptscope_is_empty(u64 raw)
{
	return !(raw & ~PTSCOPE_STRAY_BITS);
}

/* An empty entry of a table of @level. */
static inline struct ptscope_entry
ptscope_empty_entry(const struct ptscope_place *place, enum ptscope_level level)
{
	return (struct ptscope_entry) {
		.state = place->empty,
		.level = level,
		.flags = place->flags,
	};
}

/* Does an entry name a frame, so that each page of the leaf has a frame of its own? */
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

/* Is the entry one of a block with the contiguous hint? */
static inline bool ptscope_pte_is_cont(pte_t pte)
{
#if defined(pte_cont)
	return pte_present(pte) && pte_cont(pte);
#elif defined(CONFIG_RISCV_ISA_SVNAPOT)
	return pte_present(pte) && pte_napot(pte);
#else
	return false;
#endif
}

u64 ptscope_swap_value(swp_entry_t swap);
unsigned int ptscope_cont_entries(enum ptscope_level level);
unsigned long ptscope_entry_span(const struct ptscope_entry *entry);
struct ptscope_entry ptscope_decode(const struct ptscope_place *place, enum ptscope_level level,
				    u64 raw);
struct ptscope_pattern ptscope_run_pattern(const struct ptscope_place *place,
					   enum ptscope_level level, u64 raw, bool frames);
bool ptscope_is_plain_leaf(u64 raw);

#endif /* PTSCOPE_ENTRY_H */
