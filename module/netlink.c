// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: commands and policies.
 */
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "commands.h"
#include "netlink.h"

/* The policies of spec/ptscope.yaml; scripts/gen-spec --check compares them. */
static const struct nla_policy ptscope_proc_get_nl_policy[PTSCOPE_A_TARGET_CACHE + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_DETAIL] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[PTSCOPE_A_TARGET_CACHE] = { .type = NLA_FLAG, },
};

static const struct nla_policy ptscope_vma_get_nl_policy[PTSCOPE_A_TARGET_CACHE + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_START] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_END] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_DETAIL] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[PTSCOPE_A_TARGET_CACHE] = { .type = NLA_FLAG, },
};

static const struct nla_policy ptscope_run_get_nl_policy[PTSCOPE_A_TARGET_CACHE + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_START] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_END] = { .type = NLA_U64, },
	[PTSCOPE_A_TARGET_STATES] = NLA_POLICY_MASK(NLA_U32, 0x1fff),
	[PTSCOPE_A_TARGET_CATEGORY_MASK] = NLA_POLICY_MASK(NLA_U32, 0xffff),
	[PTSCOPE_A_TARGET_CATEGORY_INVERTED] = NLA_POLICY_MASK(NLA_U32, 0xffff),
	[PTSCOPE_A_TARGET_CATEGORY_ANYOF] = NLA_POLICY_MASK(NLA_U32, 0xffff),
	[PTSCOPE_A_TARGET_DETAIL] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[PTSCOPE_A_TARGET_CACHE] = { .type = NLA_FLAG, },
};

static const struct nla_policy ptscope_walk_get_nl_policy[PTSCOPE_A_TARGET_ADDRESS + 1] = {
	[PTSCOPE_A_TARGET_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PTSCOPE_A_TARGET_CACHE] = { .type = NLA_FLAG, },
	[PTSCOPE_A_TARGET_ADDRESS] = { .type = NLA_U64, },
};

static const struct genl_ops ptscope_ops[] = {
	{
		.cmd = PTSCOPE_CMD_INFO_GET,
		.doit = ptscope_info_get_doit,
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
		.maxattr = PTSCOPE_A_TARGET_CACHE,
	},
	{
		.cmd = PTSCOPE_CMD_RUN_GET,
		.start = ptscope_run_get_start,
		.dumpit = ptscope_dump_dumpit,
		.done = ptscope_dump_done,
		.policy = ptscope_run_get_nl_policy,
		.maxattr = PTSCOPE_A_TARGET_CACHE,
	},
	{
		.cmd = PTSCOPE_CMD_WALK_GET,
		.start = ptscope_walk_get_start,
		.dumpit = ptscope_dump_dumpit,
		.done = ptscope_dump_done,
		.policy = ptscope_walk_get_nl_policy,
		.maxattr = PTSCOPE_A_TARGET_ADDRESS,
	},
};

struct genl_family ptscope_family __ro_after_init = {
	.name = PTSCOPE_FAMILY_NAME,
	.version = PTSCOPE_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.ops = ptscope_ops,
	.n_ops = ARRAY_SIZE(ptscope_ops),
};

/**
 * ptscope_netlink_init() - register the family
 *
 * Return: 0 or a negative errno.
 */
int __init ptscope_netlink_init(void)
{
	return genl_register_family(&ptscope_family);
}

/**
 * ptscope_netlink_exit() - unregister the family
 *
 * Waits until no dump is under way.
 */
void ptscope_netlink_exit(void)
{
	genl_unregister_family(&ptscope_family);
}
