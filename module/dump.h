/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all dumps have in common. One of each kind is in dump_proc.c, dump_vma.c
 * and dump_run.c.
 */
#ifndef PTSCOPE_DUMP_H
#define PTSCOPE_DUMP_H

#include <linux/sizes.h>
#include <linux/skbuff.h>
#include "question.h"

struct netlink_callback;
struct ptscope_walk;

/*
 * Replies are this large from the first one on; netlink would begin with small
 * ones, and never go beyond this anyway. With what an skb adds of its own they
 * just fit into 32 KiB: many a kernel fills what it allocates with zeroes.
 */
#define PTSCOPE_DUMP_REPLY_SIZE SKB_WITH_OVERHEAD(SZ_32K)

/**
 * struct ptscope_dump - what all dumps keep
 * @question: what was asked
 * @refused: why the request was refused, or 0. Only a dump's replies can
 *	carry words on every kernel, so the first one brings the refusal.
 * @words: for @refused
 * @free: lets go of what only one kind of dump keeps
 */
struct ptscope_dump {
	struct ptscope_question question;
	int refused;
	const char *words;
	void (*free)(struct ptscope_dump *dump);
};

struct ptscope_dump *ptscope_dump_of(struct netlink_callback *cb);
void ptscope_dump_take(struct ptscope_dump *dump, struct netlink_callback *cb,
		       enum ptscope_subject subject);
void ptscope_dump_begin(struct ptscope_dump *dump, struct netlink_callback *cb,
			struct ptscope_walk *walk);
int ptscope_dump_refuse(const struct ptscope_dump *dump, struct netlink_callback *cb);
void ptscope_dump_mark(struct netlink_callback *cb, const struct ptscope_walk *walk);
void *ptscope_dump_message(struct sk_buff *skb, struct netlink_callback *cb,
			   const struct ptscope_walk *walk, u8 cmd);

/* For netlink: how each kind starts and goes on, and the end of any. */
int ptscope_proc_get_start(struct netlink_callback *cb);
int ptscope_proc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ptscope_vma_get_start(struct netlink_callback *cb);
int ptscope_vma_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ptscope_run_get_start(struct netlink_callback *cb);
int ptscope_run_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ptscope_dump_done(struct netlink_callback *cb);

#endif /* PTSCOPE_DUMP_H */
