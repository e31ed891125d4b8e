// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes a single entry of a page table, and finds the pattern of the run that it
 * begins.
 */
#include <linux/hugetlb.h>
#include <linux/leafops.h>
#include <linux/swap.h>
#include "entry.h"

static enum ptscope_leaf leaf_of(enum ptscope_level level)
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

/**
 * ptscope_cont_entries() - number of entries in a block with the contiguous hint
 * @level: level of the table
 *
 * Return: the number, a power of 2; 1 if there is no such hint at @level.
 */
unsigned int ptscope_cont_entries(enum ptscope_level level)
{
#if defined(CONFIG_ARM64)
	if (level == PTSCOPE_LEVEL_PTE)
		return CONT_PTES;
	if (level == PTSCOPE_LEVEL_PMD && !__is_defined(__PAGETABLE_PMD_FOLDED))
		return CONT_PMDS;
#elif defined(CONFIG_RISCV_ISA_SVNAPOT)
	/* The architecture has other sizes, the kernel uses this one. */
	if (level == PTSCOPE_LEVEL_PTE && has_svnapot())
		return napot_pte_num(NAPOT_CONT64KB_ORDER);
#endif
	return 1;
}

/* Number of base pages whose frames are counted from the one that an entry names. */
unsigned long ptscope_entry_span(const struct ptscope_entry *entry)
{
#ifdef CONFIG_RISCV_ISA_SVNAPOT
	/* All entries of a block are equal, and name its first frame. */
	if (entry->leaf == PTSCOPE_LEAF_CONT)
		return 1UL << NAPOT_CONT64KB_ORDER;
#endif
	return ptscope_level_pages(entry->level);
}

static enum ptscope_state softleaf_state(softleaf_t leaf)
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

/* A swap entry, as on the wire. */
u64 ptscope_swap_value(swp_entry_t swap)
{
	return (u64)swp_type(swap) << PTSCOPE_SWAP_TYPE_SHIFT | swp_offset(swap);
}

