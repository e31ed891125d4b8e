// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope shows where a process's memory really is.
 *
 * A question comes in through netlink.c, target.c decides whether the asker
 * may have the answer, walk.c reads the tables and census.c counts what it
 * meets; reply.c puts the outcome on the wire.
 */
#include <linux/module.h>
#include "arch.h"
#include "netlink.h"
#include "version.h"

static int __init ptscope_init(void)
{
	/* Leaf tables are read through the kernel's own mapping of memory. */
	BUILD_BUG_ON(IS_ENABLED(CONFIG_HIGHPTE));

	ptscope_arch_init();
	return ptscope_netlink_init();
}

static void __exit ptscope_exit(void)
{
	ptscope_netlink_exit();
}

module_init(ptscope_init);
module_exit(ptscope_exit);

/* No genetlink alias: an administrator loads the module, not a stranger's socket. */
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Page tables of any process, over generic netlink");
MODULE_AUTHOR("The ptscope authors");
MODULE_VERSION(PTSCOPE_VERSION);
