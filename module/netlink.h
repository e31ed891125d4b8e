/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_NETLINK_H
#define PTSCOPE_NETLINK_H

#include <linux/types.h>

struct netlink_callback;
struct netlink_ext_ack;
struct sk_buff;

int ptscope_netlink_init(void);
void ptscope_netlink_exit(void);

void *ptscope_dump_header(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);
int ptscope_explain(int err, struct netlink_ext_ack *extack);

#endif /* PTSCOPE_NETLINK_H */
