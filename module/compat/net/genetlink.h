/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_COMPAT_NET_GENETLINK_H
#define PTSCOPE_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
/* The part that we use of what is a struct genl_info later. */
static inline const struct genl_dumpit_info *genl_info_dump(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb);
}
#endif

#endif /* PTSCOPE_COMPAT_NET_GENETLINK_H */
