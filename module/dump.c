// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers in many messages: what a dump keeps between two of them, and how it
 * begins and ends.
 *
 * Generic netlink holds cb_lock for read while it hands a request to its family,
 * and __netlink_dump_start() makes the first reply of a dump in there. Whoever
 * registers a family waits for that lock, and every other request of any family
 * queues behind. So the first reply only identifies the target; page tables are
 * walked for the later ones, which the caller's own recvmsg() asks for.
 */
#include <linux/sched/signal.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "dump.h"
#include "netlink.h"
#include "reply.h"
#include "walk.h"

/* Only a pointer fits into what a callback may keep. */
struct dump_ctx {
	struct ptscope_dump *dump;
};

/**
 * ptscope_dump_of() - the dump that a callback belongs to
 * @cb: the callback
 *
 * Return: what ptscope_dump_take() was given.
 */
struct ptscope_dump *ptscope_dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump_ctx) > sizeof(cb->ctx));
	return ((struct dump_ctx *)cb->ctx)->dump;
}

/**
 * ptscope_dump_take() - take a question in
 * @dump: all zero but for @dump->free; what becomes of the question is in there
 * @cb: the callback that a dump starts with
 * @subject: what the question is about
 */
void ptscope_dump_take(struct ptscope_dump *dump, struct netlink_callback *cb,
		       enum ptscope_subject subject)
{
	struct netlink_ext_ack extack = {};

	dump->refused = ptscope_question_take(&dump->question, cb->skb, cb->nlh,
					      genl_info_dump(cb)->attrs, subject, &extack);
	dump->words = extack._msg;
	((struct dump_ctx *)cb->ctx)->dump = dump;
}

/**
 * ptscope_dump_begin() - the same for a dump of a range
 * @dump: as for ptscope_dump_take()
 * @cb: the callback that a dump starts with
 * @walk: is told where to go
 */
void ptscope_dump_begin(struct ptscope_dump *dump, struct netlink_callback *cb,
			struct ptscope_walk *walk)
{
	ptscope_dump_take(dump, cb, PTSCOPE_SUBJECT_RANGE);
	walk->mm = dump->question.target.mm;
	walk->addr = dump->question.start;
	walk->end = dump->question.end;
	walk->cache = dump->question.cache;
}

/* The first reply: which process the dump is about, or why there is none. */
static int identify(struct ptscope_dump *dump, struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	void *header;

	if (dump->refused) {
		/* Not formatted again: the words are a constant of ours. */
		if (cb->extack)
			cb->extack->_msg = dump->words;
		return dump->refused;
	}

	header = ptscope_dump_header(skb, cb, request->cmd);
	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_target(skb, &dump->question, dump->question.cache)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	dump->identified = true;
	cb->min_dump_alloc = PTSCOPE_DUMP_REPLY_SIZE;
	return skb->len;
}

/**
 * ptscope_dump_dumpit() - make the next reply of any dump
 * @skb: the reply
 * @cb: the callback
 *
 * Context: the first call runs while the request is being taken in, with
 * generic netlink's cb_lock held; it neither walks nor waits. All others run in
 * recvmsg().
 *
 * Return: the length of the reply; 0 if there is no other one; or a negative
 * errno, which ends the dump.
 */
int ptscope_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ptscope_dump *dump = ptscope_dump_of(cb);
	int err;

	if (!dump->identified)
		return identify(dump, skb, cb);
	if (dump->complete)
		return 0;
	if (fatal_signal_pending(current))
		return -EINTR;

	err = dump->fill(dump, skb, cb);
	if (err)
		return err;
	/* The end has a datagram of its own, which any client's buffer holds. */
	dump->complete = true;
	return skb->len;
}

/**
 * ptscope_dump_done() - a dump is over, or nobody wants the rest
 * @cb: the callback
 *
 * Return: 0.
 */
int ptscope_dump_done(struct netlink_callback *cb)
{
	struct ptscope_dump *dump = ptscope_dump_of(cb);

	if (!dump->refused)
		ptscope_target_put(&dump->question.target);
	dump->free(dump);
	return 0;
}

/**
 * ptscope_dump_mark() - say whether the address space has changed
 * @cb: the callback
 * @walk: knows whether it has
 *
 * Netlink marks a message, and the end of the dump, where seq is not what it
 * was before. Once the address space has changed, all that follows is marked.
 */
void ptscope_dump_mark(struct netlink_callback *cb, const struct ptscope_walk *walk)
{
	cb->prev_seq = 1;
	cb->seq = walk->changed ? 2 : 1;
}

/**
 * ptscope_dump_message() - begin a message
 * @skb: the reply that it is a part of
 * @cb: the callback
 * @walk: what it is about is being read by
 * @cmd: of which kind it is
 *
 * Return: its header, or NULL if there is no room.
 */
void *ptscope_dump_message(struct sk_buff *skb, struct netlink_callback *cb,
			   const struct ptscope_walk *walk, u8 cmd)
{
	void *header = ptscope_dump_header(skb, cb, cmd);

	if (!header)
		return NULL;
	ptscope_dump_mark(cb, walk);
	genl_dump_check_consistent(cb, header);
	return header;
}
