/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_REPLY_H
#define PTSCOPE_REPLY_H

#include <linux/types.h>

struct ptscope_census;
struct ptscope_census_walk;
struct ptscope_question;
struct ptscope_path;
struct ptscope_vma;
struct sk_buff;

int ptscope_put_info(struct sk_buff *skb, u32 access);
int ptscope_put_target(struct sk_buff *skb, const struct ptscope_question *question,
		       bool cache);
int ptscope_put_vma(struct sk_buff *skb, int type, const struct ptscope_vma *vma);
int ptscope_put_proc(struct sk_buff *skb, const struct ptscope_question *question,
		     const struct ptscope_census_walk *cw);
int ptscope_put_vma_census(struct sk_buff *skb, const struct ptscope_question *question,
			   const struct ptscope_vma *vma, const struct ptscope_census_walk *cw);
int ptscope_put_path(struct sk_buff *skb, const struct ptscope_path *path, u32 access);

#endif /* PTSCOPE_REPLY_H */
