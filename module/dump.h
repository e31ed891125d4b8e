/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_DUMP_H
#define PTSCOPE_DUMP_H

struct netlink_callback;
struct sk_buff;

int ptscope_proc_get_start(struct netlink_callback *cb);
int ptscope_proc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ptscope_vma_get_start(struct netlink_callback *cb);
int ptscope_vma_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ptscope_run_get_start(struct netlink_callback *cb);
int ptscope_run_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
/* The end of any. */
int ptscope_dump_done(struct netlink_callback *cb);

#endif /* PTSCOPE_DUMP_H */
