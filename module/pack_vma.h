/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_PACK_VMA_H
#define PTSCOPE_PACK_VMA_H

struct ptscope_census_scan;
struct ptscope_vma;
struct sk_buff;

int ptscope_put_vma(struct sk_buff *skb, int type, const struct ptscope_vma *vma,
		    const struct ptscope_census_scan *cs);

#endif /* PTSCOPE_PACK_VMA_H */
