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
 * Size of the replies after the first one. Netlink would start with small ones,
 * and never exceeds this anyway. With an skb's own overhead they just fit into
 * 32 KiB: many kernels fill what they allocate with zeroes.
 */
#define PTSCOPE_DUMP_REPLY_SIZE SKB_WITH_OVERHEAD(SZ_32K)

/**
 * struct ptscope_dump - what all dumps keep
 * @question: what was asked
 * @refused: why the request was refused, or 0. Only a dump's replies can
 *	carry words on every kernel, so the first one brings the refusal.
 * @words: for @refused
 * @identified: the first reply has been made
 * @complete: the last one that holds anything has been made
 * @fill: fills the next reply, in the context of recvmsg(). Returns the length
 *	of the reply if another one follows; 0 if this is the last one, whether
 *	it holds messages or not; or a negative errno, which ends the dump.
 * @free: frees what only one kind of dump keeps
 */
struct ptscope_dump {
	struct ptscope_question question;
	int refused;
	const char *words;
	bool identified;
	bool complete;
	int (*fill)(struct ptscope_dump *dump, struct sk_buff *skb,
		    struct netlink_callback *cb);
	void (*free)(struct ptscope_dump *dump);
};

struct ptscope_dump *ptscope_dump_of(struct netlink_callback *cb);
void ptscope_dump_take(struct ptscope_dump *dump, struct netlink_callback *cb,
		       enum ptscope_subject subject);
void ptscope_dump_begin(struct ptscope_dump *dump, struct netlink_callback *cb,
			struct ptscope_walk *walk);
void ptscope_dump_mark(struct netlink_callback *cb, const struct ptscope_walk *walk);
void *ptscope_dump_message(struct sk_buff *skb, struct netlink_callback *cb,
			   const struct ptscope_walk *walk, u8 cmd);

/* For netlink: how each kind starts, and how all of them go on and end. */
int ptscope_proc_get_start(struct netlink_callback *cb);
int ptscope_vma_get_start(struct netlink_callback *cb);
int ptscope_run_get_start(struct netlink_callback *cb);
int ptscope_walk_get_start(struct netlink_callback *cb);
int ptscope_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ptscope_dump_done(struct netlink_callback *cb);

#endif /* PTSCOPE_DUMP_H */
