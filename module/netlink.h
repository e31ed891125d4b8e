/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_NETLINK_H
#define PTSCOPE_NETLINK_H

struct genl_family;

extern struct genl_family ptscope_family;

int ptscope_netlink_init(void);
void ptscope_netlink_exit(void);

#endif /* PTSCOPE_NETLINK_H */
