// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: takes requests in, and keeps dumps going.
 */
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include <linux/ptscope.h>
#include "census.h"
#include "netlink.h"
#include "reply.h"
#include "target.h"
#include "vma.h"

/*
 * Replies of a dump are this large from the first one on; netlink would begin
 * with small ones, and never go beyond this anyway.
 */
#define DUMP_REPLY_SIZE SZ_32K

static struct genl_family ptscope_family;

/* The policies of spec/ptscope.yaml; a test holds them against it. */
static const struct nla_policy ptscope_proc_get_nl_policy[PTSCOPE_A_TARGET_PID + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy ptscope_vma_get_nl_policy[PTSCOPE_A_TARGET_END + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_START] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_END] = { .type = NLA_U64, },
};

/**
 * struct question - a request, taken apart and allowed
 * @target: the process asked about
 * @start: first address asked about
 * @end: first address no longer asked about
 */
struct question {
	struct ptscope_target target;
	unsigned long start;
	unsigned long end;
};

/* The parser lets the last of two equal attributes win; we let neither. */
static int refuse_doubles(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u32 seen = 0;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		/* The policies have refused any type above the largest known. */
		u32 bit = BIT(nla_type(attr));

		if (seen & bit) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "attribute given twice");
			return -EINVAL;
		}
		seen |= bit;
	}
	return 0;
}

static int parse_range(struct question *question, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *start = attrs[PTSCOPE_A_TARGET_START];
	struct nlattr *end = attrs[PTSCOPE_A_TARGET_END];

	if (start)
		question->start = nla_get_u64(start);
	if (end)
		question->end = nla_get_u64(end);

	if (start && !PAGE_ALIGNED(question->start)) {
		NL_SET_ERR_MSG_ATTR(extack, start, "start is not a multiple of the page size");
		return -EINVAL;
	}
	if (end && !PAGE_ALIGNED(question->end)) {
		NL_SET_ERR_MSG_ATTR(extack, end, "end is not a multiple of the page size");
		return -EINVAL;
	}
	if (question->start >= question->end) {
		NL_SET_ERR_MSG(extack, "the range is empty: end is not above start");
		return -EINVAL;
	}
	return 0;
}

/* A question that was taken in has a target to be put. */
static int take_question(struct question *question, const struct sk_buff *request,
			 const struct nlmsghdr *nlh, struct nlattr **attrs, bool ranged,
			 struct netlink_ext_ack *extack)
{
	int err;

	question->start = 0;
	question->end = PAGE_MASK;

	err = refuse_doubles(nlh, extack);
	if (err)
		return err;
	if (!attrs || !attrs[PTSCOPE_A_TARGET_PID]) {
		NL_SET_ERR_MSG(extack, "a pid is needed");
		return -EINVAL;
	}
	if (nla_get_u32(attrs[PTSCOPE_A_TARGET_PID]) > PID_MAX_LIMIT) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[PTSCOPE_A_TARGET_PID],
				    "no pid is as large as this");
		return -ERANGE;
	}
	if (ranged) {
		err = parse_range(question, attrs, extack);
		if (err)
			return err;
	}
	return ptscope_target_get(&question->target, request,
				  nla_get_u32(attrs[PTSCOPE_A_TARGET_PID]), extack);
}

/* Why a walk ended early, for those who can only read. */
static int explain(int err, struct netlink_ext_ack *extack)
{
	if (err == -ESRCH)
		NL_SET_ERR_MSG(extack,
			       "the process exited or ran another program while it was being read");
	return err;
}

static int info_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &ptscope_family, 0, PTSCOPE_CMD_INFO_GET);
	if (!header || ptscope_put_info(skb, ptscope_sight(request))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static const struct ptscope_visitor whole_visitor = {
	.window = ptscope_census_window,
};

static int proc_reply(struct genl_info *info, const struct ptscope_target *target,
		      const struct ptscope_census_walk *cw)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &ptscope_family,
				   cw->walk.changed ? NLM_F_DUMP_INTR : 0,
				   PTSCOPE_CMD_PROC_GET);
	if (!header || ptscope_put_target(skb, target) ||
	    nla_put_string(skb, PTSCOPE_A_TARGET_COMM, target->comm) ||
	    ptscope_put_census(skb, &cw->census) ||
	    ptscope_put_tables(skb, &cw->census)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static int proc_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct ptscope_census_walk *cw;
	struct question question = {};
	int err;

	err = take_question(&question, request, info->nlhdr, info->attrs, false, info->extack);
	if (err)
		return err;

	err = -ENOMEM;
	cw = kzalloc(sizeof(*cw), GFP_KERNEL);
	if (!cw)
		goto put_target;

	cw->walk.mm = question.target.mm;
	cw->walk.visitor = &whole_visitor;
	cw->walk.addr = question.start;
	cw->walk.end = question.end;
	err = explain(ptscope_walk(&cw->walk), info->extack);
	if (!err) {
		ptscope_census_close(cw);
		err = proc_reply(info, &question.target, cw);
	}
	kfree(cw);

put_target:
	ptscope_target_put(&question.target);
	return err;
}

/**
 * struct vma_dump - a dump of VMAs between two of its replies
 * @question: what was asked
 * @cw: the walk, and the census of the VMA it is in
 * @vma: the VMA that @cw's census is of
 * @skb: reply being filled, while the walk is on
 * @cb: the dump, while the walk is on
 * @pending: @vma and its census are complete but did not fit into a reply
 * @refused: why the request was refused, or 0. Only a dump's replies can
 *	carry words on every kernel, so the first one brings the refusal.
 * @words: for @refused
 */
