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
#include "compat/folio_state.h"
#include "folio.h"

/**
 * struct look - what is looked at of a frame
 * @page: its struct page
 * @folio: the folio that it is a part of
 * @flags: flags of @folio
 * @order: order of @folio
 * @index: number of @page in @folio
 * @hugetlb: a hugetlb mapping has it
 */
struct look {
	struct page *page;
	struct folio *folio;
	unsigned long flags;
	unsigned int order;
	unsigned long index;
	bool hugetlb;
};

static struct look look_at(struct page *page, bool hugetlb)
{
	struct folio *folio = page_folio(page);
	struct look look = {
		.page = page,
		.folio = folio,
		.flags = ptscope_page_flags(&folio->page),
		.index = page_to_pfn(page) - page_to_pfn(&folio->page),
		.hugetlb = hugetlb,
	};

	if (test_bit(PG_head, &look.flags))
		look.order = ptscope_large_order(folio);
	/* No folio is larger than a PUD leaf; such a number was read too late. */
	if (look.order > PUD_SHIFT - PAGE_SHIFT || look.index >> look.order) {
		look.order = 0;
		look.index = 0;
	}
	return look;
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

/* The extra word of the page at @addr, as on the wire. */
static u64 describe(const struct look *look, unsigned long addr, u32 detail, unsigned int *looks)
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
			 (u64)flags << PTSCOPE_EXTRA_FLAGS_SHIFT;
	}
	return extra;
}

/*
 * Frames from @pfn on, which is not online, that are not either: memory is online
 * by sections, and a device's memory by parts of them.
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
 * ptscope_folio_extra() - node and folio of frames that follow each other
 * @pfn: number of the first one
 * @addr: where it is mapped
 * @pages: how many there are
 * @request: what to report
 * @extra: set to the extra word of the first frame, as on the wire; 0 if the
 *	frame has no struct page of memory in use
 * @looks: how many struct pages may be looked at; more than 0. What has been
 *	looked at is subtracted.
 *
 * Context: interrupts off, in the window in which the frames were read from
 * an entry.
 *
 * Return: how many of the frames, at least one, have the same extra word, as
 * far as @looks allowed to find out.
 */
unsigned long ptscope_folio_extra(unsigned long pfn, unsigned long addr, unsigned long pages,
				  const struct ptscope_folio_request *request, u64 *extra,
				  unsigned int *looks)
{
	unsigned long done = 0;

	while (done < pages && *looks) {
		struct page *page = pfn_to_online_page(pfn + done);
		unsigned long rest;
		u64 word = 0;

		--*looks;
		if (page) {
			const struct look look = look_at(page, request->hugetlb);

			rest = (1UL << look.order) - look.index;
			word = describe(&look, addr + (done << PAGE_SHIFT), request->detail,
					looks) & request->visible;
		} else {
			rest = offline_rest(pfn + done);
		}
		if (!done)
			*extra = word;
		else if (*extra != word)
			break;
		done += rest;
	}
	return min(done, pages);
}
