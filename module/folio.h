/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_FOLIO_H
#define PTSCOPE_FOLIO_H

#include <linux/types.h>

unsigned long ptscope_folio_extra(unsigned long pfn, unsigned long addr, unsigned long pages,
				  u32 detail, u64 *extra);

#endif /* PTSCOPE_FOLIO_H */
