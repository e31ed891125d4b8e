/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that the family calls. Each command has a file of its own; dump.c has
 * what all dumps share.
 */
#ifndef PTSCOPE_COMMANDS_H
#define PTSCOPE_COMMANDS_H

struct genl_info;
struct netlink_callback;
struct sk_buff;

int ptscope_info_get_doit(struct sk_buff *skb, struct genl_info *info);
int ptscope_proc_get_start(struct netlink_callback *cb);
int ptscope_vma_get_start(struct netlink_callback *cb);
int ptscope_run_get_start(struct netlink_callback *cb);
int ptscope_walk_get_start(struct netlink_callback *cb);

int ptscope_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ptscope_dump_done(struct netlink_callback *cb);

#endif /* PTSCOPE_COMMANDS_H */
