// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all dumps share: how they begin, continue and end.
 *
 * Generic netlink holds cb_lock for read while it passes a request to its family, and
 * __netlink_dump_start() makes the first reply of a dump there. Registering a family
 * takes that lock for write, and every other request of any family queues behind it.
 * So the first reply identifies the target only. Page tables are read for later
 * replies, which the caller's own recvmsg() makes.
 */
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "commands.h"
#include "dump.h"
#include "netlink.h"
#include "pack.h"
#include "scan.h"

/*
 * Size of the replies after the first one, the largest that netlink makes. With the
 * overhead of an skb they fit into 32 KiB.
 */
#define REPLY_SIZE SKB_WITH_OVERHEAD(SZ_32K)

/* A callback has room for a pointer. */
struct dump_ctx {
	struct ptscope_dump *dump;
};

static struct dump_ctx *ctx_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump_ctx) > sizeof(cb->ctx));
	return (struct dump_ctx *)cb->ctx;
}

/**
 * ptscope_dump_start() - start a dump
 * @dump: all zero, but for its functions
 * @cb: the callback
 * @kind: what the request is about
 *
 * The dump belongs to @cb from now on. If the request is refused, @dump->refused is
 * set, and there is no target.
 */
void ptscope_dump_start(struct ptscope_dump *dump, struct netlink_callback *cb,
			enum ptscope_kind kind)
{
	struct netlink_ext_ack extack = {};

	dump->refused = ptscope_request_parse(&dump->request, cb->skb, cb->nlh,
					      genl_info_dump(cb)->attrs, kind, &extack);
	dump->reason = extack._msg;
	ctx_of(cb)->dump = dump;
}

/**
 * ptscope_dump_message() - begin a message
 * @skb: the reply
 * @cb: the callback
 *
 * Return: the header of the message, or NULL if there is no room.
 */
void *ptscope_dump_message(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);

	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &ptscope_family, NLM_F_MULTI, request->cmd);
}

/*
 * Netlink sets NLM_F_DUMP_INTR in a message, and in the end of the dump, if seq differs
 * from prev_seq. After a change of the address space everything has it.
 */
static void set_consistency(struct netlink_callback *cb, const struct ptscope_scan *scan)
{
	cb->prev_seq = 1;
	cb->seq = scan->changed ? 2 : 1;
}

/**
 * ptscope_dump_part() - begin a message with a part of a scan
 * @skb: the reply
 * @cb: the callback
 * @scan: the scan
 *
 * Return: the header of the message, or NULL if there is no room.
 */
void *ptscope_dump_part(struct sk_buff *skb, struct netlink_callback *cb,
			const struct ptscope_scan *scan)
{
	void *header = ptscope_dump_message(skb, cb);

	if (!header)
		return NULL;
	set_consistency(cb, scan);
	genl_dump_check_consistent(cb, header);
	return header;
}

/**
 * ptscope_dump_end() - note how a reply ends
 * @err: 0 or a negative errno of a scan
 * @cb: the callback
 * @scan: the scan; NULL for none
 *
 * Return: @err. The caller can read why.
 */
int ptscope_dump_end(int err, struct netlink_callback *cb, const struct ptscope_scan *scan)
{
	struct netlink_ext_ack *extack = cb->extack;

	if (scan)
		set_consistency(cb, scan);
	if (err == -ESRCH)
		NL_SET_ERR_MSG(extack,
			       "the process exited or executed another program during the dump");
	return err;
}

/* Make the first reply: the target, or why there is none. */
static int identify(struct ptscope_dump *dump, struct sk_buff *skb, struct netlink_callback *cb)
{
	void *header;

	if (dump->refused) {
		/* NL_SET_ERR_MSG() takes a literal; this is one. */
		if (cb->extack)
			cb->extack->_msg = dump->reason;
		return dump->refused;
	}

	header = ptscope_dump_message(skb, cb);
	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_info(skb, dump->request.access) ||
	    ptscope_put_target(skb, &dump->request)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	dump->identified = true;
	cb->min_dump_alloc = REPLY_SIZE;
	return skb->len;
}

/**
 * ptscope_dump_dumpit() - make a reply
 * @skb: the reply
 * @cb: the callback
 *
 * Context: the first call runs in the request, with generic netlink's cb_lock held;
 * it neither scans nor waits. All others run in recvmsg().
 *
 * Return: the length of the reply, 0 if the dump has ended, or a negative errno, which
 * ends the dump.
 */
int ptscope_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ptscope_dump *dump = ctx_of(cb)->dump;
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
	/* The end is a datagram of its own, so that it fits into any buffer. */
	dump->complete = true;
	return skb->len;
}

/**
 * ptscope_dump_done() - free a dump that has ended, or that nobody receives
 * @cb: the callback
 *
 * Return: 0.
 */
int ptscope_dump_done(struct netlink_callback *cb)
{
	struct ptscope_dump *dump = ctx_of(cb)->dump;

	ptscope_target_put(&dump->request.target);
	dump->free(dump);
	return 0;
}