struct vma_dump {
	struct question question;
	struct ptscope_census_walk cw;
	struct ptscope_vma vma;
	struct sk_buff *skb;
	struct netlink_callback *cb;
	bool pending;
	int refused;
	const char *words;
};

/* Only a pointer fits into what a callback may keep. */
struct vma_dump_ctx {
	struct vma_dump *dump;
};

static struct vma_dump *to_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct vma_dump_ctx) > sizeof(cb->ctx));
	return ((struct vma_dump_ctx *)cb->ctx)->dump;
}

/*
 * Netlink marks a message, and the end of the dump, where seq is not what it
 * was before. Once the address space has changed, all that follows is marked.
 */
static void mark_changed(struct netlink_callback *cb, const struct ptscope_walk *walk)
{
	cb->prev_seq = 1;
	cb->seq = walk->changed ? 2 : 1;
}

static int vma_reply(struct vma_dump *dump)
{
	struct netlink_callback *cb = dump->cb;
	struct sk_buff *skb = dump->skb;
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			     &ptscope_family, NLM_F_MULTI, PTSCOPE_CMD_VMA_GET);
	if (!header)
		return -EMSGSIZE;
	mark_changed(cb, &dump->cw.walk);
	genl_dump_check_consistent(cb, header);
	if (ptscope_put_target(skb, &dump->question.target) ||
	    ptscope_put_vma(skb, &dump->vma) ||
	    ptscope_put_census(skb, &dump->cw.census) ||
	    ptscope_put_tables(skb, &dump->cw.census)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static void vma_enter(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	struct vma_dump *dump = container_of(walk, struct vma_dump, cw.walk);
	unsigned long cut;

	memset(&dump->cw.census, 0, sizeof(dump->cw.census));
	ptscope_vma_describe(&dump->vma, vma);
	/* The walk may have begun in the middle, or be asked to end there. */
	cut = walk->addr - dump->vma.start;
	dump->vma.start += cut;
	if (dump->vma.dev)
		dump->vma.offset += cut;
	dump->vma.end = min(dump->vma.end, walk->end);
}

static int vma_leave(struct ptscope_walk *walk)
{
	struct vma_dump *dump = container_of(walk, struct vma_dump, cw.walk);
	int err;

	/* Of a VMA that changed while it was read, say what was read. */
	dump->vma.end = walk->addr;
	if (dump->vma.start == dump->vma.end)
		return 0;
	err = vma_reply(dump);
	dump->pending = err;
	return err;
}

static const struct ptscope_visitor vma_visitor = {
	.enter = vma_enter,
	.window = ptscope_census_window,
	.leave = vma_leave,
};

static int vma_get_start(struct netlink_callback *cb)
{
	struct netlink_ext_ack extack = {};
	struct vma_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->vma.buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!dump->vma.buf) {
		kfree(dump);
		return -ENOMEM;
	}

	dump->refused = take_question(&dump->question, cb->skb, cb->nlh,
				      genl_info_dump(cb)->attrs, true, &extack);
	dump->words = extack._msg;
	dump->cw.walk.mm = dump->question.target.mm;
	dump->cw.walk.visitor = &vma_visitor;
	dump->cw.walk.addr = dump->question.start;
	dump->cw.walk.end = dump->question.end;

	((struct vma_dump_ctx *)cb->ctx)->dump = dump;
	cb->min_dump_alloc = DUMP_REPLY_SIZE;
	return 0;
}

static int vma_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vma_dump *dump = to_dump(cb);
	int err;

	if (dump->refused) {
		/* Not formatted again: the words are a constant of ours. */
		if (cb->extack)
			cb->extack->_msg = dump->words;
		return dump->refused;
	}

	dump->skb = skb;
	dump->cb = cb;
	if (dump->pending) {
		err = vma_reply(dump);
		if (err)
			return err;
		dump->pending = false;
	}
	err = ptscope_walk(&dump->cw.walk);
	mark_changed(cb, &dump->cw.walk);
	if (err && !dump->pending)
		return explain(err, cb->extack);
	return skb->len;
}

static int vma_get_done(struct netlink_callback *cb)
{
	struct vma_dump *dump = to_dump(cb);

	if (!dump->refused)
		ptscope_target_put(&dump->question.target);
	kfree(dump->vma.buf);
	kfree(dump);
	return 0;
}

static const struct genl_ops ptscope_ops[] = {
	{
		.cmd = PTSCOPE_CMD_INFO_GET,
		.doit = info_get_doit,
	},
	{
		.cmd = PTSCOPE_CMD_PROC_GET,
		.doit = proc_get_doit,
		.policy = ptscope_proc_get_nl_policy,
		.maxattr = PTSCOPE_A_TARGET_PID,
	},
	{
		.cmd = PTSCOPE_CMD_VMA_GET,
		.start = vma_get_start,
		.dumpit = vma_get_dumpit,
		.done = vma_get_done,
		.policy = ptscope_vma_get_nl_policy,
		.maxattr = PTSCOPE_A_TARGET_END,
	},
};

static struct genl_family ptscope_family __ro_after_init = {
	.name = PTSCOPE_FAMILY_NAME,
	.version = PTSCOPE_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.ops = ptscope_ops,
	.n_ops = ARRAY_SIZE(ptscope_ops),
};

int __init ptscope_netlink_init(void)
{
	return genl_register_family(&ptscope_family);
}

void ptscope_netlink_exit(void)
{
	genl_unregister_family(&ptscope_family);
}
