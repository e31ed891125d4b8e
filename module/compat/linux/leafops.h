/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernels without <linux/leafops.h> know the same entries under the names of
 * <linux/swapops.h>. This teaches them the newer names.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
/* 7.2's includes a swapops.h that relies on swap.h having been seen. */
#include <linux/swap.h>
#include_next <linux/leafops.h>
#else
#ifndef PTSCOPE_COMPAT_LEAFOPS_H
#define PTSCOPE_COMPAT_LEAFOPS_H

/* 6.1's swapops.h relies on swap.h having been seen. */
#include <linux/swap.h>
#include <linux/swapops.h>

typedef swp_entry_t softleaf_t;

enum softleaf_type {
	SOFTLEAF_NONE,
	SOFTLEAF_SWAP,
	SOFTLEAF_MIGRATION_READ,
	SOFTLEAF_MIGRATION_READ_EXCLUSIVE,
	SOFTLEAF_MIGRATION_WRITE,
	SOFTLEAF_DEVICE_PRIVATE_READ,
	SOFTLEAF_DEVICE_PRIVATE_WRITE,
	SOFTLEAF_DEVICE_EXCLUSIVE,
	SOFTLEAF_HWPOISON,
	SOFTLEAF_MARKER,
};

/* Stable kernels have this one name already, for the sake of backports. */
#ifndef softleaf_from_pte
static inline softleaf_t softleaf_from_pte(pte_t pte)
{
	return pte_to_swp_entry(pte);
}
#endif

static inline softleaf_t softleaf_from_pmd(pmd_t pmd)
{
#ifdef CONFIG_ARCH_ENABLE_THP_MIGRATION
	return pmd_to_swp_entry(pmd);
#else
	return swp_entry(0, 0);
#endif
}

static inline bool softleaf_is_guard_marker(softleaf_t leaf)
{
#ifdef PTE_MARKER_GUARD
	return is_pte_marker_entry(leaf) && (pte_marker_get(leaf) & PTE_MARKER_GUARD);
#else
	return false;
#endif
}

/* Before 6.6 a page whose swap-in failed had an entry type of its own. */
static inline bool softleaf_is_poison_marker(softleaf_t leaf)
{
#ifdef PTE_MARKER_POISONED
	return is_pte_marker_entry(leaf) && (pte_marker_get(leaf) & PTE_MARKER_POISONED);
#else
	return is_swapin_error_entry(leaf);
#endif
}

static inline bool softleaf_is_uffd_wp_marker(softleaf_t leaf)
{
	return is_pte_marker_entry(leaf) && (pte_marker_get(leaf) & PTE_MARKER_UFFD_WP);
}

static inline enum softleaf_type softleaf_type(softleaf_t leaf)
{
	if (!non_swap_entry(leaf))
		return SOFTLEAF_SWAP;
	if (is_migration_entry(leaf)) {
		if (is_writable_migration_entry(leaf))
			return SOFTLEAF_MIGRATION_WRITE;
		if (is_readable_exclusive_migration_entry(leaf))
			return SOFTLEAF_MIGRATION_READ_EXCLUSIVE;
		return SOFTLEAF_MIGRATION_READ;
	}
	if (is_device_private_entry(leaf)) {
		if (is_writable_device_private_entry(leaf))
			return SOFTLEAF_DEVICE_PRIVATE_WRITE;
		return SOFTLEAF_DEVICE_PRIVATE_READ;
	}
	if (is_device_exclusive_entry(leaf))
		return SOFTLEAF_DEVICE_EXCLUSIVE;
	if (is_hwpoison_entry(leaf))
		return SOFTLEAF_HWPOISON;
	if (is_pte_marker_entry(leaf) || softleaf_is_poison_marker(leaf))
		return SOFTLEAF_MARKER;
	return SOFTLEAF_NONE;
}

static inline bool softleaf_has_pfn(softleaf_t leaf)
{
	return is_pfn_swap_entry(leaf);
}

#ifndef softleaf_to_pfn
#define softleaf_to_pfn(leaf) swp_offset_pfn(leaf)
#endif

static inline pte_t softleaf_to_pte(softleaf_t leaf)
{
	return swp_entry_to_pte(leaf);
}

#endif /* PTSCOPE_COMPAT_LEAFOPS_H */
#endif
