/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_FOLIO_H
#define PTSCOPE_FOLIO_H

#include <linux/bits.h>
#include <linux/ptscope.h>
#include <linux/types.h>

/* Node, order and folio flags of the fourth word of a run are valid. */
#define PTSCOPE_EXTRA_KNOWN BIT_ULL(PTSCOPE_EXTRA_KNOWN_SHIFT)

/*
 * The bits of the fourth word that every caller with access to the process may see:
 * pagemap, smaps and numa_maps report them as well, or the process can find them out
 * by a write. The others need CAP_SYS_ADMIN, as /proc/kpageflags does.
 */
#define PTSCOPE_EXTRA_PUBLIC							\
	(PTSCOPE_EXTRA_KNOWN | (BIT_ULL(PTSCOPE_EXTRA_ORDER_SHIFT) - 1) |	\
	 (u64)(PTSCOPE_FOLIO_ANON | PTSCOPE_FOLIO_SHARED | PTSCOPE_FOLIO_EXCLUSIVE | \
	       PTSCOPE_FOLIO_MLOCKED) << PTSCOPE_EXTRA_FOLIO_SHIFT |		\
	 0xfULL << PTSCOPE_EXTRA_PKEY_SHIFT | 0x3fULL << PTSCOPE_EXTRA_MEMORY_SHIFT)

/**
 * struct ptscope_folio_request - what to report about frames
 * @detail: PTSCOPE_DETAIL_NODE, PTSCOPE_DETAIL_FOLIO or both
 * @visible: bits of the fourth word of a run that the caller may see
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
