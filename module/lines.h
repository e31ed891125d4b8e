/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_LINES_H
#define PTSCOPE_LINES_H

struct ptscope_census;
struct ptscope_vma;
struct sk_buff;

int ptscope_put_line(struct sk_buff *skb, const struct ptscope_vma *vma,
		     const struct ptscope_census *census);

#endif /* PTSCOPE_LINES_H */
