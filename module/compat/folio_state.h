/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Members of struct page and struct folio, each read once and by itself.
 *
 * Nobody holds the folio here: it may be freed, split, or become a part of another
 * one meanwhile. The kernel's own accessors assert on a debug kernel that none of
 * that happens, and the members have changed between releases; so these are names
 * of ours and not ones that older kernels are taught.
 */
#ifndef PTSCOPE_COMPAT_FOLIO_STATE_H
#define PTSCOPE_COMPAT_FOLIO_STATE_H

#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/version.h>

static inline unsigned long ptscope_page_flags(const struct page *page)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
	return READ_ONCE(page->flags);
#else
	return READ_ONCE(page->flags.f);
#endif
}

/* Order of a folio that is large; any number of 8 bits if it no longer is. */
static inline unsigned int ptscope_large_order(const struct folio *folio)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return READ_ONCE(folio->_folio_order);
#else
	return READ_ONCE(folio->_flags_1) & 0xff;
#endif
}

/* How many page tables map a page by itself. A type of page is a negative count. */
static inline int ptscope_page_mapcount(const struct page *page)
{
	return atomic_read(&page->_mapcount) + 1;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)

/*
 * Each page of a folio has a count of its own, and only all of them together show
 * whether the folio is shared. 6.1 has two more rules: a page of a file counts the
 * mappings of its whole folio, too; and a page of an anonymous folio that is mapped
 * in both ways counts one too many, which PG_double_map of the second page marks.
 */
static inline bool ptscope_large_is_shared(struct folio *folio, unsigned int order, bool anon,
					   bool hugetlb, unsigned int *looks)
{
	unsigned int i;
	int whole;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	whole = atomic_read(folio_mapcount_ptr(folio)) + 1;
#else
	whole = atomic_read(&folio->_entire_mapcount) + 1;
#endif
	/* A hugetlb folio is only mapped as a whole; others have a PMD's order at most. */
	if (whole > 1 || hugetlb || order > PMD_SHIFT - PAGE_SHIFT)
		return whole > 1;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	if (!anon)
		whole = 0;
	else if (test_bit(PG_double_map, &folio->_flags_1))
		whole--;
	else if (whole)
		return false;
#endif
	for (i = 0; i < 1U << order; i++) {
		*looks -= min(*looks, 1U);
		if (whole + ptscope_page_mapcount(folio_page(folio, i)) > 1)
			return true;
	}
	return false;
}

#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)

/* As folio_likely_mapped_shared() does it. */
static inline bool ptscope_large_is_shared(struct folio *folio, unsigned int order, bool anon,
					   bool hugetlb, unsigned int *looks)
{
	const int all = atomic_read(&folio->_large_mapcount) + 1;

	if (all <= 1)
		return false;
	if (atomic_read(&folio->_entire_mapcount) >= 0 || all > 1 << order)
		return true;
	return ptscope_page_mapcount(&folio->page) > 1;
}

#else

/* As folio_maybe_mapped_shared() does it. */
static inline bool ptscope_large_is_shared(struct folio *folio, unsigned int order, bool anon,
					   bool hugetlb, unsigned int *looks)
{
	const bool many = atomic_read(&folio->_large_mapcount) > 0;

	if (hugetlb)
		return many;
#ifdef CONFIG_MM_ID
	return many && test_bit(FOLIO_MM_IDS_SHARED_BITNUM, &folio->_mm_ids);
#else
	return true;
#endif
}

#endif

#endif /* PTSCOPE_COMPAT_FOLIO_STATE_H */
