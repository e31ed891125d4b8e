// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: takes requests in, and keeps dumps going.
 */
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "dump.h"
#include "netlink.h"
#include "reply.h"

/*
 * The answer to INFO_GET, however large the numbers in it: what is left of 1 KiB.
 * One that is much larger than what is in it netlink would copy into another.
 */
#define REPLY_SIZE (SKB_WITH_OVERHEAD(SZ_1K) - NLMSG_HDRLEN - GENL_HDRLEN)

static struct genl_family ptscope_family;

/* The policies of spec/ptscope.yaml; a test holds them against it. */
static const struct nla_policy ptscope_proc_get_nl_policy[PTSCOPE_A_TARGET_CACHE + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_CACHE] = { .type = NLA_FLAG, },
};

static const struct nla_policy ptscope_vma_get_nl_policy[PTSCOPE_A_TARGET_BRIEF + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_START] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_END] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_CACHE] = { .type = NLA_FLAG, },
	[PTSCOPE_A_TARGET_BRIEF] = { .type = NLA_FLAG, },
};

static const struct nla_policy ptscope_run_get_nl_policy[PTSCOPE_A_TARGET_BRIEF + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_START] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_END] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_STATES] = NLA_POLICY_MASK(NLA_U32, 0x1fff),
	[PTSCOPE_A_TARGET_CATEGORY_MASK] = NLA_POLICY_MASK(NLA_U32, 0xffff),
	[PTSCOPE_A_TARGET_CATEGORY_INVERTED] = NLA_POLICY_MASK(NLA_U32, 0xffff),
	[PTSCOPE_A_TARGET_CATEGORY_ANYOF] = NLA_POLICY_MASK(NLA_U32, 0xffff),
	[PTSCOPE_A_TARGET_DETAIL] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[PTSCOPE_A_TARGET_CACHE] = { .type = NLA_FLAG, },
	[PTSCOPE_A_TARGET_BRIEF] = { .type = NLA_FLAG, },
};

static const struct nla_policy ptscope_walk_get_nl_policy[PTSCOPE_A_TARGET_CACHE + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_ADDRESS] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_CACHE] = { .type = NLA_FLAG, },
};

/* Why a walk ended early, for those who can only read. */
int ptscope_explain(int err, struct netlink_ext_ack *extack)
{
	if (err == -ESRCH)
		NL_SET_ERR_MSG(extack,
			       "the process exited or ran another program while it was being read");
	return err;
}

/* Begin a message of a dump; NULL if it is full. */
void *ptscope_dump_header(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &ptscope_family, NLM_F_MULTI, cmd);
}

static int info_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;
	void *header;

	/* A client that was killed may have queued thousands of requests. */
	if (fatal_signal_pending(current))
		return -EINTR;

	skb = genlmsg_new(REPLY_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &ptscope_family, 0, PTSCOPE_CMD_INFO_GET);
	if (!header || ptscope_put_info(skb, ptscope_access_rights(request))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static const struct genl_ops ptscope_ops[] = {
	{
		.cmd = PTSCOPE_CMD_INFO_GET,
		.doit = info_get_doit,
	},
	{
		.cmd = PTSCOPE_CMD_PROC_GET,
		.start = ptscope_proc_get_start,
		.dumpit = ptscope_dump_dumpit,
		.done = ptscope_dump_done,
		.policy = ptscope_proc_get_nl_policy,
		.maxattr = PTSCOPE_A_TARGET_CACHE,
	},
	{
		.cmd = PTSCOPE_CMD_VMA_GET,
		.start = ptscope_vma_get_start,
		.dumpit = ptscope_dump_dumpit,
		.done = ptscope_dump_done,
		.policy = ptscope_vma_get_nl_policy,
		.maxattr = PTSCOPE_A_TARGET_BRIEF,
	},
	{
		.cmd = PTSCOPE_CMD_RUN_GET,
		.start = ptscope_run_get_start,
		.dumpit = ptscope_dump_dumpit,
		.done = ptscope_dump_done,
		.policy = ptscope_run_get_nl_policy,
		.maxattr = PTSCOPE_A_TARGET_BRIEF,
	},
	{
		.cmd = PTSCOPE_CMD_WALK_GET,
		.start = ptscope_walk_get_start,
		.dumpit = ptscope_dump_dumpit,
		.done = ptscope_dump_done,
		.policy = ptscope_walk_get_nl_policy,
		.maxattr = PTSCOPE_A_TARGET_CACHE,
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
