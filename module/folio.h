/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_FOLIO_H
#define PTSCOPE_FOLIO_H

#include <linux/bits.h>
#include <linux/ptscope.h>
#include <linux/types.h>

/* The extra word of a run on the wire, above the NUMA node. */
#define PTSCOPE_EXTRA_ORDER_SHIFT	16
#define PTSCOPE_EXTRA_FLAGS_SHIFT	24
/* The frame has a struct page of memory in use. */
#define PTSCOPE_EXTRA_KNOWN		BIT_ULL(63)

/*
 * What of it anybody may see who may look at the process: pagemap, smaps and
 * numa_maps report that as well, or the process can find it out by a write. The
 * rest is root's alone, as it is in /proc/kpageflags.
 */
#define PTSCOPE_EXTRA_PUBLIC							\
	(PTSCOPE_EXTRA_KNOWN | (BIT_ULL(PTSCOPE_EXTRA_ORDER_SHIFT) - 1) |	\
	 (u64)(PTSCOPE_FOLIO_ANON | PTSCOPE_FOLIO_SHARED | PTSCOPE_FOLIO_EXCLUSIVE | \
	       PTSCOPE_FOLIO_MLOCKED) << PTSCOPE_EXTRA_FLAGS_SHIFT)

/* Struct pages that may be looked at in one window: as many as a table has entries. */
#define PTSCOPE_FOLIO_LOOKS 512

/**
 * struct ptscope_folio_request - what is to be reported of frames
 * @detail: which of PTSCOPE_DETAIL_NODE and PTSCOPE_DETAIL_FOLIO
 * @visible: bits of the extra word that the caller may see
 * @hugetlb: the frames are mapped by a hugetlb VMA
 */
struct ptscope_folio_request {
	u32 detail;
	u64 visible;
	bool hugetlb;
};

unsigned long ptscope_folio_extra(unsigned long pfn, unsigned long addr, unsigned long pages,
				  const struct ptscope_folio_request *request, u64 *extra,
				  unsigned int *looks);

#endif /* PTSCOPE_FOLIO_H */