static void decode_softleaf(struct ptscope_entry *entry, softleaf_t leaf)
{
	entry->state = softleaf_state(leaf);
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
 * Flags, protection key and memory type of a leaf. They have the same bits at every
 * level, so a leaf of a higher level is read as a PTE: not every architecture has
 * pmd_ and pud_ functions for all of them.
 */
static void decode_leaf_bits(struct ptscope_entry *entry, const struct ptscope_place *place,
			     pte_t pte)
{
	u32 flags = ptscope_arch_flags(pte);

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
	if (place->no_access || pte_protnone(pte))
		flags |= PTSCOPE_FLAG_PROTNONE;
	entry->flags |= flags;
	entry->extra = (u64)ptscope_pkey(pte) << PTSCOPE_EXTRA_PKEY_SHIFT |
		       (u64)ptscope_memory_type(pte, entry->level) << PTSCOPE_EXTRA_MEMORY_SHIFT;
}

/* The kernel maps the base zero page as a special entry. Its number is exported. */
static bool pte_is_zero(pte_t pte)
{
	return pte_special(pte) && pte_pfn(pte) == page_to_pfn(ZERO_PAGE(0));
}

/* The kernel writes a hugetlb entry in the format of a PTE at every level. */
static void decode_pte(struct ptscope_entry *entry, const struct ptscope_place *place, pte_t pte)
{
	const enum ptscope_level level = entry->level;

	if (!pte_present(pte)) {
		decode_softleaf(entry, softleaf_from_pte(pte));
		if (entry->state == PTSCOPE_STATE_SWAP && pte_swp_exclusive(pte))
			entry->flags |= PTSCOPE_FLAG_EXCLUSIVE;
		if (pte_swp_soft_dirty(pte))
			entry->flags |= PTSCOPE_FLAG_SOFT_DIRTY;
		if (pte_swp_uffd(pte))
			entry->flags |= PTSCOPE_FLAG_UFFD_WP;
		return;
	}
	entry->state = PTSCOPE_STATE_RES;
	entry->leaf = leaf_of(level);
	decode_leaf_bits(entry, place, pte);
	if (ptscope_pte_is_cont(pte)) {
		entry->leaf = PTSCOPE_LEAF_CONT;
		entry->flags |= PTSCOPE_FLAG_CONT;
	}
	if (place->huge_level >= 0)
		entry->flags |= PTSCOPE_FLAG_HUGETLB;
	else if (pte_is_zero(pte))
		entry->flags |= PTSCOPE_FLAG_ZERO;
	/* Above the lowest level, a flag may be among the bits of the frame. */
	entry->value = ptscope_pte_pfn(pte) & -ptscope_level_pages(level);
}

/*
 * Any other huge page of an anonymous VMA is anonymous, and a DAX VMA maps nothing
 * else that is not device memory. The number of the huge zero page is not exported,
 * so its struct page decides, for read-only leaves only. The frame may be freed and
 * reused meanwhile; its struct page stays, so that the answer is stale at worst.
 */
static bool pmd_is_zero(const struct ptscope_place *place, pmd_t pmd)
{
	struct page *page;

	if (!(place->anon || place->dax) || place->pfn_map || pmd_write(pmd) ||
	    !pfn_valid(pmd_pfn(pmd)))
		return false;
	page = pfn_to_page(pmd_pfn(pmd));
	return place->dax ? !is_zone_device_page(page) : !PageAnon(page);
}

static void decode_pmd(struct ptscope_entry *entry, const struct ptscope_place *place, pmd_t pmd)
{
	if (!pmd_present(pmd)) {
		decode_softleaf(entry, softleaf_from_pmd(pmd));
		if (pmd_swp_soft_dirty(pmd))
			entry->flags |= PTSCOPE_FLAG_SOFT_DIRTY;
	} else if (pmd_leaf(pmd)) {
		entry->state = PTSCOPE_STATE_RES;
		entry->leaf = PTSCOPE_LEAF_PMD;
		decode_leaf_bits(entry, place, ptscope_to_pte(ptscope_raw_pmd(pmd)));
		entry->value = pmd_pfn(pmd);
		if (pmd_is_zero(place, pmd))
			entry->flags |= PTSCOPE_FLAG_ZERO;
		else if (!place->pfn_map && !place->dax)
			entry->flags |= PTSCOPE_FLAG_THP;
	} else {
		entry->state = PTSCOPE_STATE_BAD;
	}
}

/* Outside hugetlb a PUD leaf maps device memory, and no kernel writes a softleaf there. */
static void decode_pud(struct ptscope_entry *entry, const struct ptscope_place *place, pud_t pud)
{
	if (pud_present(pud) && pud_leaf(pud)) {
		entry->state = PTSCOPE_STATE_RES;
		entry->leaf = PTSCOPE_LEAF_PUD;
		decode_leaf_bits(entry, place, ptscope_to_pte(ptscope_raw_pud(pud)));
		entry->value = pud_pfn(pud);
	} else {
		entry->state = PTSCOPE_STATE_BAD;
	}
}

/**
 * ptscope_decode() - decode an entry that is not a table
 * @place: facts about its VMA
 * @level: level of the table that holds it
 * @raw: its value
 *
 * Return: the decoded entry.
 */
struct ptscope_entry ptscope_decode(const struct ptscope_place *place, enum ptscope_level level,
				    u64 raw)
{
	struct ptscope_entry entry = ptscope_empty_entry(place, level);

	if (ptscope_is_empty(raw))
		return entry;
	if (level == PTSCOPE_LEVEL_PTE || (int)level == place->huge_level)
		decode_pte(&entry, place, ptscope_to_pte(raw));
	else if (level == PTSCOPE_LEVEL_PMD)
		decode_pmd(&entry, place, ptscope_to_pmd(raw));
	else if (level == PTSCOPE_LEVEL_PUD)
		decode_pud(&entry, place, ptscope_to_pud(raw));
	else
		entry.state = PTSCOPE_STATE_BAD;
	return entry;
}

/*
 * Consecutive frames, or any frames with the same flags. A special entry matches
 * itself only, except that many pages may map the one zero page.
 */
static struct ptscope_pattern leaf_pattern(pte_t pte, enum ptscope_level level, bool frames)
{
	struct ptscope_pattern pattern = { .value = ptscope_raw_pte(pte), .mask = ~0ULL };

	if (!frames && !pte_special(pte)) {
		pattern.mask = ptscope_leaf_flag_bits(level);
	} else if (frames && !pte_is_zero(pte) && ptscope_frames_are_raw()) {
		pattern.step = (u64)ptscope_level_pages(level) << PTSCOPE_FRAME_SHIFT;
		if (ptscope_frame_is_inverted(pte))
			pattern.step = -pattern.step;
	}
	return pattern;
}

/*
 * Consecutive slots, or any slots with the same type and flags. However the
 * architecture stores the offset, its bits are contiguous.
 */
static struct ptscope_pattern softleaf_pattern(pte_t pte, bool frames)
{
	struct ptscope_pattern pattern = { .value = ptscope_raw_pte(pte), .mask = ~0ULL };
	softleaf_t leaf = softleaf_from_pte(pte);
	unsigned int type = swp_type(leaf);
	u64 zero = ptscope_raw_pte(softleaf_to_pte(swp_entry(type, 0)));
	u64 most = ptscope_raw_pte(softleaf_to_pte(swp_entry(type, SWP_OFFSET_MASK)));
	u64 mask = ~(zero ^ most);

	if (softleaf_type(leaf) == SOFTLEAF_MARKER)
		return pattern;
	if (frames)
		pattern.step = ptscope_raw_pte(softleaf_to_pte(swp_entry(type, 1))) - zero;
	else if (!ptscope_is_empty(pattern.value & mask))
		pattern.mask = mask;
	/* Otherwise an empty entry would match, so each entry matches itself only. */
	return pattern;
}

/**
 * ptscope_run_pattern() - find the pattern of the run that an entry begins
 * @place: facts about its VMA
 * @level: level of the table that holds it
 * @raw: its value
 * @frames: the frames or swap slots of a run have to be consecutive
 *
 * Return: the pattern.
 */
struct ptscope_pattern ptscope_run_pattern(const struct ptscope_place *place,
					   enum ptscope_level level, u64 raw, bool frames)
{
	struct ptscope_pattern pattern = { .value = raw, .mask = ~0ULL };
	const pte_t pte = ptscope_to_pte(raw);

	if (ptscope_is_empty(raw)) {
		pattern.value = 0;
		pattern.mask = ~PTSCOPE_STRAY_BITS;
		return pattern;
	}
	if (level == PTSCOPE_LEVEL_PTE)
		return pte_present(pte) ? leaf_pattern(pte, level, frames) :
					  softleaf_pattern(pte, frames);
	/*
	 * Only the frame shows which leaf is the huge zero page, and entries that are
	 * being split or moved are rare: each of these matches itself only.
	 */
	if (level == PTSCOPE_LEVEL_PMD && pte_present(pte) &&
	    (pte_write(pte) || !(place->anon || place->dax)))
		return leaf_pattern(pte, level, frames);
	return pattern;
}

/**
 * ptscope_is_plain_leaf() - do the flag bits of a PTE decide how it is decoded?
 * @raw: its value
 *
 * Return: true if another PTE with the same flag bits differs in @value alone. False
 * for a softleaf, for what may be the zero page and for a part of a block.
 */
bool ptscope_is_plain_leaf(u64 raw)
{
	const pte_t pte = ptscope_to_pte(raw);

	return pte_present(pte) && !pte_special(pte) && !ptscope_pte_is_cont(pte);
}
