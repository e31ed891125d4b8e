// SPDX-License-Identifier: GPL-2.0-only
/*
 * What struct page knows of a frame. It costs a look into another cache line
 * for every folio, so it is only done when asked for.
 *
 * No reference is taken, as that would be felt by whoever wants to move or
 * split the folio. What is read is therefore an estimate: the page may be
 * given up and used anew while it is looked at. Its struct page stays.
 */
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/ptscope.h>
#include "folio.h"

#define ORDER_SHIFT	16
#define FLAGS_SHIFT	24

/* No folio is larger than a PUD leaf; a larger number was read too late. */
static unsigned int folio_order_now(const struct folio *folio)
{
	unsigned int order = folio_order((struct folio *)folio);

	return order <= PUD_SHIFT - PAGE_SHIFT ? order : 0;
}

static u32 folio_flags_now(struct folio *folio, struct page *page)
{
	u32 flags = 0;

	if (folio_test_anon(folio)) {
		flags |= PTSCOPE_FOLIO_ANON;
		if (folio_test_ksm(folio))
			flags |= PTSCOPE_FOLIO_KSM;
		if (PageAnonExclusive(folio_test_hugetlb(folio) ? &folio->page : page))
			flags |= PTSCOPE_FOLIO_EXCLUSIVE;
	}
	if (folio_maybe_mapped_shared(folio))
		flags |= PTSCOPE_FOLIO_SHARED;
	if (folio_test_swapbacked(folio))
		flags |= PTSCOPE_FOLIO_SWAP_BACKED;
	if (folio_test_mlocked(folio))
		flags |= PTSCOPE_FOLIO_MLOCKED;
	if (folio_test_unevictable(folio))
		flags |= PTSCOPE_FOLIO_UNEVICTABLE;
	if (folio_test_writeback(folio))
		flags |= PTSCOPE_FOLIO_WRITEBACK;
	return flags;
}

/* Describe the page at @addr; *@rest is how many from it on are in its folio. */
static u64 describe(struct page *page, unsigned long addr, u32 detail, unsigned long *rest)
{
	struct folio *folio = page_folio(page);
	unsigned long index = page_to_pfn(page) - page_to_pfn(&folio->page);
	unsigned int order = folio_order_now(folio);
	u64 extra = 0;
	u32 flags;

	if (index >> order) {
		order = 0;
		index = 0;
	}
	*rest = (1UL << order) - index;

	if (detail & PTSCOPE_DETAIL_NODE)
		extra |= page_to_nid(page);
	if (detail & PTSCOPE_DETAIL_FOLIO) {
		flags = folio_flags_now(folio, page);
		if (!(((addr >> PAGE_SHIFT) - index) & ((1UL << order) - 1)))
			flags |= PTSCOPE_FOLIO_ALIGNED;
		extra |= (u64)order << ORDER_SHIFT | (u64)flags << FLAGS_SHIFT;
	}
	return extra;
}

/**
 * ptscope_folio_extra() - node and folio of frames that follow each other
 * @pfn: number of the first one
 * @addr: where it is mapped
 * @pages: how many there are
 * @detail: which of PTSCOPE_DETAIL_NODE and PTSCOPE_DETAIL_FOLIO to tell
 * @extra: set to the extra word of the first frame, as on the wire; 0 if the
 *	frame has no struct page of memory in use
 *
 * Context: interrupts off, in the window in which the frames were read from
 * an entry.
 *
 * Return: how many of the frames have the same extra word.
 */
unsigned long ptscope_folio_extra(unsigned long pfn, unsigned long addr, unsigned long pages,
				  u32 detail, u64 *extra)
{
	unsigned long done = 0, rest;
	u64 word;

	while (done < pages) {
		struct page *page = pfn_to_online_page(pfn + done);

		rest = 1;
		word = page ? describe(page, addr + (done << PAGE_SHIFT), detail, &rest) : 0;
		if (!done)
			*extra = word;
		else if (*extra != word)
			break;
		done += rest;
	}
	return min(done, pages);
}
