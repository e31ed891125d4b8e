// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads node and folio of a frame from its struct page. That takes another cache line
 * for each folio, so it is done on request only.
 *
 * The frame may be freed and reused between the reading of the entry and that of the
 * struct page, so that the answer is an estimate. A reference keeps the folio in one
 * piece while it is read. Taking it marks nothing as accessed.
 */
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/ptscope.h>
#include "compat/folio_state.h"
#include "folio.h"

/**
 * struct look - facts about the folio of a frame
 * @page: struct page of the frame
 * @folio: the folio
 * @flags: page flags of @folio
 * @order: order of @folio
 * @index: index of @page in @folio
 * @hugetlb: the frame is mapped by a hugetlb VMA
 */
struct look {
	struct page *page;
	struct folio *folio;
	unsigned long flags;
	unsigned int order;
	unsigned long index;
	bool hugetlb;
};

/*
 * False if the folio is being freed, migrated or split. Device memory is counted in
 * a way of its own on older kernels, and does not go away under a VMA: no reference.
 */
static bool get_folio(struct look *look, struct page *page)
{
	struct folio *folio = page_folio(page);

	look->page = page;
	look->folio = folio;
	if (is_zone_device_page(page))
		return true;
	if (!folio_try_get(folio))
		return false;
	if (page_folio(page) == folio)
		return true;
	folio_put(folio);
	return false;
}

static void put_folio(const struct look *look)
{
	if (!is_zone_device_page(look->page))
		folio_put(look->folio);
}

static void read_folio(struct look *look, bool hugetlb)
{
	struct folio *folio = look->folio;

	look->flags = ptscope_page_flags(&folio->page);
	look->index = page_to_pfn(look->page) - page_to_pfn(&folio->page);
	look->hugetlb = hugetlb;
	look->order = test_bit(PG_head, &look->flags) ? ptscope_large_order(folio) : 0;
	/* No folio is larger than a PUD leaf: device memory may change without a reference. */
	if (look->order > PUD_SHIFT - PAGE_SHIFT || look->index >> look->order) {
		look->order = 0;
		look->index = 0;
	}
}

static u32 folio_flags_now(const struct look *look, unsigned int *looks)
{
	const unsigned long page_flags =
		ptscope_page_flags(look->hugetlb ? &look->folio->page : look->page);
	const bool anon = folio_test_anon(look->folio);
	u32 flags = 0;
	bool shared;

	if (anon) {
		flags |= PTSCOPE_FOLIO_ANON;
		if (folio_test_ksm(look->folio))
			flags |= PTSCOPE_FOLIO_KSM;
		if (test_bit(PG_anon_exclusive, &page_flags))
			flags |= PTSCOPE_FOLIO_EXCLUSIVE;
	}
	if (look->order)
		shared = ptscope_large_is_shared(look->folio, look->order, anon, look->hugetlb,
						 looks);
	else
		shared = ptscope_page_mapcount(look->page) > 1;
	if (shared)
		flags |= PTSCOPE_FOLIO_SHARED;
	if (test_bit(PG_swapbacked, &look->flags))
		flags |= PTSCOPE_FOLIO_SWAP_BACKED;
	if (test_bit(PG_mlocked, &look->flags))
		flags |= PTSCOPE_FOLIO_MLOCKED;
	if (test_bit(PG_unevictable, &look->flags))
		flags |= PTSCOPE_FOLIO_UNEVICTABLE;
	if (test_bit(PG_writeback, &look->flags))
		flags |= PTSCOPE_FOLIO_WRITEBACK;
	return flags;
}

/* Node and folio of the page at @addr, as in the fourth word of a run. */
static u64 pack_folio(const struct look *look, unsigned long addr, u32 detail,
		      unsigned int *looks)
{
	const unsigned long pages = 1UL << look->order;
	u64 extra = PTSCOPE_EXTRA_KNOWN;
	u32 flags;

	if (detail & PTSCOPE_DETAIL_NODE)
		extra |= page_to_nid(look->page);
	if (detail & PTSCOPE_DETAIL_FOLIO) {
		flags = folio_flags_now(look, looks);
		if (!(((addr >> PAGE_SHIFT) - look->index) & (pages - 1)))
			flags |= PTSCOPE_FOLIO_ALIGNED;
		extra |= (u64)look->order << PTSCOPE_EXTRA_ORDER_SHIFT |
			 (u64)flags << PTSCOPE_EXTRA_FOLIO_SHIFT;
	}
	return extra;
}

/*
 * Number of frames from @pfn on, which is not online, that are offline as well: memory
 * is online by sections, and device memory by parts of them.
 */
static unsigned long offline_rest(unsigned long pfn)
{
#ifdef CONFIG_SPARSEMEM
	return PAGES_PER_SUBSECTION - pfn % PAGES_PER_SUBSECTION;
#else
	return 1;
#endif
}

/**
 * ptscope_folio_extra() - read node and folio of consecutive frames
 * @pfn: number of the first frame
 * @addr: address that it is mapped at
 * @pages: number of frames
 * @request: what to report
 * @extra: set to the bits of the fourth word of a run; 0 if the frame has no struct
 *	page that is in use
 * @looks: number of struct pages that may be read, more than 0; the number that was
 *	read is subtracted
 *
 * Context: any; takes a reference to one folio at a time.
 *
 * Return: number of frames, at least 1, that have the same @extra, as far as @looks
 * allowed to find out.
 */
unsigned long ptscope_folio_extra(unsigned long pfn, unsigned long addr, unsigned long pages,
				  const struct ptscope_folio_request *request, u64 *extra,
				  unsigned int *looks)
{
	unsigned long done = 0;

	while (done < pages && *looks) {
		struct page *page = pfn_to_online_page(pfn + done);
		unsigned long rest = 1;
		struct look look;
		u64 word = 0;

		--*looks;
		if (!page) {
			rest = offline_rest(pfn + done);
		} else if (get_folio(&look, page)) {
			read_folio(&look, request->hugetlb);
			rest = (1UL << look.order) - look.index;
			word = pack_folio(&look, addr + (done << PAGE_SHIFT), request->detail,
					  looks) & request->visible;
			put_folio(&look);
		}
		if (!done)
			*extra = word;
		else if (*extra != word)
			break;
		done += rest;
	}
	return min(done, pages);
}
